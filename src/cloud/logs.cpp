#include "cloud/identifiers.hpp"
#include "cloud/json_protocol.hpp"
#include "cloud/log_store.hpp"
#include "cloud/services.hpp"
#include "cloud/state.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <vector>

namespace cruddur::cloud {

namespace {

using answer = boost::asio::awaitable<boost::json::object>;
using type = json_shape::type;

constexpr std::int64_t events_max = 10'000;
// An answer is 1 MB at most.
constexpr std::size_t answer_bytes_max = 1'000'000;
constexpr std::size_t tags_max = 50;
constexpr std::array<std::int64_t, 22> retentions{
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};

std::int64_t milliseconds_of(std::chrono::system_clock::time_point at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

std::string arn_of(const json_call& in, std::string_view group) {
    return fmt::format("arn:aws:logs:{}:{}:log-group:{}", in.region, account_id, group);
}

// The group that an input names, by its name or its ARN.
std::string group_of(const json_call& in) {
    std::string name = text_of(in.input, "logGroupName");
    if (name.empty()) name = text_of(in.input, "logGroupIdentifier");
    if (name.empty()) name = text_of(in.input, "resourceArn");
    constexpr std::string_view before = ":log-group:";
    if (const auto at = name.find(before); at != std::string::npos) name.erase(0, at + before.size());
    if (name.ends_with(":*")) name.resize(name.size() - 2);
    return name;
}

[[noreturn]] void refuse_missing(std::string_view what) {
    throw refusal{"ResourceNotFoundException", fmt::format("The specified log {} does not exist.", what)};
}

std::string existing_group(const json_call& in) {
    std::string name = group_of(in);
    rows found = in.db.query("select 1 from log_group where region = ? and name = ?", in.region, name);
    if (!found.next()) refuse_missing("group");
    return name;
}

std::string existing_stream(const json_call& in, const std::string& group) {
    std::string name = text_of(in.input, "logStreamName");
    rows found = in.db.query("select 1 from log_stream where region = ? and group_name = ? and name = ?",
                             in.region, group, name);
    if (!found.next()) refuse_missing("stream");
    return name;
}

std::int64_t number_of(std::string_view text) {
    std::int64_t out = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc{} || end != text.data() + text.size())
        throw refusal{"InvalidParameterException", "The specified nextToken is invalid."};
    return out;
}

// Within the caller's transaction.
void save_tags(const json_call& in, const std::string& group, const boost::json::object& tags) {
    if (tags.size() > tags_max) {
        throw refusal{"TooManyTagsException", fmt::format("A resource can have {} tags at most.", tags_max)};
    }
    in.db.run("update log_group set tags = ? where region = ? and name = ?", boost::json::serialize(tags),
              in.region, group);
}

boost::json::object tags_in(const json_call& in, const std::string& group) {
    rows found = in.db.query("select tags from log_group where region = ? and name = ?", in.region, group);
    if (!found.next()) refuse_missing("group");
    return boost::json::parse(found.text(0)).as_object();
}

answer list_tags(const json_call& in) {
    co_return boost::json::object{{"tags", tags_in(in, group_of(in))}};
}

answer tag_resource(const json_call& in) {
    transaction whole{in.db};
    const std::string group = group_of(in);
    boost::json::object tags = tags_in(in, group);
    for (const auto& [name, value] : *find_object(in.input, "tags"))
        tags[name] = value;
    save_tags(in, group, tags);
    whole.commit();
    co_return boost::json::object{};
}

answer untag_resource(const json_call& in) {
    transaction whole{in.db};
    const std::string group = group_of(in);
    boost::json::object tags = tags_in(in, group);
    for (const auto& name : *find_list(in.input, "tagKeys"))
        tags.erase(name.as_string());
    save_tags(in, group, tags);
    whole.commit();
    co_return boost::json::object{};
}

answer delete_retention_policy(const json_call& in) {
    transaction whole{in.db};
    in.db.run("update log_group set retention_days = null where region = ? and name = ?", in.region,
              existing_group(in));
    whole.commit();
    co_return boost::json::object{};
}

answer delete_log_stream(const json_call& in) {
    transaction whole{in.db};
    const std::string group = existing_group(in);
    in.db.run("delete from log_stream where region = ? and group_name = ? and name = ?", in.region, group,
              existing_stream(in, group));
    whole.commit();
    co_return boost::json::object{};
}

answer create_log_group(const json_call& in) {
    transaction whole{in.db};
    const std::string name = text_of(in.input, "logGroupName");
    rows found = in.db.query("select 1 from log_group where region = ? and name = ?", in.region, name);
    if (found.next())
        throw refusal{"ResourceAlreadyExistsException", "The specified log group already exists"};
    ensure_log_group(in.db, in.region, name, milliseconds_of(in.now));
    if (const auto* tags = find_object(in.input, "tags")) save_tags(in, name, *tags);
    whole.commit();
    co_return boost::json::object{};
}

answer delete_log_group(const json_call& in) {
    transaction whole{in.db};
    in.db.run("delete from log_group where region = ? and name = ?", in.region, existing_group(in));
    whole.commit();
    co_return boost::json::object{};
}

answer create_log_stream(const json_call& in) {
    transaction whole{in.db};
    const std::string group = existing_group(in);
    const std::string name = text_of(in.input, "logStreamName");
    rows found = in.db.query("select 1 from log_stream where region = ? and group_name = ? and name = ?",
                             in.region, group, name);
    if (found.next())
        throw refusal{"ResourceAlreadyExistsException", "The specified log stream already exists"};
    ensure_log_stream(in.db, in.region, group, name, milliseconds_of(in.now));
    whole.commit();
    co_return boost::json::object{};
}

answer put_log_events(const json_call& in) {
    transaction whole{in.db};
    const std::string group = existing_group(in);
    const std::string stream = existing_stream(in, group);
    std::vector<log_line> lines;
    for (const auto& one : *find_list(in.input, "logEvents")) {
        const auto& event = one.as_object();
        lines.push_back({optional_integer(event, "timestamp").value_or(0), text_of(event, "message")});
    }
    if (!std::ranges::is_sorted(lines, {}, &log_line::timestamp_ms)) {
        throw refusal{"InvalidParameterException",
                      "Log events in a single PutLogEvents request must be in chronological order."};
    }
    append_log(in.db, in.region, group, stream, lines, milliseconds_of(in.now));
    whole.commit();
    co_return boost::json::object{{"nextSequenceToken", fmt::format("{:056}", milliseconds_of(in.now))}};
}

answer put_retention_policy(const json_call& in) {
    const std::int64_t days = optional_integer(in.input, "retentionInDays").value_or(0);
    if (std::ranges::find(retentions, days) == retentions.end()) {
        throw refusal{"InvalidParameterException",
                      fmt::format("{} is no number of days that a log group can be kept for", days)};
    }
    transaction whole{in.db};
    in.db.run("update log_group set retention_days = ? where region = ? and name = ?", days, in.region,
              existing_group(in));
    whole.commit();
    co_return boost::json::object{};
}

answer describe_log_groups(const json_call& in) {
    const std::string prefix = text_of(in.input, "logGroupNamePrefix");
    const std::int64_t limit = optional_integer(in.input, "limit").value_or(50);
    boost::json::array groups;
    boost::json::object out;
    rows found =
        in.db.query("select g.name, g.created_ms, g.retention_days, "
                    "(select coalesce(sum(length(message)), 0) from log_event where region = g.region and "
                    "group_name = g.name) "
                    "from log_group g where region = ?1 and substr(name, 1, length(?2)) = ?2 and name > ?3 "
                    "order by name limit ?4",
                    in.region, prefix, text_of(in.input, "nextToken"), limit + 1);
    while (found.next()) {
        if (groups.size() == static_cast<std::size_t>(limit)) {
            out["nextToken"] = groups.back().as_object().at("logGroupName");
            break;
        }
        boost::json::object one{{"logGroupName", found.text(0)},
                                {"creationTime", found.integer(1)},
                                {"metricFilterCount", 0},
                                {"arn", arn_of(in, found.text(0)) + ":*"},
                                {"storedBytes", found.integer(3)}};
        if (!found.is_null(2)) one["retentionInDays"] = found.integer(2);
        groups.push_back(std::move(one));
    }
    out["logGroups"] = std::move(groups);
    co_return out;
}

answer describe_log_streams(const json_call& in) {
    const std::string group = existing_group(in);
    const std::string prefix = text_of(in.input, "logStreamNamePrefix");
    const bool by_time = text_of(in.input, "orderBy") == "LastEventTime";
    const bool descending = optional_boolean(in.input, "descending").value_or(false);
    const std::int64_t limit = optional_integer(in.input, "limit").value_or(50);
    const std::string token = text_of(in.input, "nextToken");
    const std::int64_t offset = token.empty() ? 0 : number_of(token);
    boost::json::array streams;
    boost::json::object out;
    rows found = in.db.query(
        "select s.name, s.created_ms, min(e.timestamp_ms), max(e.timestamp_ms), max(e.ingested_ms) "
        "from log_stream s left join log_event e "
        "on e.region = s.region and e.group_name = s.group_name and e.stream_name = s.name "
        "where s.region = ?1 and s.group_name = ?2 and substr(s.name, 1, length(?3)) = ?3 group by s.name "
        "order by case when ?4 and ?5 then max(e.timestamp_ms) end desc, "
        "case when ?4 then max(e.timestamp_ms) end, case when ?5 then s.name end desc, s.name limit ?6 "
        "offset ?7",
        in.region, group, prefix, by_time, descending, limit + 1, offset);
    while (found.next()) {
        if (streams.size() == static_cast<std::size_t>(limit)) {
            out["nextToken"] = std::to_string(offset + limit);
            break;
        }
        boost::json::object one{{"logStreamName", found.text(0)},
                                {"creationTime", found.integer(1)},
                                {"arn", fmt::format("{}:log-stream:{}", arn_of(in, group), found.text(0))},
                                {"storedBytes", 0}};
        if (!found.is_null(2)) {
            one["firstEventTimestamp"] = found.integer(2);
            one["lastEventTimestamp"] = found.integer(3);
            one["lastIngestionTime"] = found.integer(4);
        }
        streams.push_back(std::move(one));
    }
    out["logStreams"] = std::move(streams);
    co_return out;
}

struct event_range {
    std::int64_t start;
    std::int64_t end;
    std::int64_t limit;
};

event_range range_of(const json_call& in) {
    return {optional_integer(in.input, "startTime").value_or(0),
            optional_integer(in.input, "endTime").value_or(std::numeric_limits<std::int64_t>::max()),
            optional_integer(in.input, "limit").value_or(events_max)};
}

answer get_log_events(const json_call& in) {
    const std::string group = existing_group(in);
    const std::string stream = existing_stream(in, group);
    const auto range = range_of(in);
    const std::string token = text_of(in.input, "nextToken");
    bool forward = optional_boolean(in.input, "startFromHead").value_or(false);
    std::int64_t after = 0;
    std::int64_t before = std::numeric_limits<std::int64_t>::max();
    if (!token.empty()) {
        if (!token.starts_with("f/") && !token.starts_with("b/")) static_cast<void>(number_of("x"));
        forward = token.starts_with("f/");
        (forward ? after : before) = number_of(std::string_view{token}.substr(2));
    }
    boost::json::array events;
    std::int64_t first = forward ? after + 1 : before;
    std::int64_t last = forward ? after : before - 1;
    std::size_t bytes = 0;
    rows found =
        in.db.query("select id, timestamp_ms, message, ingested_ms from log_event where region = ? and "
                    "group_name = ? and "
                    "stream_name = ? and id > ? and id < ? and timestamp_ms >= ? and timestamp_ms < ? "
                    "order by case when ? then id else -id end limit ?",
                    in.region, group, stream, after, before, range.start, range.end, forward, range.limit);
    while (bytes < answer_bytes_max && found.next()) {
        const std::int64_t id = found.integer(0);
        if (events.empty()) (forward ? first : last) = id;
        (forward ? last : first) = id;
        bytes += found.text(2).size() + 26;
        events.push_back(boost::json::object{{"timestamp", found.integer(1)},
                                             {"message", found.text(2)},
                                             {"ingestionTime", found.integer(3)}});
    }
    if (!forward) std::ranges::reverse(events);
    co_return boost::json::object{{"events", std::move(events)},
                                  {"nextForwardToken", fmt::format("f/{}", last)},
                                  {"nextBackwardToken", fmt::format("b/{}", first)}};
}

// Which streams a filter looks at; all where it names none.
bool is_wanted(const json_call& in, const std::string& stream) {
    const std::string prefix = text_of(in.input, "logStreamNamePrefix");
    if (!prefix.empty() && !stream.starts_with(prefix)) return false;
    const auto* const names = find_list(in.input, "logStreamNames");
    return names == nullptr || std::ranges::any_of(*names, [&](const auto& one) {
               const auto* const name = one.if_string();
               return name != nullptr && std::string_view{*name} == stream;
           });
}

answer filter_log_events(const json_call& in) {
    const std::string group = existing_group(in);
    const auto range = range_of(in);
    const std::string pattern = text_of(in.input, "filterPattern");
    if (pattern.starts_with('{') || pattern.starts_with('[') || pattern.starts_with('%')) {
        throw refusal{"InvalidParameterException", "Only patterns of words can be used here, not those of "
                                                   "JSON, of columns or of regular expressions"};
    }
    const std::string token = text_of(in.input, "nextToken");
    const std::int64_t after = token.empty() ? 0 : number_of(token);
    boost::json::object out;
    boost::json::array events;
    std::size_t bytes = 0;
    std::int64_t last = after;
    rows found =
        in.db.query("select id, stream_name, timestamp_ms, message, ingested_ms from log_event where "
                    "region = ? and group_name = ? and id > ? and timestamp_ms >= ? and timestamp_ms <= ? "
                    "order by id",
                    in.region, group, after, range.start, range.end);
    while (found.next()) {
        const std::string message = found.text(3);
        if (!is_wanted(in, found.text(1)) || !matches_log_pattern(pattern, message)) continue;
        if (events.size() == static_cast<std::size_t>(range.limit) || bytes > answer_bytes_max) {
            out["nextToken"] = std::to_string(last);
            break;
        }
        last = found.integer(0);
        bytes += message.size() + 26;
        events.push_back(boost::json::object{{"logStreamName", found.text(1)},
                                             {"timestamp", found.integer(2)},
                                             {"message", message},
                                             {"ingestionTime", found.integer(4)},
                                             {"eventId", fmt::format("{:056}", last)}});
    }
    out["events"] = std::move(events);
    out["searchedLogStreams"] = boost::json::array{};
    co_return out;
}

constexpr json_shape group_name{.name = "logGroupName", .required = true, .min = 1, .max = 512};
constexpr json_shape group_name_or_not{.name = "logGroupName", .min = 1, .max = 512};
constexpr json_shape group_identifier{.name = "logGroupIdentifier", .min = 1, .max = 2048};
constexpr json_shape stream_name{.name = "logStreamName", .required = true, .min = 1, .max = 512};
constexpr json_shape token{.name = "nextToken", .min = 1};
constexpr json_shape page_limit{.name = "limit", .is = type::integer, .min = 1, .max = 50};
constexpr json_shape event_limit{.name = "limit", .is = type::integer, .min = 1, .max = events_max};
constexpr json_shape start_time{.name = "startTime", .is = type::integer};
constexpr json_shape end_time{.name = "endTime", .is = type::integer};

constexpr json_shape tags{.name = "tags", .is = type::map, .min = 1};
constexpr json_shape resource{.name = "resourceArn", .required = true, .min = 1, .max = 1011};
constexpr std::array tag_key{json_shape{.name = "member", .min = 1, .max = 128}};

constexpr std::array of_group{group_name};
constexpr std::array of_new_group{group_name, tags};
constexpr std::array of_resource{resource};
constexpr std::array of_tagging{resource, json_shape{.name = "tags", .is = type::map, .required = true}};
constexpr std::array of_untagging{
    resource,
    json_shape{.name = "tagKeys", .is = type::list, .required = true, .max = 50, .members = tag_key}};
constexpr std::array of_stream{group_name, stream_name};
constexpr std::array event_members{json_shape{.name = "timestamp", .is = type::integer, .required = true},
                                   json_shape{.name = "message", .required = true, .min = 1}};
constexpr std::array event_element{
    json_shape{.name = "member", .is = type::structure, .members = event_members}};
constexpr std::array of_put{group_name, stream_name,
                            json_shape{.name = "logEvents",
                                       .is = type::list,
                                       .required = true,
                                       .min = 1,
                                       .max = events_max,
                                       .members = event_element}};
constexpr std::array of_retention{
    group_name, json_shape{.name = "retentionInDays", .is = type::integer, .required = true}};
constexpr std::array of_groups{json_shape{.name = "logGroupNamePrefix", .min = 1, .max = 512}, token,
                               page_limit};
constexpr std::array<std::string_view, 2> orders{"LogStreamName", "LastEventTime"};
constexpr std::array of_streams{group_name_or_not,
                                group_identifier,
                                json_shape{.name = "logStreamNamePrefix", .min = 1, .max = 512},
                                json_shape{.name = "orderBy", .values = orders},
                                json_shape{.name = "descending", .is = type::boolean},
                                token,
                                page_limit};
constexpr std::array of_get{group_name_or_not, group_identifier,
                            stream_name,       start_time,
                            end_time,          token,
                            event_limit,       json_shape{.name = "startFromHead", .is = type::boolean}};
constexpr std::array name_element{json_shape{.name = "member", .min = 1, .max = 512}};
constexpr std::array of_filter{
    group_name_or_not,
    group_identifier,
    json_shape{.name = "logStreamNames", .is = type::list, .min = 1, .max = 100, .members = name_element},
    json_shape{.name = "logStreamNamePrefix", .min = 1, .max = 512},
    start_time,
    end_time,
    json_shape{.name = "filterPattern", .max = 1024},
    token,
    event_limit,
    json_shape{.name = "interleaved", .is = type::boolean}};

constexpr std::array operations{
    json_operation{"CreateLogGroup", of_new_group, create_log_group},
    json_operation{"CreateLogStream", of_stream, create_log_stream},
    json_operation{"DeleteLogGroup", of_group, delete_log_group},
    json_operation{"DeleteLogStream", of_stream, delete_log_stream},
    json_operation{"DeleteRetentionPolicy", of_group, delete_retention_policy},
    json_operation{"DescribeLogGroups", of_groups, describe_log_groups},
    json_operation{"DescribeLogStreams", of_streams, describe_log_streams},
    json_operation{"FilterLogEvents", of_filter, filter_log_events},
    json_operation{"GetLogEvents", of_get, get_log_events},
    json_operation{"ListTagsForResource", of_resource, list_tags},
    json_operation{"PutLogEvents", of_put, put_log_events},
    json_operation{"PutRetentionPolicy", of_retention, put_retention_policy},
    json_operation{"TagResource", of_tagging, tag_resource},
    json_operation{"UntagResource", of_untagging, untag_resource},
};

} // namespace

const json_service& logs_service() {
    static constexpr json_service service{"Logs_20140328", "logs", "1.1", "InvalidParameterException",
                                          operations};
    return service;
}

} // namespace cruddur::cloud
