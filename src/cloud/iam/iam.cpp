#include "cloud/iam/iam.hpp"

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/tags.hpp"
#include "cloud/wire/listing.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/json/array.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>

namespace cruddur::cloud::iam {

namespace {

using wire::operation;

constexpr std::string_view name_punctuation = "+=,.@_-";
constexpr std::size_t path_characters_max = 512;
constexpr std::int64_t items_max = 1000;
constexpr std::int64_t items_default = 100;

constexpr std::array operations{
    operation{"AddUserToGroup", "GroupName UserName", add_user_to_group},
    operation{"AttachGroupPolicy", "GroupName PolicyArn", group_operations::attach_policy},
    operation{"AttachRolePolicy", "RoleName PolicyArn", role_operations::attach_policy},
    operation{"AttachUserPolicy", "UserName PolicyArn", user_operations::attach_policy},
    operation{"CreateAccessKey", "UserName", create_access_key},
    operation{"CreateGroup", "GroupName Path", create_group},
    operation{"CreatePolicy", "PolicyName PolicyDocument Path Description Tags", create_policy},
    operation{"CreatePolicyVersion", "PolicyArn PolicyDocument SetAsDefault", create_policy_version},
    operation{"CreateRole", "RoleName AssumeRolePolicyDocument Path Description MaxSessionDuration Tags",
              create_role},
    operation{"CreateUser", "UserName Path Tags", create_user},
    operation{"DeleteAccessKey", "AccessKeyId UserName", delete_access_key_of},
    operation{"DeleteGroup", "GroupName", delete_group},
    operation{"DeleteGroupPolicy", "GroupName PolicyName", group_operations::delete_policy},
    operation{"DeletePolicy", "PolicyArn", delete_policy},
    operation{"DeletePolicyVersion", "PolicyArn VersionId", delete_policy_version_of},
    operation{"DeleteRole", "RoleName", delete_role},
    operation{"DeleteRolePolicy", "RoleName PolicyName", role_operations::delete_policy},
    operation{"DeleteUser", "UserName", delete_user},
    operation{"DeleteUserPolicy", "UserName PolicyName", user_operations::delete_policy},
    operation{"DetachGroupPolicy", "GroupName PolicyArn", group_operations::detach_policy},
    operation{"DetachRolePolicy", "RoleName PolicyArn", role_operations::detach_policy},
    operation{"DetachUserPolicy", "UserName PolicyArn", user_operations::detach_policy},
    operation{"GetGroup", "GroupName Marker MaxItems", get_group},
    operation{"GetGroupPolicy", "GroupName PolicyName", group_operations::get_policy},
    operation{"GetPolicy", "PolicyArn", get_policy},
    operation{"GetPolicyVersion", "PolicyArn VersionId", get_policy_version},
    operation{"GetRole", "RoleName", get_role},
    operation{"GetRolePolicy", "RoleName PolicyName", role_operations::get_policy},
    operation{"GetUser", "UserName", get_user},
    operation{"GetUserPolicy", "UserName PolicyName", user_operations::get_policy},
    operation{"ListAccessKeys", "UserName Marker MaxItems", list_access_keys},
    operation{"ListAttachedGroupPolicies", "GroupName PathPrefix Marker MaxItems",
              group_operations::list_attached_policies},
    operation{"ListAttachedRolePolicies", "RoleName PathPrefix Marker MaxItems",
              role_operations::list_attached_policies},
    operation{"ListAttachedUserPolicies", "UserName PathPrefix Marker MaxItems",
              user_operations::list_attached_policies},
    operation{"ListEntitiesForPolicy", "PolicyArn EntityFilter PathPrefix Marker MaxItems",
              list_entities_for_policy},
    operation{"ListGroupPolicies", "GroupName Marker MaxItems", group_operations::list_policies},
    operation{"ListGroups", "PathPrefix Marker MaxItems", list_groups},
    operation{"ListGroupsForUser", "UserName Marker MaxItems", list_groups_for_user},
    operation{"ListPolicies", "Scope OnlyAttached PathPrefix Marker MaxItems", list_policies},
    operation{"ListPolicyVersions", "PolicyArn Marker MaxItems", list_policy_versions},
    operation{"ListRolePolicies", "RoleName Marker MaxItems", role_operations::list_policies},
    operation{"ListRoleTags", "RoleName Marker MaxItems", role_operations::list_tags},
    operation{"ListRoles", "PathPrefix Marker MaxItems", list_roles},
    operation{"ListUserPolicies", "UserName Marker MaxItems", user_operations::list_policies},
    operation{"ListUserTags", "UserName Marker MaxItems", user_operations::list_tags},
    operation{"ListUsers", "PathPrefix Marker MaxItems", list_users},
    operation{"PutGroupPolicy", "GroupName PolicyName PolicyDocument", group_operations::put_policy},
    operation{"PutRolePolicy", "RoleName PolicyName PolicyDocument", role_operations::put_policy},
    operation{"PutUserPolicy", "UserName PolicyName PolicyDocument", user_operations::put_policy},
    operation{"RemoveUserFromGroup", "GroupName UserName", remove_user_from_group},
    operation{"SetDefaultPolicyVersion", "PolicyArn VersionId", set_default_policy_version},
    operation{"TagRole", "RoleName Tags", role_operations::tag},
    operation{"TagUser", "UserName Tags", user_operations::tag},
    operation{"UntagRole", "RoleName TagKeys", role_operations::untag},
    operation{"UntagUser", "UserName TagKeys", user_operations::untag},
    operation{"UpdateAccessKey", "AccessKeyId Status UserName", update_access_key},
    operation{"UpdateAssumeRolePolicy", "RoleName PolicyDocument", update_assume_role_policy},
    operation{"UpdateRole", "RoleName Description MaxSessionDuration", update_role}};

// "UserName" is 'userName' in AWS's messages.
std::string in_message(std::string_view member) {
    std::string out{member};
    out.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(out.front())));
    return out;
}

} // namespace

const wire::service& iam_service() {
    static constexpr wire::service service{.model = wire::iam_model,
                                           .operations = operations,
                                           .title = "AWSIdentityManagementV20100508",
                                           .xmlns = "https://iam.amazonaws.com/doc/2010-05-08/"};
    return service;
}

std::int64_t now_of(const call& in) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(in.now.time_since_epoch()).count();
}

refusal no_such_entity(std::string message) {
    return {"NoSuchEntity", std::move(message), 404};
}

principal existing_principal(const call& in, principal_kind kind) {
    const std::string name = text_of(in.input, name_member(kind));
    if (auto found = find_principal(in.db, kind, name)) return std::move(*found);
    throw no_such_entity(fmt::format("The {} with name {} cannot be found.", name_of(kind), name));
}

std::string checked_name(const call& in, std::string_view member, std::size_t characters_max) {
    std::string name = text_of(in.input, member);
    const bool is_plain = std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 || name_punctuation.find(static_cast<char>(c)) != std::string_view::npos;
    });
    if (!is_plain) {
        throw refusal{"ValidationError",
                      fmt::format("The specified value for {} is invalid. It must contain only alphanumeric "
                                  "characters and/or the following: +=,.@_-",
                                  in_message(member))};
    }
    if (name.empty() || name.size() > characters_max) {
        throw refusal{
            "ValidationError",
            fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: "
                        "Member must have length {} than or equal to {}",
                        name.substr(0, characters_max), in_message(member), name.empty() ? "greater" : "less",
                        name.empty() ? 1 : characters_max)};
    }
    return name;
}

std::string checked_path(const call& in) {
    std::string path = optional_text(in.input, "Path").value_or("/");
    const bool is_valid = path.starts_with('/') && path.ends_with('/') &&
                          path.size() <= path_characters_max &&
                          std::ranges::all_of(path, [](char c) { return c > ' ' && c <= '~'; });
    if (!is_valid) {
        throw refusal{"ValidationError",
                      "The specified value for path is invalid. It must begin and end with / and contain "
                      "only alphanumeric characters and/or / characters."};
    }
    return path;
}

std::string checked_document(const call& in, std::string_view member, policy_use use) {
    std::string document = text_of(in.input, member);
    try {
        (void)read_policy(document, use);
    } catch (const malformed_policy& why) {
        throw refusal{"MalformedPolicyDocument", why.what()};
    }
    return document;
}

void check_document_size(const std::string& document, std::size_t characters_max,
                         const std::string& message) {
    const auto characters = std::ranges::count_if(
        document, [](char c) { return c != ' ' && c != '\t' && c != '\n' && c != '\r'; });
    if (static_cast<std::size_t>(characters) > characters_max) throw refusal{"LimitExceeded", message, 409};
}

std::string new_id(std::string_view prefix) {
    constexpr std::size_t characters = 17;
    return std::string{prefix} + ground::random_text(characters, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
}

std::string url_encoded(std::string_view document) {
    return boost::urls::encode(document, boost::urls::unreserved_chars);
}

json::object described(const call& in, const principal& what) {
    json::object out{{"Path", what.path}, {"Arn", what.arn()}, {"CreateDate", what.created_ms}};
    out[name_member(what.is)] = what.name;
    const std::string_view id = what.is == principal_kind::user    ? "UserId"
                                : what.is == principal_kind::group ? "GroupId"
                                                                   : "RoleId";
    out[id] = what.id;
    if (what.is == principal_kind::role) {
        out["AssumeRolePolicyDocument"] = url_encoded(what.trust);
        out["MaxSessionDuration"] = what.session_seconds_max;
        if (!what.description.empty()) out["Description"] = what.description;
    }
    const ground::tag_list tags = ground::tags_of(in.db, what.arn());
    if (!tags.empty()) out["Tags"] = wire::write_tags(tags);
    return out;
}

json::object page_of(const call& in, std::string_view name, const json::array& all) {
    const std::int64_t items = wire::optional_integer(in.input, "MaxItems").value_or(items_default);
    if (items < 1 || items > items_max) {
        throw refusal{"ValidationError",
                      fmt::format("1 validation error detected: Value '{}' at 'maxItems' failed to satisfy "
                                  "constraint: Member must have value {} than or equal to {}",
                                  items, items < 1 ? "greater" : "less", items < 1 ? 1 : items_max)};
    }
    const auto shown =
        wire::page_at(optional_text(in.input, "Marker"), static_cast<std::size_t>(items), all.size());
    if (!shown) throw refusal{"ValidationError", "Invalid Marker."};
    json::object out = wire::listed(name, all, *shown, [](const json::value& each) { return each; });
    out["IsTruncated"] = !shown->next.empty();
    return out;
}

} // namespace cruddur::cloud::iam
