#pragma once

#include "cloud/ground/refusal.hpp"
#include "cloud/wire/call_record.hpp"
#include "cloud/wire/model.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cruddur::cloud::wire {

// One call of an operation of a JSON service. Its transactions are its own: a transaction ends before the
// next co_await. It is not cancelled when its client goes.
struct json_call : call_record {
    boost::json::object input; // checked against the operation's model; without its nulls
};

// A text's pattern, as AWS quotes it, and what it means.
struct text_pattern {
    std::string_view text;
    bool (*matches)(std::string_view);
};

// What AWS's reference says of a member's value beside its type, which the model has. The lengths are a
// text's, in code points, or a list's; the bounds are a number's.
struct member_limit {
    std::string_view
        member; // "UserPoolId"; of one structure, "AttributeType.Name"; of a list's elements, "tagKeys[]"
    std::int64_t min = 0;
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    const text_pattern* pattern = nullptr;
    std::span<const std::string_view> values = {}; // where they are others than the model's
    bool required = false;                         // though the model does not say so
    bool any_value = false;                        // of an enumeration that its operation looks at itself
};

// Of a structure of the model, the members that are served, a space between each two.
struct served_structure {
    std::string_view name;
    std::string_view members;
};

struct json_operation {
    std::string_view name;
    std::string_view members; // of its model, those that it serves, a space between each two
    boost::asio::awaitable<boost::json::object> (*run)(const json_call&);
    bool is_public = false; // what strangers may call: takes no signature, and pages of loopback origins
};

// A service of the JSON protocol, told by the part of X-Amz-Target before the last point.
struct json_service {
    std::string_view target;          // "AWSCognitoIdentityProviderService"
    std::string_view scope;           // in the credential's scope: "cognito-idp"
    std::string_view version;         // "1.1"
    std::string_view validation_code; // "InvalidParameterException"
    std::span<const json_operation> operations;
    const service_model& model;
    std::span<const member_limit> limits;         // a structure's own member's before those of its name alone
    std::span<const served_structure> structures; // all that a served member is made of
};

// The object that a body holds; an empty one is {}. Throws refusal (SerializationException).
[[nodiscard]] boost::json::object parse_json_input(std::string_view body);
// Refuses, in AWS's words, an input that its model does not allow: every breach in one message. A member that
// is not among those `served` is one of AWS's that is not here: it is refused, too, unless it is empty or
// false and so asks for nothing. The input is what stands in the body, or in the path, query and fields of
// REST-JSON.
void check_input(const json_service& service, std::string_view operation, std::string_view served,
                 const boost::json::object& input, bool is_body = true);
[[nodiscard]] std::string json_error_document(const ground::refusal& why);

// Readers of a checked input; a member that is not there is empty.
[[nodiscard]] std::string text_of(const boost::json::object& input, std::string_view name);
[[nodiscard]] std::optional<std::string> optional_text(const boost::json::object& input,
                                                       std::string_view name);
[[nodiscard]] std::optional<std::int64_t> optional_integer(const boost::json::object& input,
                                                           std::string_view name);
[[nodiscard]] std::optional<bool> optional_boolean(const boost::json::object& input, std::string_view name);
[[nodiscard]] const boost::json::array* find_list(const boost::json::object& input, std::string_view name);
[[nodiscard]] const boost::json::object* find_object(const boost::json::object& input, std::string_view name);

} // namespace cruddur::cloud::wire
