#include "cloud/ground/state.hpp"
#include "cloud/logs/logs.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <span>
#include <vector>

namespace cruddur::cloud::logs {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t events_max = 10'000;
// An answer is 1 MB at most; so is a batch, in which each event counts for its bytes and these.
constexpr std::size_t answer_bytes_max = 1'000'000;
constexpr std::size_t batch_bytes_max = 1'048'576;
constexpr std::size_t event_bytes = 26;
constexpr std::chrono::milliseconds past_max = 24h * 14;
constexpr std::chrono::milliseconds future_max = 2h;
constexpr std::chrono::milliseconds span_max = 24h;
constexpr std::int64_t number_max = std::numeric_limits<std::int64_t>::max();

// A place among events: they are in the order of their timestamps, and of their arrival where those are the
// same.
struct position {
    std::int64_t timestamp_ms = 0;
    std::int64_t id = 0;

    [[nodiscard]] std::string to_string() const { return fmt::format("{}/{}", timestamp_ms, id); }
};

constexpr position beginning{};
constexpr position end_of_all{number_max, number_max};

position position_in(std::string_view token) {
    const std::size_t slash = std::min(token.find('/'), token.size());
    return {number_in_token(token.substr(0, slash)),
            number_in_token(token.substr(std::min(slash + 1, token.size())))};
}

void check_readable(const log_group& group) {
    if (group.log_class != "STANDARD") {
        refuse_parameter(fmt::format("The events of log group class {} cannot be read by this operation.",
                                     group.log_class));
    }
}

struct event_range {
    std::int64_t start;
    std::int64_t end;
    std::int64_t limit;
};

event_range range_of(const call& in, const log_group& group) {
    return {std::max(optional_integer(in.input, "startTime").value_or(0), group.kept_since_ms),
            optional_integer(in.input, "endTime").value_or(number_max),
            optional_integer(in.input, "limit").value_or(events_max)};
}

std::vector<log_line> read_batch(const call& in) {
    std::vector<log_line> out;
    std::size_t bytes = 0;
    for (const auto& one : *find_list(in.input, "logEvents")) {
        const auto& event = one.as_object();
        out.push_back({optional_integer(event, "timestamp").value_or(0), text_of(event, "message")});
        bytes += out.back().message.size() + event_bytes;
    }
    if (bytes > batch_bytes_max) {
        refuse_parameter(
            fmt::format("Upload too large: {} bytes exceeds limit of {}", bytes, batch_bytes_max));
    }
    if (!std::ranges::is_sorted(out, {}, &log_line::timestamp_ms))
        refuse_parameter("Log events in a single PutLogEvents request must be in chronological order.");
    return out;
}

// Takes what is too old, expired or too new off both ends of a batch, and says of what in the answer.
std::span<const log_line> take_valid(const call& in, const log_group& group, std::span<const log_line> batch,
                                     json::object& answer) {
    const auto index_of = [&](std::int64_t time) {
        return std::ranges::lower_bound(batch, time, {}, &log_line::timestamp_ms) - batch.begin();
    };
    const std::int64_t now = milliseconds_of(in.now);
    const auto old = index_of(now - past_max.count());
    const auto expired = index_of(group.kept_since_ms);
    const auto begin = std::max(old, expired);
    const auto end = index_of(now + future_max.count() + 1);
    json::object rejected;
    if (old > 0) rejected["tooOldLogEventEndIndex"] = old;
    if (expired > old) rejected["expiredLogEventEndIndex"] = expired;
    if (end < std::ssize(batch)) rejected["tooNewLogEventStartIndex"] = end;
    if (!rejected.empty()) answer["rejectedLogEventsInfo"] = std::move(rejected);
    return batch.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

// Which streams a filter looks at; all where it names none.
bool is_wanted(const call& in, const std::string& stream) {
    const std::string prefix = text_of(in.input, "logStreamNamePrefix");
    if (!prefix.empty() && !stream.starts_with(prefix)) return false;
    const auto* const names = find_list(in.input, "logStreamNames");
    return names == nullptr || std::ranges::any_of(*names, [&](const auto& one) {
               return std::string_view{one.as_string()} == stream;
           });
}

void check_filter(const call& in) {
    const std::string pattern = text_of(in.input, "filterPattern");
    if (pattern.starts_with('{') || pattern.starts_with('[') || pattern.starts_with('%')) {
        refuse_parameter("Only patterns of words can be used here, not those of JSON, of columns or of "
                         "regular expressions");
    }
    if (in.input.contains("logStreamNames") && in.input.contains("logStreamNamePrefix"))
        refuse_parameter("logStreamNames and logStreamNamePrefix cannot both be given.");
}

} // namespace

json::object put_log_events(const call& in) {
    const log_group group = existing_group(in);
    const std::string stream = existing_stream(in, group);
    const std::vector<log_line> batch = read_batch(in);
    json::object answer{{"nextSequenceToken", fmt::format("{:056}", milliseconds_of(in.now))}};
    const auto valid = take_valid(in, group, batch, answer);
    if (!valid.empty() && valid.back().timestamp_ms - valid.front().timestamp_ms > span_max.count()) {
        refuse_parameter(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
    }
    // Nothing here would ever show it.
    if (in.input.contains("entity"))
        answer["rejectedEntityInfo"] = json::object{{"errorType", "UnsupportedLogGroupType"}};
    append_log(in.db, in.region, group.name, stream, valid, milliseconds_of(in.now));
    return answer;
}

json::object get_log_events(const call& in) {
    const log_group group = existing_group(in);
    const std::string stream = existing_stream(in, group);
    check_readable(group);
    const auto range = range_of(in, group);
    const std::string token = text_of(in.input, "nextToken");
    bool forward = optional_boolean(in.input, "startFromHead").value_or(false);
    position after = beginning;
    position before = end_of_all;
    if (!token.empty()) {
        if (!token.starts_with("f/") && !token.starts_with("b/"))
            refuse_parameter("The specified nextToken is invalid.");
        forward = token.starts_with("f/");
        (forward ? after : before) = position_in(std::string_view{token}.substr(2));
    }
    const std::string_view ascending =
        "select id, timestamp_ms, message, ingested_ms from log_event where region = ? and group_name = ? "
        "and "
        "stream_name = ? and (timestamp_ms, id) > (?, ?) and (timestamp_ms, id) < (?, ?) and "
        "timestamp_ms >= ? and timestamp_ms < ? order by timestamp_ms, id limit ?";
    const std::string_view descending =
        "select id, timestamp_ms, message, ingested_ms from log_event where region = ? and group_name = ? "
        "and "
        "stream_name = ? and (timestamp_ms, id) > (?, ?) and (timestamp_ms, id) < (?, ?) and "
        "timestamp_ms >= ? and timestamp_ms < ? order by timestamp_ms desc, id desc limit ?";
    rows found =
        in.db.query(forward ? ascending : descending, in.region, group.name, stream, after.timestamp_ms,
                    after.id, before.timestamp_ms, before.id, range.start, range.end, range.limit);
    json::array events;
    // What lies before the first event of the page and after its last. Where there is none, a reader stays
    // where it was, and so misses nothing that comes.
    position first = forward ? after : before;
    position last = first;
    std::size_t bytes = 0;
    while (bytes < answer_bytes_max && found.next()) {
        const position here{found.integer(1), found.integer(0)};
        if (events.empty()) (forward ? first : last) = here;
        (forward ? last : first) = here;
        bytes += found.text(2).size() + event_bytes;
        events.push_back(json::object{{"timestamp", here.timestamp_ms},
                                      {"message", found.text(2)},
                                      {"ingestionTime", found.integer(3)}});
    }
    if (events.empty() && token.empty()) {
        first = end_of_all;
        last = beginning;
    }
    if (!forward) std::ranges::reverse(events);
    return {{"events", std::move(events)},
            {"nextForwardToken", "f/" + last.to_string()},
            {"nextBackwardToken", "b/" + first.to_string()}};
}

json::object filter_log_events(const call& in) {
    const log_group group = existing_group(in);
    check_readable(group);
    check_filter(in);
    const auto range = range_of(in, group);
    const std::string pattern = text_of(in.input, "filterPattern");
    const std::string token = text_of(in.input, "nextToken");
    position last = token.empty() ? beginning : position_in(token);
    json::object out;
    json::array events;
    std::size_t bytes = 0;
    rows found = in.db.query(
        "select id, stream_name, timestamp_ms, message, ingested_ms from log_event where region = ? and "
        "group_name = ? and (timestamp_ms, id) > (?, ?) and timestamp_ms >= ? and timestamp_ms <= ? "
        "order by timestamp_ms, id",
        in.region, group.name, last.timestamp_ms, last.id, range.start, range.end);
    while (found.next()) {
        const std::string message = found.text(3);
        if (!is_wanted(in, found.text(1)) || !matches_log_pattern(pattern, message)) continue;
        if (events.size() == static_cast<std::size_t>(range.limit) || bytes > answer_bytes_max) {
            out["nextToken"] = last.to_string();
            break;
        }
        last = {found.integer(2), found.integer(0)};
        bytes += message.size() + event_bytes;
        events.push_back(json::object{{"logStreamName", found.text(1)},
                                      {"timestamp", last.timestamp_ms},
                                      {"message", message},
                                      {"ingestionTime", found.integer(4)},
                                      {"eventId", fmt::format("{:056}", last.id)}});
    }
    out["events"] = std::move(events);
    out["searchedLogStreams"] = json::array{};
    return out;
}

} // namespace cruddur::cloud::logs
