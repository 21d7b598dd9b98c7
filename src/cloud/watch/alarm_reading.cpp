#include "cloud/watch/alarm_store.hpp"
#include "cloud/wire/listing.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace cruddur::cloud::watch {

namespace {

constexpr std::int64_t records_default = 50;
constexpr std::int64_t events_default = 100;

json::object described(const alarm& of) {
    json::object out = of.settings;
    out["AlarmArn"] = of.arn();
    out["AlarmConfigurationUpdatedTimestamp"] = of.settings_updated_ms;
    out["StateValue"] = of.state;
    out["StateReason"] = of.reason;
    if (!of.reason_data.empty()) out["StateReasonData"] = of.reason_data;
    out["StateUpdatedTimestamp"] = of.state_updated_ms;
    out["StateTransitionedTimestamp"] = of.transitioned_ms;
    for (const char* const list : {"OKActions", "AlarmActions", "InsufficientDataActions", "Dimensions"})
        if (!out.contains(list)) out[list] = json::array{};
    return out;
}

bool has_action(const alarm& of, std::string_view prefix) {
    for (const char* const list : {"OKActions", "AlarmActions", "InsufficientDataActions"}) {
        for (const std::string& each : texts_of(of.settings, list))
            if (each.starts_with(prefix)) return true;
    }
    return false;
}

// Whether alarms on metrics are asked for, which all of those here are.
bool asks_for_metric_alarms(const call& in) {
    const auto types = texts_of(in.input, "AlarmTypes");
    return types.empty() || std::ranges::find(types, "MetricAlarm") != types.end();
}

wire::page page_in(const call& in, std::int64_t usual, std::size_t size) {
    const auto most = optional_integer(in.input, "MaxRecords").value_or(usual);
    auto out = wire::page_at(optional_text(in.input, "NextToken"), static_cast<std::size_t>(most), size);
    if (!out) throw refusal{"InvalidNextToken", "The next token that was sent is not valid."};
    out->token = "NextToken";
    return *out;
}

} // namespace

json::object describe_alarms(const call& in) {
    const auto names = texts_of(in.input, "AlarmNames");
    const auto prefix = optional_text(in.input, "AlarmNamePrefix");
    if (!names.empty() && prefix)
        refuse_input("AlarmNames and AlarmNamePrefix cannot be specified together.");
    const std::string state = text_of(in.input, "StateValue");
    const std::string action = text_of(in.input, "ActionPrefix");
    std::vector<alarm> all = alarms_of(in.db, in.region);
    std::erase_if(all, [&](const alarm& each) {
        return !asks_for_metric_alarms(in) ||
               (!names.empty() && std::ranges::find(names, each.name) == names.end()) ||
               (prefix && !each.name.starts_with(*prefix)) || (!state.empty() && state != each.state) ||
               (!action.empty() && !has_action(each, action));
    });
    json::object out = wire::listed("MetricAlarms", all, page_in(in, records_default, all.size()), described);
    out["CompositeAlarms"] = json::array{};
    return out;
}

json::object describe_alarms_for_metric(const call& in) {
    const metric of = metric_in(in.input, in.region);
    json::array out;
    for (const alarm& each : alarms_of(in.db, in.region)) {
        const metric its = metric_in(each.settings, in.region);
        const auto same = [&](const char* name) {
            const json::value* const asked = in.input.if_contains(name);
            const json::value* const has = each.settings.if_contains(name);
            return asked == nullptr || (has != nullptr && *has == *asked);
        };
        if (its.space == of.space && its.name == of.name && its.dimensions == of.dimensions &&
            same("Statistic") && same("ExtendedStatistic") && same("Period") && same("Unit"))
            out.push_back(described(each));
    }
    return {{"MetricAlarms", std::move(out)}};
}

json::object describe_alarm_history(const call& in) {
    const auto name = optional_text(in.input, "AlarmName");
    const auto type = optional_text(in.input, "HistoryItemType");
    const auto begin = optional_integer(in.input, "StartDate");
    const auto end = optional_integer(in.input, "EndDate");
    std::vector<alarm_event> all = events_of(in.db, in.region);
    std::erase_if(all, [&](const alarm_event& each) {
        return !asks_for_metric_alarms(in) || (name && *name != each.alarm) || (type && *type != each.type) ||
               (begin && each.at_ms < *begin) || (end && each.at_ms > *end);
    });
    if (text_of(in.input, "ScanBy") != "TimestampAscending") std::ranges::reverse(all);
    return wire::listed(
        "AlarmHistoryItems", all, page_in(in, events_default, all.size()), [](const alarm_event& each) {
            return json::object{
                {"AlarmName", each.alarm},        {"AlarmType", "MetricAlarm"},
                {"Timestamp", each.at_ms},        {"HistoryItemType", each.type},
                {"HistorySummary", each.summary}, {"HistoryData", json::serialize(each.data)}};
        });
}

} // namespace cruddur::cloud::watch
