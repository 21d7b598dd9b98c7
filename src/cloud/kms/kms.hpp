#pragma once

#include "cloud/kms/keys.hpp"
#include "cloud/wire/input.hpp"
#include "cloud/wire/operation.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace cruddur::cloud::kms {

namespace json = boost::json;
using ground::refusal;
using wire::call;
using wire::optional_boolean;
using wire::optional_integer;
using wire::optional_text;
using wire::text_of;

[[nodiscard]] const wire::service& kms_service();

// What KMS's files share.

[[nodiscard]] std::int64_t now_of(const call& in);
// The key that an input names, and the same where it must be usable. Each throws KMS's refusal.
[[nodiscard]] key existing_key(const call& in, const std::string& named);
void check_usable(const key& what);

// The operations, by file.
json::object create_key(const call& in);
json::object describe_key(const call& in);
json::object list_keys(const call& in);
json::object enable_key(const call& in);
json::object disable_key(const call& in);
json::object schedule_key_deletion(const call& in);
json::object cancel_key_deletion(const call& in);
json::object create_alias(const call& in);
json::object update_alias(const call& in);
json::object delete_alias(const call& in);
json::object list_aliases(const call& in);

json::object encrypt(const call& in);
json::object decrypt(const call& in);
json::object generate_data_key(const call& in);
json::object generate_data_key_without_plaintext(const call& in);

} // namespace cruddur::cloud::kms
