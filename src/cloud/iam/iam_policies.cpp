// Managed policies and their versions.

#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/tags.hpp"
#include "cloud/iam/aws_policies.hpp"
#include "cloud/iam/iam.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cctype>

namespace cruddur::cloud::iam {

namespace {

constexpr std::size_t name_characters_max = 128;
constexpr std::size_t policy_characters_max = 6144;
constexpr std::size_t versions_max = 5;

std::string checked_managed(const call& in) {
    std::string document = checked_document(in, "PolicyDocument", policy_use::identity);
    check_document_size(document, policy_characters_max, "Cannot exceed quota for PolicySize: 6144");
    return document;
}

std::string version_id(std::int64_t number) {
    return fmt::format("v{}", number);
}

json::object described_policy(const call& in, const managed_policy& what) {
    json::object out{{"PolicyName", what.name},
                     {"PolicyId", what.id},
                     {"Arn", what.arn},
                     {"Path", what.path},
                     {"DefaultVersionId", version_id(what.default_version)},
                     {"AttachmentCount", static_cast<std::int64_t>(holders_of(in.db, what.arn).size())},
                     {"PermissionsBoundaryUsageCount", 0},
                     {"IsAttachable", true},
                     {"CreateDate", what.created_ms},
                     {"UpdateDate", what.updated_ms}};
    if (!what.description.empty()) out["Description"] = what.description;
    const ground::tag_list tags = ground::tags_of(in.db, what.arn);
    if (!tags.empty()) out["Tags"] = wire::write_tags(tags);
    return out;
}

managed_policy as_managed(const aws_policy& from) {
    return {std::string{from.arn}, std::string{from.name}, std::string{from.path}, std::string{from.id}};
}

// The policy that is named, the account's or AWS's.
managed_policy existing_policy(const call& in) {
    const std::string arn = text_of(in.input, "PolicyArn");
    if (const aws_policy* const own = find_aws_policy(arn)) return as_managed(*own);
    if (auto found = find_managed_policy(in.db, arn)) return std::move(*found);
    throw no_such_entity(fmt::format("Policy {} was not found.", arn));
}

managed_policy own_policy(const call& in) {
    managed_policy out = existing_policy(in);
    if (find_aws_policy(out.arn) != nullptr) {
        throw refusal{"AccessDenied",
                      fmt::format("{} is AWS's own policy, which nobody's account can change.", out.arn),
                      403};
    }
    return out;
}

std::vector<policy_version> versions_of(const call& in, const managed_policy& of) {
    if (const aws_policy* const own = find_aws_policy(of.arn)) return {{1, std::string{own->document}, 0}};
    return policy_versions_of(in.db, of.arn);
}

policy_version existing_version(const call& in, const managed_policy& of) {
    const std::string id = text_of(in.input, "VersionId");
    for (policy_version& each : versions_of(in, of)) {
        if (version_id(each.number) == id) return std::move(each);
    }
    throw no_such_entity(
        fmt::format("Policy {} version {} does not exist or is not attachable.", of.arn, id));
}

json::object described_version(const managed_policy& of, const policy_version& what, bool with_document) {
    json::object out{{"VersionId", version_id(what.number)},
                     {"IsDefaultVersion", what.number == of.default_version},
                     {"CreateDate", what.created_ms}};
    if (with_document) out["Document"] = url_encoded(what.document);
    return out;
}

} // namespace

json::object create_policy(const call& in) {
    managed_policy made{.arn = {},
                        .name = checked_name(in, "PolicyName", name_characters_max),
                        .path = checked_path(in),
                        .id = new_id("ANPA"),
                        .description = text_of(in.input, "Description"),
                        .created_ms = now_of(in),
                        .updated_ms = now_of(in)};
    made.arn = fmt::format("arn:aws:iam::{}:policy{}{}", ground::account_id, made.path, made.name);
    const std::string document = checked_managed(in);
    const auto all = managed_policies(in.db);
    const bool is_taken = std::ranges::any_of(all, [&](const managed_policy& each) {
        return std::ranges::equal(each.name, made.name, [](unsigned char a, unsigned char b) {
            return std::tolower(a) == std::tolower(b);
        });
    });
    if (is_taken) {
        throw refusal{
            "EntityAlreadyExists",
            fmt::format("A policy called {} already exists. Duplicate names are not allowed.", made.name),
            409};
    }
    insert_managed_policy(in.db, made, document);
    ground::put_tags(in.db, made.arn, "", wire::read_tags(in.input, "Tags"));
    return {{"Policy", described_policy(in, made)}};
}

json::object get_policy(const call& in) {
    return {{"Policy", described_policy(in, existing_policy(in))}};
}

json::object list_policies(const call& in) {
    const std::string scope = optional_text(in.input, "Scope").value_or("All");
    if (scope != "All" && scope != "AWS" && scope != "Local") {
        throw refusal{"ValidationError",
                      fmt::format("1 validation error detected: Value '{}' at 'scope' failed to satisfy "
                                  "constraint: Member must satisfy enum value set: [AWS, All, Local]",
                                  scope)};
    }
    std::vector<managed_policy> wanted;
    if (scope != "AWS") wanted = managed_policies(in.db);
    if (scope != "Local") {
        for (const aws_policy& each : aws_policies())
            wanted.push_back(as_managed(each));
    }
    const std::string path = optional_text(in.input, "PathPrefix").value_or("/");
    json::array all;
    for (const managed_policy& each : wanted) {
        if (!each.path.starts_with(path)) continue;
        json::object policy = described_policy(in, each);
        if (is_true(in.input, "OnlyAttached") && policy["AttachmentCount"] == 0) continue;
        policy.erase("Tags"); // as AWS's list has neither
        policy.erase("Description");
        all.emplace_back(std::move(policy));
    }
    return page_of(in, "Policies", all);
}

json::object delete_policy(const call& in) {
    const managed_policy gone = own_policy(in);
    if (!holders_of(in.db, gone.arn).empty())
        throw refusal{"DeleteConflict", "Cannot delete a policy attached to entities.", 409};
    if (policy_versions_of(in.db, gone.arn).size() > 1) {
        throw refusal{"DeleteConflict",
                      "This policy has more than one version. Before you delete a policy, you must delete "
                      "the policy's versions. The default version is deleted with the policy.",
                      409};
    }
    delete_managed_policy(in.db, gone.arn);
    return {};
}

json::object create_policy_version(const call& in) {
    managed_policy of = own_policy(in);
    const policy_version made{next_policy_version(in.db, of.arn), checked_managed(in), now_of(in)};
    if (policy_versions_of(in.db, of.arn).size() >= versions_max) {
        throw refusal{"LimitExceeded",
                      "A managed policy can have up to 5 versions. Before you create a new version, you must "
                      "delete an existing version.",
                      409};
    }
    insert_policy_version(in.db, of.arn, made);
    if (is_true(in.input, "SetAsDefault")) of.default_version = made.number;
    of.updated_ms = made.created_ms;
    save_managed_policy(in.db, of);
    return {{"PolicyVersion", described_version(of, made, false)}};
}

json::object get_policy_version(const call& in) {
    const managed_policy of = existing_policy(in);
    return {{"PolicyVersion", described_version(of, existing_version(in, of), true)}};
}

json::object list_policy_versions(const call& in) {
    const managed_policy of = existing_policy(in);
    json::array all;
    for (const policy_version& each : versions_of(in, of))
        all.emplace_back(described_version(of, each, false));
    return page_of(in, "Versions", all);
}

json::object delete_policy_version_of(const call& in) {
    const managed_policy of = own_policy(in);
    const policy_version gone = existing_version(in, of);
    if (gone.number == of.default_version)
        throw refusal{"DeleteConflict", "Cannot delete the default version of a policy.", 409};
    delete_policy_version(in.db, of.arn, gone.number);
    return {};
}

json::object set_default_policy_version(const call& in) {
    managed_policy of = own_policy(in);
    of.default_version = existing_version(in, of).number;
    of.updated_ms = now_of(in);
    save_managed_policy(in.db, of);
    return {};
}

json::object list_entities_for_policy(const call& in) {
    const managed_policy of = existing_policy(in);
    const std::string filter = text_of(in.input, "EntityFilter");
    const std::string path = optional_text(in.input, "PathPrefix").value_or("/");
    json::array all; // of every kind: a page goes over all of them
    for (const principal& each : holders_of(in.db, of.arn)) {
        const std::string_view kind = each.is == principal_kind::user    ? "User"
                                      : each.is == principal_kind::group ? "Group"
                                                                         : "Role";
        if ((!filter.empty() && filter != kind) || !each.path.starts_with(path)) continue;
        all.push_back({{"Kind", kind}, {"Name", each.name}, {"Id", each.id}});
    }
    json::object out = page_of(in, "All", all);
    json::object sorted{{"PolicyGroups", json::array{}},
                        {"PolicyUsers", json::array{}},
                        {"PolicyRoles", json::array{}},
                        {"IsTruncated", out["IsTruncated"]}};
    if (out.contains("Marker")) sorted["Marker"] = out["Marker"];
    for (const json::value& each : out["All"].as_array()) {
        const std::string kind{each.at("Kind").as_string()};
        sorted["Policy" + kind + "s"].as_array().push_back(
            {{kind + "Name", each.at("Name")}, {kind + "Id", each.at("Id")}});
    }
    return sorted;
}

} // namespace cruddur::cloud::iam
