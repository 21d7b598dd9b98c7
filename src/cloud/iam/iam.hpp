#pragma once

#include "cloud/iam/iam_store.hpp"
#include "cloud/iam/policy_document.hpp"
#include "cloud/wire/input.hpp"
#include "cloud/wire/operation.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace cruddur::cloud::iam {

namespace json = boost::json;
using ground::refusal;
using wire::call;
using wire::is_true;
using wire::optional_text;
using wire::text_of;

[[nodiscard]] const wire::service& iam_service();
[[nodiscard]] const wire::service& organizations_service();

// What IAM's files share. Each of these throws the refusal that AWS has.

[[nodiscard]] std::int64_t now_of(const call& in);
[[nodiscard]] refusal no_such_entity(std::string message);
// The principal that the member of its kind names: "UserName", "GroupName", "RoleName".
[[nodiscard]] principal existing_principal(const call& in, principal_kind kind);
// A new name, and the path beside it.
[[nodiscard]] std::string checked_name(const call& in, std::string_view member, std::size_t characters_max);
[[nodiscard]] std::string checked_path(const call& in);
// A document of that member, which can be read; at most so many characters, blanks not counted.
[[nodiscard]] std::string checked_document(const call& in, std::string_view member, policy_use use);
void check_document_size(const std::string& document, std::size_t characters_max, const std::string& message);
// An identifier as IAM makes them: the prefix and seventeen characters.
[[nodiscard]] std::string new_id(std::string_view prefix);
// As answers have them.
[[nodiscard]] json::object described(const call& in, const principal& what);
[[nodiscard]] std::string url_encoded(std::string_view document);
// A page of what was described, under that name.
[[nodiscard]] json::object page_of(const call& in, std::string_view name, const json::array& all);

[[nodiscard]] constexpr std::string_view name_member(principal_kind kind) {
    return kind == principal_kind::user    ? "UserName"
           : kind == principal_kind::group ? "GroupName"
                                           : "RoleName";
}

// The operations, by file.
json::object create_user(const call& in);
json::object get_user(const call& in);
json::object list_users(const call& in);
json::object delete_user(const call& in);
json::object create_access_key(const call& in);
json::object list_access_keys(const call& in);
json::object update_access_key(const call& in);
json::object delete_access_key_of(const call& in);

json::object create_group(const call& in);
json::object get_group(const call& in);
json::object list_groups(const call& in);
json::object delete_group(const call& in);
json::object add_user_to_group(const call& in);
json::object remove_user_from_group(const call& in);
json::object list_groups_for_user(const call& in);

json::object create_role(const call& in);
json::object get_role(const call& in);
json::object list_roles(const call& in);
json::object update_role(const call& in);
json::object delete_role(const call& in);
json::object update_assume_role_policy(const call& in);

json::object create_policy(const call& in);
json::object get_policy(const call& in);
json::object list_policies(const call& in);
json::object delete_policy(const call& in);
json::object create_policy_version(const call& in);
json::object get_policy_version(const call& in);
json::object list_policy_versions(const call& in);
json::object delete_policy_version_of(const call& in);
json::object set_default_policy_version(const call& in);
json::object list_entities_for_policy(const call& in);

// Those that users, groups and roles have alike: of its own kind each.
template<principal_kind Kind>
struct principal_operations {
    static json::object put_policy(const call& in);
    static json::object get_policy(const call& in);
    static json::object list_policies(const call& in);
    static json::object delete_policy(const call& in);
    static json::object attach_policy(const call& in);
    static json::object detach_policy(const call& in);
    static json::object list_attached_policies(const call& in);
    static json::object tag(const call& in);
    static json::object untag(const call& in);
    static json::object list_tags(const call& in);
};
using user_operations = principal_operations<principal_kind::user>;
using group_operations = principal_operations<principal_kind::group>;
using role_operations = principal_operations<principal_kind::role>;

} // namespace cruddur::cloud::iam
