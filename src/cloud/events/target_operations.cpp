#include "cloud/events/event_input.hpp"
#include "cloud/events/events.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/wire/listing.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace cruddur::cloud::events {

namespace {

constexpr std::size_t targets_max = 5; // of a rule
constexpr std::size_t entries_bytes_max = 256UL * 1024;

// What events can be sent to here: functions and log groups of the region.
void check_arn(const call& in, const std::string& arn) {
    const std::string function = fmt::format("arn:aws:lambda:{}:{}:function:", in.region, ground::account_id);
    const std::string group = fmt::format("arn:aws:logs:{}:{}:log-group:", in.region, ground::account_id);
    if (!arn.starts_with("arn:"))
        refuse_validation(
            fmt::format("Parameter {} is not valid. Reason: Provided Arn is not in correct format.", arn));
    if ((arn.starts_with(function) && arn.size() > function.size()) ||
        (arn.starts_with(group) && arn.size() > group.size()))
        return;
    refuse_validation(
        fmt::format("Provided Arn is not supported here: {}. Targets are functions of this region, {}NAME, "
                    "and its log groups, {}NAME.",
                    arn, function, group));
}

target read_target(const call& in, const json::object& given) {
    target out{.id = text_of(given, "Id"),
               .arn = text_of(given, "Arn"),
               .input = text_of(given, "Input"),
               .input_path = text_of(given, "InputPath")};
    if (const json::object* const transformer = wire::find_object(given, "InputTransformer")) {
        out.input_template = text_of(*transformer, "InputTemplate");
        if (const json::object* const paths = wire::find_object(*transformer, "InputPathsMap"))
            out.paths = json::serialize(*paths);
    }
    check_arn(in, out.arn);
    try {
        check_input(out);
    } catch (const malformed_input& failed) {
        refuse_validation(
            fmt::format("Parameter(s) of target {} are not valid. Reason: {}.", out.id, failed.what()));
    }
    return out;
}

json::object entry_error(std::string_view code, std::string_view message) {
    return {{"ErrorCode", code}, {"ErrorMessage", message}};
}

std::int64_t now_of(const call& in) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(in.now.time_since_epoch()).count();
}

// The entry's result; what is put goes to the bus.
json::object put_entry(const call& in, const json::object& entry) {
    for (const char* const name : {"Source", "DetailType", "Detail"}) {
        if (text_of(entry, name).empty()) {
            return entry_error(
                "InvalidArgument",
                fmt::format("Parameter {0} is not valid. Reason: {0} is a required argument.", name));
        }
    }
    const std::string source = text_of(entry, "Source");
    if (source.starts_with("aws."))
        return entry_error("NotAuthorizedForSourceException", "Not authorized for the source.");
    const std::string bus = optional_text(entry, "EventBusName").value_or("default");
    if (bus != "default" &&
        bus != fmt::format("arn:aws:events:{}:{}:event-bus/default", in.region, ground::account_id))
        return entry_error("ResourceNotFoundException", fmt::format("Event bus {} does not exist.", bus));
    boost::system::error_code failed;
    json::value detail = json::parse(text_of(entry, "Detail"), failed);
    if (failed || !detail.is_object()) return entry_error("MalformedDetail", "Detail is malformed.");
    json::object event = event_frame(in.region, source, text_of(entry, "DetailType"),
                                     optional_integer(entry, "Time").value_or(now_of(in)));
    json::array resources;
    for (const std::string& each : wire::texts_of(entry, "Resources"))
        resources.emplace_back(each);
    event["resources"] = std::move(resources);
    event["detail"] = std::move(detail);
    json::object out{{"EventId", event.at("id")}};
    auto& to = in.env.part<event_bus>();
    in.after_commit([&to, region = in.region, event = std::move(event)] { to.put(region, event); });
    return out;
}

} // namespace

json::object put_targets(const call& in) {
    check_bus(in);
    const rule of = existing_rule(in, "Rule");
    for (const json::object* each : wire::objects_of(in.input, "Targets"))
        save_target(in.db, of, read_target(in, *each));
    if (targets_of(in.db, of).size() > targets_max) {
        throw refusal{"LimitExceededException", "The requested resource exceeds the maximum number allowed."};
    }
    read_rules_again(in);
    return {{"FailedEntryCount", 0}, {"FailedEntries", json::array{}}};
}

json::object remove_targets(const call& in) {
    check_bus(in);
    const rule of = existing_rule(in, "Rule");
    for (const std::string& id : wire::texts_of(in.input, "Ids"))
        delete_target(in.db, of, id);
    read_rules_again(in);
    return {{"FailedEntryCount", 0}, {"FailedEntries", json::array{}}};
}

json::object put_events(const call& in) {
    const std::vector<const json::object*> entries = wire::objects_of(in.input, "Entries");
    std::size_t bytes = 0;
    for (const json::object* each : entries)
        bytes += json::serialize(*each).size();
    if (bytes > entries_bytes_max) {
        throw refusal{"PutEventsRequestEntrySizeException",
                      "Total size of the entries in the request is over the limit."};
    }
    json::array results;
    std::int64_t failed = 0;
    for (const json::object* each : entries) {
        json::object result = put_entry(in, *each);
        if (result.contains("ErrorCode")) ++failed;
        results.push_back(std::move(result));
    }
    return {{"FailedEntryCount", failed}, {"Entries", std::move(results)}};
}

json::object test_event_pattern(const call& in) {
    boost::system::error_code failed;
    const json::value event = json::parse(text_of(in.input, "Event"), failed);
    if (failed || !event.is_object())
        refuse_validation("Parameter Event is not valid. Reason: it is not a JSON object.");
    for (const char* const name : {"id", "account", "source", "time", "region", "resources", "detail-type"}) {
        if (!event.get_object().contains(name))
            refuse_validation(fmt::format("Parameter Event is not valid. Reason: it has no {}.", name));
    }
    try {
        return {
            {"Result", event_pattern::parse(text_of(in.input, "EventPattern")).matches(event.get_object())}};
    } catch (const malformed_pattern& wrong) {
        throw refusal{"InvalidEventPatternException",
                      fmt::format("Event pattern is not valid. Reason: {}", wrong.what())};
    }
}

} // namespace cruddur::cloud::events
