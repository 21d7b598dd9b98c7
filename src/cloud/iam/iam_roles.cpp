#include "cloud/ground/tags.hpp"
#include "cloud/iam/iam.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

namespace cruddur::cloud::iam {

namespace {

constexpr std::size_t name_characters_max = 64;
constexpr std::size_t trust_characters_max = 2048;
constexpr std::int64_t session_seconds_min = 3600;
constexpr std::int64_t session_seconds_max = 43'200;

std::int64_t checked_session(const call& in, std::int64_t otherwise) {
    const std::int64_t asked = wire::optional_integer(in.input, "MaxSessionDuration").value_or(otherwise);
    if (asked < session_seconds_min || asked > session_seconds_max) {
        const bool is_less = asked < session_seconds_min;
        throw refusal{
            "ValidationError",
            fmt::format("1 validation error detected: Value '{}' at 'maxSessionDuration' failed to satisfy "
                        "constraint: Member must have value {} than or equal to {}",
                        asked, is_less ? "greater" : "less",
                        is_less ? session_seconds_min : session_seconds_max)};
    }
    return asked;
}

std::string checked_trust(const call& in, std::string_view member) {
    std::string document = checked_document(in, member, policy_use::trust);
    check_document_size(document, trust_characters_max, "Cannot exceed quota for ACLSizePerRole: 2048");
    return document;
}

} // namespace

json::object create_role(const call& in) {
    const principal made{.is = principal_kind::role,
                         .name = checked_name(in, "RoleName", name_characters_max),
                         .path = checked_path(in),
                         .id = new_id("AROA"),
                         .created_ms = now_of(in),
                         .trust = checked_trust(in, "AssumeRolePolicyDocument"),
                         .description = text_of(in.input, "Description"),
                         .session_seconds_max = checked_session(in, session_seconds_min)};
    if (find_principal(in.db, made.is, made.name)) {
        throw refusal{"EntityAlreadyExists", fmt::format("Role with name {} already exists.", made.name),
                      409};
    }
    insert_principal(in.db, made);
    ground::put_tags(in.db, made.arn(), "", wire::read_tags(in.input, "Tags"));
    return {{"Role", described(in, made)}};
}

json::object get_role(const call& in) {
    return {{"Role", described(in, existing_principal(in, principal_kind::role))}};
}

json::object list_roles(const call& in) {
    json::array all;
    const std::string path = optional_text(in.input, "PathPrefix").value_or("/");
    for (const principal& each : principals_of(in.db, principal_kind::role, path)) {
        json::object role = described(in, each);
        role.erase("Tags"); // as AWS's list has none
        all.emplace_back(std::move(role));
    }
    return page_of(in, "Roles", all);
}

json::object update_role(const call& in) {
    principal role = existing_principal(in, principal_kind::role);
    role.session_seconds_max = checked_session(in, role.session_seconds_max);
    role.description = optional_text(in.input, "Description").value_or(role.description);
    save_role(in.db, role);
    return {};
}

json::object delete_role(const call& in) {
    const principal gone = existing_principal(in, principal_kind::role);
    if (!attached_policies_of(in.db, gone).empty())
        throw refusal{"DeleteConflict", "Cannot delete entity, must detach all policies first.", 409};
    if (!inline_policies_of(in.db, gone).empty())
        throw refusal{"DeleteConflict", "Cannot delete entity, must delete policies first.", 409};
    delete_principal(in.db, gone);
    return {};
}

json::object update_assume_role_policy(const call& in) {
    principal role = existing_principal(in, principal_kind::role);
    role.trust = checked_trust(in, "PolicyDocument");
    save_role(in.db, role);
    return {};
}

} // namespace cruddur::cloud::iam
