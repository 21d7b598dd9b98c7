#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/sealed_text.hpp"
#include "cloud/ground/tags.hpp"
#include "cloud/iam/iam.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

namespace cruddur::cloud::iam {

namespace {

constexpr std::size_t name_characters_max = 64;
constexpr std::size_t access_keys_max = 2;
constexpr std::size_t key_characters = 16;
constexpr std::size_t secret_characters = 40;

[[noreturn]] void refuse_deletion(std::string_view what) {
    throw refusal{"DeleteConflict", fmt::format("Cannot delete entity, must {} first.", what), 409};
}

// Who calls, where nobody is named.
std::string own_name(const call& in) {
    if (const auto named = optional_text(in.input, "UserName")) return *named;
    if (in.whose.is == wire::identity::kind::user) return in.whose.name;
    throw refusal{"ValidationError", "Must specify userName when calling with non-User credentials"};
}

principal user_of(const call& in) {
    const std::string name = own_name(in);
    if (auto found = find_principal(in.db, principal_kind::user, name)) return std::move(*found);
    throw no_such_entity(fmt::format("The user with name {} cannot be found.", name));
}

access_key own_key(const call& in, const principal& of) {
    const std::string id = text_of(in.input, "AccessKeyId");
    auto found = find_access_key(in.db, id);
    if (!found || found->user != of.name)
        throw no_such_entity(fmt::format("The Access Key with id {} cannot be found.", id));
    return std::move(*found);
}

std::string_view status_of(const access_key& key) {
    return key.is_active ? "Active" : "Inactive";
}

// The account itself, as whom its root user is described.
json::object described_root() {
    return {{"UserId", ground::account_id},
            {"Arn", fmt::format("arn:aws:iam::{}:root", ground::account_id)},
            {"UserName", "root"},
            {"Path", "/"},
            {"CreateDate", 0}};
}

} // namespace

json::object create_user(const call& in) {
    principal made{.is = principal_kind::user,
                   .name = checked_name(in, "UserName", name_characters_max),
                   .path = checked_path(in),
                   .id = new_id("AIDA"),
                   .created_ms = now_of(in)};
    if (find_principal(in.db, made.is, made.name)) {
        throw refusal{"EntityAlreadyExists", fmt::format("User with name {} already exists.", made.name),
                      409};
    }
    insert_principal(in.db, made);
    ground::put_tags(in.db, made.arn(), "", wire::read_tags(in.input, "Tags"));
    return {{"User", described(in, made)}};
}

json::object get_user(const call& in) {
    if (!in.input.contains("UserName") && in.whose.is == wire::identity::kind::root)
        return {{"User", described_root()}};
    return {{"User", described(in, user_of(in))}};
}

json::object list_users(const call& in) {
    json::array all;
    const std::string path = optional_text(in.input, "PathPrefix").value_or("/");
    for (const principal& each : principals_of(in.db, principal_kind::user, path)) {
        json::object user = described(in, each);
        user.erase("Tags"); // as AWS's list has none
        all.emplace_back(std::move(user));
    }
    return page_of(in, "Users", all);
}

json::object delete_user(const call& in) {
    const principal gone = existing_principal(in, principal_kind::user);
    if (!groups_of(in.db, gone.name).empty()) refuse_deletion("remove users from group");
    if (!attached_policies_of(in.db, gone).empty()) refuse_deletion("detach all policies");
    if (!inline_policies_of(in.db, gone).empty()) refuse_deletion("delete policies");
    if (!access_keys_of(in.db, gone.name).empty()) refuse_deletion("delete access keys");
    delete_principal(in.db, gone);
    return {};
}

json::object create_access_key(const call& in) {
    const principal of = user_of(in);
    if (access_keys_of(in.db, of.name).size() >= access_keys_max)
        throw refusal{"LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", 409};
    const std::string secret = ground::random_text(
        secret_characters, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    access_key made{.id = "AKIA" + ground::random_text(key_characters, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
                    .user = of.name,
                    .created_ms = now_of(in)};
    const auto& vault = in.env.part<ground::vault>();
    made.sealed = ground::to_base64(ground::seal_text(vault, vault.new_key(), made.id, secret));
    insert_access_key(in.db, made);
    return {{"AccessKey", json::object{{"UserName", made.user},
                                       {"AccessKeyId", made.id},
                                       {"Status", status_of(made)},
                                       {"SecretAccessKey", secret},
                                       {"CreateDate", made.created_ms}}}};
}

json::object list_access_keys(const call& in) {
    json::array all;
    for (const access_key& each : access_keys_of(in.db, user_of(in).name)) {
        all.push_back({{"UserName", each.user},
                       {"AccessKeyId", each.id},
                       {"Status", status_of(each)},
                       {"CreateDate", each.created_ms}});
    }
    return page_of(in, "AccessKeyMetadata", all);
}

json::object update_access_key(const call& in) {
    const access_key key = own_key(in, user_of(in));
    const std::string status = text_of(in.input, "Status");
    if (status != "Active" && status != "Inactive") {
        throw refusal{"ValidationError",
                      fmt::format("1 validation error detected: Value '{}' at 'status' failed to satisfy "
                                  "constraint: Member must satisfy enum value set: [Active, Inactive]",
                                  status)};
    }
    set_access_key_active(in.db, key.id, status == "Active");
    return {};
}

json::object delete_access_key_of(const call& in) {
    delete_access_key(in.db, own_key(in, user_of(in)).id);
    return {};
}

} // namespace cruddur::cloud::iam
