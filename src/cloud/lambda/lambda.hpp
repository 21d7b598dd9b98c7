#pragma once

#include "cloud/ground/refusal.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/wire/input.hpp"
#include "cloud/wire/operation.hpp"
#include "cloud/wire/web.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cruddur::cloud::lambda {

namespace json = boost::json;
using ground::refusal;
using ground::rows;
using ground::transaction;
using wire::call;
using wire::find_list;
using wire::find_object;
using wire::is_true;
using wire::member_limit;
using wire::operation;
using wire::optional_boolean;
using wire::optional_integer;
using wire::optional_text;
using wire::served_structure;
using wire::text_of;
using wire::text_pattern;
using wire::texts_of;
using wire::web_call;
using wire::web_route;

[[nodiscard]] const wire::service& lambda_service();
[[nodiscard]] std::span<const web_route> lambda_web_routes(); // links to code

[[nodiscard]] ground::service_migrations lambda_migrations();

// What Lambda's files share.

[[nodiscard]] refusal invalid_parameter_value(std::string message);
[[nodiscard]] std::string base64_of_hex(std::string_view hex);
[[nodiscard]] std::string modified(const call& in); // now, as LastModified has it
// As AddPermission and AddLayerVersionPermission write whom they are for. Throws refusal.
[[nodiscard]] json::value principal_of(const std::string& asked);
[[nodiscard]] bool is_layer_name(std::string_view text);

// A function as FunctionName has it: by name, partial ARN or ARN, with its qualifier there or as Qualifier.
struct function_name {
    std::string arn;                 // without a qualifier
    std::string qualifier = {};      // $LATEST, a version, an alias, or "" where none was asked for
    std::string version = "$LATEST"; // to which that leads

    [[nodiscard]] bool is_latest() const { return qualifier == "$LATEST"; }
    // With the qualifier, where it was asked for.
    [[nodiscard]] std::string qualified_arn() const {
        return qualifier.empty() ? arn : arn + ":" + qualifier;
    }
};
[[nodiscard]] std::string arn_of(const call& in, std::string_view name); // of a function
// Throws refusal (ValidationException, or ResourceNotFoundException for a version or alias).
[[nodiscard]] function_name named_function(const call& in);
// The same of a function that is there; throws refusal (ResourceNotFoundException).
[[nodiscard]] function_name existing_function(const call& in);
// The ARN of one that is there, for operations that take no qualifier: `otherwise` is what they answer to
// one.
[[nodiscard]] std::string unqualified_function(const call& in, std::string_view otherwise);
[[nodiscard]] bool is_qualifier(std::string_view text); // of the characters that one may have
[[nodiscard]] refusal function_not_found(std::string_view arn);

// A version and an alias have revisions of their own.
[[nodiscard]] std::string revision_of(const call& in, const function_name& name);
// Refuses a change of another revision than the one that is asked for (PreconditionFailedException).
void check_revision(const call& in, const function_name& name, const std::optional<std::string>& wanted,
                    std::string_view operation);

// What GetFunctionConfiguration says of one. Throws refusal.
[[nodiscard]] json::object configuration_of(const call& in, const function_name& name);
// Pages of them, by Marker and MaxItems.
struct configuration_list {
    std::string function = {}; // of this alone; "" is every one of the region
    bool all_versions = false;
    bool is_empty = false;
    std::string_view member = "Functions"; // of the answer
};
[[nodiscard]] json::object list_configurations(const call& in, const configuration_list& wanted);
// Makes a version of $LATEST as it is; returns its number.
std::string publish(const call& in, const std::string& arn, const std::optional<std::string>& description);
void delete_version(const call& in, const function_name& name);

// The limits and structures of Lambda's inputs, and what a function's settings must be beside them.
[[nodiscard]] std::span<const member_limit> lambda_limits();
[[nodiscard]] std::span<const served_structure> lambda_structures();
void check_settings(const json::object& input);

// Parts of a request, checked, in the form in which the state keeps them; nullptr is what is not given. They
// throw refusal.
[[nodiscard]] std::string vpc_of(const call& in, const json::object* wanted);
[[nodiscard]] std::string environment_of(const json::object* wanted);
[[nodiscard]] std::string tags_of(const json::object* wanted);
[[nodiscard]] std::optional<std::int64_t> storage_of(const json::object& input);
[[nodiscard]] std::optional<std::string> tracing_of(const json::object& input);
// The zip's bytes.
[[nodiscard]] std::string zip_of(const json::object* code);

// Where the zip of that digest is to be had for ten minutes, by whoever has the link.
[[nodiscard]] std::string link_to_code(const call& in, const std::string& sha256);

// The operations beside those that manage functions.
boost::asio::awaitable<json::object> invoke_function(const call& in);
json::object add_permission(const call& in);
json::object get_policy(const call& in);
json::object remove_permission(const call& in);
json::object put_concurrency(const call& in);
json::object get_concurrency(const call& in);
json::object delete_concurrency(const call& in);
json::object list_function_tags(const call& in);
json::object tag_function(const call& in);
json::object untag_function(const call& in);
boost::asio::awaitable<json::object> publish_layer_version(const call& in);
json::object get_layer_version(const call& in);
json::object get_layer_version_by_arn(const call& in);
json::object list_layers(const call& in);
json::object list_layer_versions(const call& in);
json::object delete_layer_version(const call& in);
json::object add_layer_version_permission(const call& in);
json::object get_layer_version_policy(const call& in);
json::object remove_layer_version_permission(const call& in);
json::object publish_version(const call& in);
json::object list_versions(const call& in);
json::object create_alias(const call& in);
json::object update_alias(const call& in);
json::object get_alias(const call& in);
json::object list_aliases(const call& in);
json::object delete_alias(const call& in);

} // namespace cruddur::cloud::lambda
