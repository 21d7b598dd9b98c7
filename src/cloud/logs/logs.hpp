#pragma once

#include "cloud/logs/log_store.hpp"
#include "cloud/wire/json_protocol.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cruddur::cloud::logs {

using ground::refusal;
using ground::rows;
using ground::transaction;
using wire::find_list;
using wire::find_object;
using wire::json_call;
using wire::json_operation;
using wire::member_limit;
using wire::optional_boolean;
using wire::optional_integer;
using wire::optional_text;
using wire::served_structure;
using wire::text_of;
using wire::text_pattern;

[[nodiscard]] const wire::json_service& logs_service();

// What the files of CloudWatch Logs share.

[[nodiscard]] std::int64_t milliseconds_of(std::chrono::system_clock::time_point at);
[[nodiscard]] std::string log_group_arn(const json_call& in, std::string_view group);

// A group that is there: its name, its class, and since when its retention keeps events.
struct log_group {
    std::string name;
    std::string log_class;
    std::int64_t kept_since_ms = 0;
    bool is_protected = false;
};

// The group that an input names, by name or ARN, of which it must have one. Each throws the refusal that AWS
// has for a group or stream that is not there.
[[nodiscard]] log_group existing_group(const json_call& in);
[[nodiscard]] std::string existing_stream(const json_call& in, const log_group& group);

[[noreturn]] void refuse_parameter(std::string message); // InvalidParameterException
[[nodiscard]] std::int64_t number_in_token(std::string_view text);

// The operations, by file.
using log_answer = boost::asio::awaitable<boost::json::object>;

log_answer create_log_group(const json_call& in);
log_answer delete_log_group(const json_call& in);
log_answer describe_log_groups(const json_call& in);
log_answer put_retention_policy(const json_call& in);
log_answer delete_retention_policy(const json_call& in);
log_answer put_log_group_deletion_protection(const json_call& in);
log_answer list_log_tags(const json_call& in);
log_answer tag_log_resource(const json_call& in);
log_answer untag_log_resource(const json_call& in);
log_answer create_log_stream(const json_call& in);
log_answer delete_log_stream(const json_call& in);
log_answer describe_log_streams(const json_call& in);

log_answer put_log_events(const json_call& in);
log_answer get_log_events(const json_call& in);
log_answer filter_log_events(const json_call& in);

} // namespace cruddur::cloud::logs
