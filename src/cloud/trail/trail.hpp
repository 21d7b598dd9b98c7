#pragma once

#include "cloud/trail/recorder.hpp"
#include "cloud/trail/trail_records.hpp"
#include "cloud/wire/input.hpp"
#include "cloud/wire/operation.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <utility>

namespace cruddur::cloud::trail {

namespace json = boost::json;
using ground::refusal;
using wire::call;
using wire::optional_boolean;
using wire::optional_integer;
using wire::optional_text;
using wire::text_of;

// CloudTrail.
[[nodiscard]] const wire::service& trail_service();

[[noreturn]] void refuse(std::string code, std::string message);

// The region and name of a log group's ARN, and the stream that a trail writes there.
[[nodiscard]] std::pair<std::string, std::string> log_group_of(const std::string& arn);
[[nodiscard]] std::string stream_of(const kept_trail& of);

// The operations, by file.
json::object lookup_events(const call& in);

json::object create_trail(const call& in);
json::object delete_trail_operation(const call& in);
json::object describe_trails(const call& in);
json::object get_trail(const call& in);
json::object get_trail_status(const call& in);
json::object list_trails(const call& in);
json::object start_logging(const call& in);
json::object stop_logging(const call& in);
json::object update_trail(const call& in);

} // namespace cruddur::cloud::trail
