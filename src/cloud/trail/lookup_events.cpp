#include "cloud/trail/trail.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>

namespace cruddur::cloud::trail {

namespace {

constexpr std::int64_t results_max = 50;
constexpr std::int64_t end_of_time = std::numeric_limits<std::int64_t>::max();

// FNV-1a: a token goes on with the question that it was an answer to.
std::uint64_t digest_of(std::string_view text) {
    std::uint64_t out = 14695981039346656037U;
    for (const char c : text)
        out = (out ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return out;
}

std::uint64_t digest_of(const call& in) {
    json::object asked = in.input;
    asked.erase("NextToken");
    asked.erase("MaxResults");
    return digest_of(in.region + json::serialize(asked));
}

// "TIME-PLACE-DIGEST"
void read_token(const call& in, const std::string& token, event_query& to) {
    std::array<std::uint64_t, 3> numbers{};
    const char* at = token.data();
    const char* const end = at + token.size();
    for (std::uint64_t& each : numbers) {
        const auto [next, failed] = std::from_chars(at, end, each, 16);
        const bool is_last = &each == &numbers.back();
        if (failed != std::errc{} || (is_last ? next != end : next == end || *next != '-'))
            refuse("InvalidNextTokenException", "Invalid NextToken.");
        at = is_last ? next : next + 1;
    }
    if (numbers[2] != digest_of(in)) {
        refuse("InvalidNextTokenException",
               "Invalid NextToken: it is of a request with other parameters than this one's.");
    }
    to.before_ms = static_cast<std::int64_t>(numbers[0]);
    to.before_id = static_cast<std::int64_t>(numbers[1]);
}

event_query query_of(const call& in) {
    event_query out{.region = in.region};
    if (const json::array* all = wire::find_list(in.input, "LookupAttributes");
        all != nullptr && !all->empty()) {
        if (all->size() > 1)
            refuse("InvalidLookupAttributesException", "You can specify only one lookup attribute.");
        const json::object& one = all->front().as_object();
        out.attribute = text_of(one, "AttributeKey");
        out.value = text_of(one, "AttributeValue");
        if (out.value.empty() || (out.attribute == "ReadOnly" && out.value != "true" && out.value != "false"))
            refuse(
                "InvalidLookupAttributesException",
                fmt::format("The value '{}' of lookup attribute {} is not valid.", out.value, out.attribute));
    }
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(in.now.time_since_epoch()).count();
    out.start_ms = optional_integer(in.input, "StartTime").value_or(now - events_kept_ms);
    out.end_ms = optional_integer(in.input, "EndTime").value_or(end_of_time);
    if (out.start_ms > out.end_ms) refuse("InvalidTimeRangeException", "Start time must be before end time.");
    const std::int64_t most = optional_integer(in.input, "MaxResults").value_or(results_max);
    if (most < 1 || most > results_max) {
        refuse("InvalidMaxResultsException",
               fmt::format("A maximum results value of {} is invalid. Specify a value between 1 and {}.",
                           most, results_max));
    }
    out.limit = most + 1;
    out.before_ms = end_of_time;
    out.before_id = end_of_time;
    if (const auto token = optional_text(in.input, "NextToken")) read_token(in, *token, out);
    return out;
}

json::object described(kept_event& event) {
    json::array resources;
    for (event_resource& each : event.resources)
        resources.push_back(json::object{{"ResourceType", each.type}, {"ResourceName", each.name}});
    json::object out{{"EventId", event.event_id},
                     {"EventName", event.name},
                     {"ReadOnly", event.read_only ? "true" : "false"},
                     {"EventTime", event.at_ms / 1000 * 1000}, // as its record has it
                     {"EventSource", event.source},
                     {"Resources", std::move(resources)},
                     {"CloudTrailEvent", event.document}};
    if (!event.username.empty()) out["Username"] = event.username;
    if (!event.access_key.empty()) out["AccessKeyId"] = event.access_key;
    return out;
}

} // namespace

json::object lookup_events(const call& in) {
    const event_query asked = query_of(in);
    std::vector<kept_event> found = in.env.part<recorder>().reader().find(asked);
    json::object out;
    const bool has_more = std::cmp_equal(found.size(), asked.limit);
    if (has_more) {
        found.pop_back();
        const kept_event& last = found.back();
        out["NextToken"] = fmt::format("{:x}-{:x}-{:x}", last.at_ms, last.id, digest_of(in));
    }
    json::array events;
    events.reserve(found.size());
    for (kept_event& each : found)
        events.push_back(described(each));
    out["Events"] = std::move(events);
    return out;
}

} // namespace cruddur::cloud::trail
