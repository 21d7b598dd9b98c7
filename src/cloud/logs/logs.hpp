#pragma once

#include "cloud/logs/log_store.hpp"
#include "cloud/wire/input.hpp"
#include "cloud/wire/operation.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cruddur::cloud::logs {

namespace json = boost::json;
using ground::refusal;
using ground::rows;
using wire::call;
using wire::find_list;
using wire::find_object;
using wire::member_limit;
using wire::operation;
using wire::optional_boolean;
using wire::optional_integer;
using wire::optional_text;
using wire::served_structure;
using wire::text_of;
using wire::text_pattern;

[[nodiscard]] const wire::service& logs_service();

// What the files of CloudWatch Logs share.

[[nodiscard]] std::int64_t milliseconds_of(std::chrono::system_clock::time_point at);
[[nodiscard]] std::string log_group_arn(const call& in, std::string_view group);

// A group that is there: its name, its class, and since when its retention keeps events.
struct log_group {
    std::string name;
    std::string log_class;
    std::int64_t kept_since_ms = 0;
    bool is_protected = false;
};

// The group that an input names, by name or ARN, of which it must have one. Each throws the refusal that AWS
// has for a group or stream that is not there.
[[nodiscard]] log_group existing_group(const call& in);
[[nodiscard]] std::string existing_stream(const call& in, const log_group& group);

[[noreturn]] void refuse_parameter(std::string message); // InvalidParameterException
[[nodiscard]] std::int64_t number_in_token(std::string_view text);

// The operations, by file.
json::object create_log_group(const call& in);
json::object delete_log_group(const call& in);
json::object describe_log_groups(const call& in);
json::object put_retention_policy(const call& in);
json::object delete_retention_policy(const call& in);
json::object put_log_group_deletion_protection(const call& in);
json::object list_log_tags(const call& in);
json::object tag_log_resource(const call& in);
json::object untag_log_resource(const call& in);
json::object create_log_stream(const call& in);
json::object delete_log_stream(const call& in);
json::object describe_log_streams(const call& in);

json::object put_log_events(const call& in);
json::object get_log_events(const call& in);
json::object filter_log_events(const call& in);

} // namespace cruddur::cloud::logs
