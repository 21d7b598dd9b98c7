#pragma once

#include "cloud/json_protocol.hpp"
#include "cloud/refusal.hpp"
#include "cloud/web.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace cruddur::cloud {

// What Lambda's files share.

using lambda_answer = boost::asio::awaitable<http::response>;

[[nodiscard]] refusal invalid_parameter_value(std::string message);
[[nodiscard]] http::response lambda_json(unsigned status, const boost::json::value& body);
[[nodiscard]] http::response lambda_nothing(); // 204

// The ARN of the function that the path names: by name, partial ARN or ARN, with or without $LATEST.
[[nodiscard]] std::string named_function(const web_call& in);
// The same of one that is there; throws refusal (ResourceNotFoundException).
[[nodiscard]] std::string existing_function(const web_call& in);
[[nodiscard]] refusal function_not_found(std::string_view arn);

// What a request says, its types and bounds checked; what is refused is what would be ignored here.
enum class function_request : std::uint8_t { create, configuration, code, permission, concurrency, tags };
[[nodiscard]] boost::json::object read_request(const web_call& in, function_request what);

// Parts of a request, checked, in the form in which the state keeps them; nullptr is what is not given. They
// throw refusal.
[[nodiscard]] std::string vpc_of(const web_call& in, const boost::json::object* wanted);
[[nodiscard]] std::string environment_of(const boost::json::object* wanted);
[[nodiscard]] std::string tags_of(const boost::json::object* wanted);
// The zip's bytes.
[[nodiscard]] std::string zip_of(const boost::json::object* code);

// Whether a function is a member of that security group.
[[nodiscard]] bool has_function_in_group(state& db, const std::string& group_id);

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

} // namespace cruddur::cloud
