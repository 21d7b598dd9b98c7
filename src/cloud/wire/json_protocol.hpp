#pragma once

#include "cloud/ground/refusal.hpp"
#include "cloud/wire/environment.hpp"

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
struct json_call {
    environment& env;
    ground::state& db;
    boost::json::object input; // checked against the operation's shape; without its nulls
    std::string region;
    std::string request_id;
    std::chrono::system_clock::time_point now;
};

// A text's pattern, as AWS quotes it, and what it means.
struct text_pattern {
    std::string_view text;
    bool (*matches)(std::string_view);
};

// A member of an input, and what AWS's model says of it. The lengths are a text's, in code points, or a
// list's; the bounds are a number's.
struct json_shape {
    enum class type : std::uint8_t { text, integer, boolean, list, structure, map };

    std::string_view name;
    type is = type::text;
    bool required = false;
    std::int64_t min = 0;
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    const text_pattern* pattern = nullptr;
    std::span<const std::string_view> values = {}; // of an enumeration
    std::span<const json_shape> members = {};      // of a structure; a list's only one is its element
    bool sensitive = false;                        // its value is not to be seen in a message
};

struct json_operation {
    std::string_view name;
    std::span<const json_shape> members;
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
};

// The object that a body holds; an empty one is {}. Throws refusal (SerializationException).
[[nodiscard]] boost::json::object parse_json_input(std::string_view body);
// Refuses, in AWS's words, an input that its shape does not allow: every breach in one message. A member
// that the shape does not have is one of AWS's that is not here: it is refused, too, unless it is empty or
// false and so asks for nothing.
void check_shape(const json_service& service, const boost::json::object& input,
                 std::span<const json_shape> members);
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
