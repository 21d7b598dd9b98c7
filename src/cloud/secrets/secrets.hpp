#pragma once

#include "cloud/kms/keys.hpp"
#include "cloud/secrets/secret_store.hpp"
#include "cloud/wire/input.hpp"
#include "cloud/wire/operation.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace cruddur::cloud::secrets {

namespace json = boost::json;
using ground::refusal;
using wire::call;
using wire::is_true;
using wire::optional_boolean;
using wire::optional_integer;
using wire::optional_text;
using wire::text_of;
using wire::texts_of;

[[nodiscard]] const wire::service& secrets_service();

// What the files of Secrets Manager share.

[[nodiscard]] std::int64_t now_of(const call& in);
[[noreturn]] void refuse_parameter(std::string message); // InvalidParameterException
[[noreturn]] void refuse_request(std::string message);   // InvalidRequestException
// The secret that SecretId names; the same where it is not to be deleted; and where it is the account's own
// to change. Each throws the refusal that AWS has.
[[nodiscard]] secret existing_secret(const call& in);
[[nodiscard]] secret living_secret(const call& in);
[[nodiscard]] secret own_secret(const call& in);
// The KMS key of a secret, which must be usable.
[[nodiscard]] kms::key usable_key(const call& in, const secret& of);
// Whether the call has a value, and the version that it becomes, with those stages.
[[nodiscard]] bool has_value(const call& in);
[[nodiscard]] std::string put_version(const call& in, const secret& of, std::vector<std::string> stages);
void put_tags(const call& in, const secret& of);
// A page of what was described, under that name; a token is the place that it begins at.
[[nodiscard]] json::object page_of(const call& in, std::string_view name, const json::array& all);

// The operations, by file.
json::object create_secret(const call& in);
json::object update_secret(const call& in);
json::object describe_secret(const call& in);
json::object list_secrets(const call& in);
json::object delete_secret_soon(const call& in);
json::object restore_secret(const call& in);
json::object rotate_secret(const call& in);
json::object cancel_rotate_secret(const call& in);
json::object tag_secret(const call& in);
json::object untag_secret(const call& in);

json::object get_secret_value(const call& in);
json::object put_secret_value(const call& in);
json::object list_secret_version_ids(const call& in);
json::object update_secret_version_stage(const call& in);
json::object get_random_password(const call& in);

} // namespace cruddur::cloud::secrets
