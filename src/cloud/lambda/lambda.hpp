#pragma once

#include "cloud/ground/refusal.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/wire/json_protocol.hpp"
#include "cloud/wire/web.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cruddur::cloud::lambda {

using ground::refusal;
using ground::rows;
using ground::transaction;
using wire::find_list;
using wire::find_object;
using wire::member_limit;
using wire::optional_boolean;
using wire::optional_integer;
using wire::optional_text;
using wire::served_structure;
using wire::text_of;
using wire::text_pattern;
using wire::web_call;
using wire::web_route;

[[nodiscard]] std::span<const web_route> lambda_routes(); // REST-JSON of 2015-03-31

[[nodiscard]] ground::service_migrations lambda_migrations();

// What Lambda's files share.

using lambda_answer = boost::asio::awaitable<http::response>;

[[nodiscard]] refusal invalid_parameter_value(std::string message);
[[nodiscard]] http::response lambda_json(unsigned status, const boost::json::value& body);
[[nodiscard]] http::response lambda_nothing(); // 204

// A function as a request names it: by name, partial ARN or ARN, with its qualifier there or in the query.
// There are no versions and aliases, so that the qualifier is $LATEST or none.
struct function_name {
    std::string arn; // without a qualifier
    bool is_latest = false;

    // With the qualifier, where it was asked for.
    [[nodiscard]] std::string qualified_arn() const { return is_latest ? arn + ":$LATEST" : arn; }
};
// Throws refusal (ValidationException, or ResourceNotFoundException for a version or alias).
[[nodiscard]] function_name named_function(const web_call& in);
// The same of a function that is there; throws refusal (ResourceNotFoundException).
[[nodiscard]] function_name existing_function(const web_call& in);
// The ARN of one that is there, for operations that take no qualifier: `otherwise` is what they answer to
// one.
[[nodiscard]] std::string unqualified_function(const web_call& in, std::string_view otherwise);
[[nodiscard]] bool is_qualifier(std::string_view text); // of the characters that one may have
[[nodiscard]] refusal function_not_found(std::string_view arn);

// Refuses a change of another revision than the one that is asked for (PreconditionFailedException).
void check_revision(const web_call& in, const std::string& arn, const std::optional<std::string>& wanted,
                    std::string_view operation);

// What a request says, its types and bounds checked; what is refused is what would be ignored here.
enum class function_request : std::uint8_t { create, configuration, code, permission, concurrency, tags };
[[nodiscard]] boost::json::object read_request(const web_call& in, function_request what);
// The same of what stands in a request's path, query and fields, of which the operation serves those members.
void check_parameters(std::string_view operation, std::string_view served, const boost::json::object& given);

// Parts of a request, checked, in the form in which the state keeps them; nullptr is what is not given. They
// throw refusal.
[[nodiscard]] std::string vpc_of(const web_call& in, const boost::json::object* wanted);
[[nodiscard]] std::string environment_of(const boost::json::object* wanted);
[[nodiscard]] std::string tags_of(const boost::json::object* wanted);
[[nodiscard]] std::optional<std::int64_t> storage_of(const boost::json::object& input);
[[nodiscard]] std::optional<std::string> tracing_of(const boost::json::object& input);
// The zip's bytes.
[[nodiscard]] std::string zip_of(const boost::json::object* code);

// Where the zip of that digest is to be had for ten minutes, by whoever has the link.
[[nodiscard]] std::string link_to_code(const web_call& in, const std::string& sha256);
lambda_answer get_code(const web_call& in);

// The operations beside those that manage functions.
lambda_answer invoke_function(const web_call& in);
lambda_answer add_permission(const web_call& in);
lambda_answer get_policy(const web_call& in);
lambda_answer remove_permission(const web_call& in);
lambda_answer put_concurrency(const web_call& in);
lambda_answer get_concurrency(const web_call& in);
lambda_answer delete_concurrency(const web_call& in);
lambda_answer list_function_tags(const web_call& in);
lambda_answer tag_function(const web_call& in);
lambda_answer untag_function(const web_call& in);

} // namespace cruddur::cloud::lambda
