#include "cloud/ground/identifiers.hpp"
#include "cloud/watch/alarm_store.hpp"
#include "cloud/watch/alarm_watch.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::watch {

namespace {

constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t hour_s = 3'600;
constexpr std::array<const char*, 3> action_lists{"OKActions", "AlarmActions", "InsufficientDataActions"};

bool is_function(std::string_view arn) {
    return arn.starts_with("arn:aws:lambda:") && arn.find(":function:") != std::string_view::npos;
}

// What an alarm would do is done, or refused: of AWS's actions there are functions here.
void check_actions(const json::object& settings, bool are_enabled) {
    for (const char* const list : action_lists) {
        for (const std::string& each : texts_of(settings, list)) {
            if (!each.starts_with("arn:")) refuse_input(fmt::format("Invalid arn syntax: {}", each));
            if (is_function(each) || !are_enabled) continue;
            refuse_input(fmt::format(
                "Invalid action {}: local AWS has no service that would do it. Name a Lambda function, or "
                "disable the alarm's actions.",
                each));
        }
    }
}

void check_statistic(const json::object& settings) {
    const std::string plain = text_of(settings, "Statistic");
    const std::string extended = text_of(settings, "ExtendedStatistic");
    if (plain.empty() && extended.empty())
        refuse_input("Either Statistic or ExtendedStatistic must be specified for a metric alarm.");
    if (!plain.empty() && !extended.empty())
        refuse_input("Only one of Statistic and ExtendedStatistic can be specified for a metric alarm.");
    if (!extended.empty() && !is_percentile(extended))
        refuse_input(fmt::format("The value {} for parameter ExtendedStatistic is not supported.", extended));
}

void check_periods(const json::object& settings) {
    const auto period = optional_integer(settings, "Period");
    if (!period) refuse_input("Period must not be null");
    if (*period != 10 && *period != 30 && *period % whole_span_s != 0)
        refuse_input("Invalid metric alarm period: it must be 10, 30 or a multiple of 60 seconds.");
    const std::int64_t periods = *optional_integer(settings, "EvaluationPeriods");
    const std::int64_t most = *period < hour_s ? day_s : 7 * day_s;
    if (periods > most / *period) {
        refuse_input(fmt::format("Metrics cannot be checked across more than {} (EvaluationPeriods * Period "
                                 "must be <= {}).",
                                 most == day_s ? "a day" : "a week", most));
    }
    if (optional_integer(settings, "DatapointsToAlarm").value_or(periods) > periods)
        refuse_input("DatapointsToAlarm must be less than or equal to EvaluationPeriods.");
}

void check_settings(const json::object& settings) {
    constexpr std::array<std::string_view, 4> treatments{"breaching", "notBreaching", "ignore", "missing"};
    for (const char* const name : {"MetricName", "Namespace"}) {
        if (text_of(settings, name).empty()) refuse_input(fmt::format("{} must not be null", name));
    }
    if (!settings.contains("Threshold")) refuse_input("Threshold must not be null");
    const std::string missing = optional_text(settings, "TreatMissingData").value_or("missing");
    if (std::ranges::find(treatments, missing) == treatments.end())
        refuse_input(fmt::format("Option {} for TreatMissingData is not supported.", missing));
    if (text_of(settings, "ComparisonOperator").find("Upper") != std::string::npos ||
        text_of(settings, "ComparisonOperator").find("Lower") != std::string::npos)
        refuse_input(
            "This ComparisonOperator is for anomaly detection models, which local AWS does not have.");
    static_cast<void>(dimensions_in(settings));
    check_statistic(settings);
    check_periods(settings);
    check_actions(settings, optional_boolean(settings, "ActionsEnabled").value_or(true));
}

alarm existing_alarm(const call& in, const std::string& name) {
    auto found = find_alarm(in.db, in.region, name);
    if (!found) throw refusal{"ResourceNotFound", fmt::format("The alarm {} does not exist.", name)};
    return *std::move(found);
}

alarm_event update_of(const call& in, std::string_view what, std::string_view verb, const alarm& of) {
    json::object shown = of.settings;
    shown["AlarmArn"] = of.arn();
    return {milliseconds_of(in.now), "ConfigurationUpdate", fmt::format("Alarm \"{}\" {}", of.name, verb),
            json::object{{"version", "1.0"}, {"type", what}, {"alarm", std::move(shown)}}};
}

json::object set_acting(const call& in, bool acts) {
    for (const std::string& name : texts_of(in.input, "AlarmNames")) {
        auto found = find_alarm(in.db, in.region, name);
        if (!found || found->acts() == acts) continue; // AWS says nothing of one that is not there
        found->settings["ActionsEnabled"] = acts;
        check_actions(found->settings, acts);
        found->settings_updated_ms = milliseconds_of(in.now);
        save_alarm(in.db, *found);
        record_event(in.db, *found, update_of(in, "Update", "updated", *found));
    }
    return {};
}

} // namespace

json::object put_metric_alarm(const call& in) {
    json::object settings = in.input;
    if (!settings.contains("ActionsEnabled")) settings["ActionsEnabled"] = true;
    check_settings(settings);
    const std::string name = text_of(settings, "AlarmName");
    const std::int64_t now = milliseconds_of(in.now);
    auto found = find_alarm(in.db, in.region, name);
    const bool is_new = !found;
    if (is_new && static_cast<std::int64_t>(alarms_of(in.db, in.region).size()) >= alarms_max)
        throw refusal{"LimitExceeded", "The maximum limit for alarms has been exceeded."};
    alarm made = is_new ? alarm{} : *std::move(found);
    made.region = in.region;
    made.name = name;
    made.settings = std::move(settings);
    made.settings_updated_ms = now;
    if (is_new) made.state_updated_ms = made.transitioned_ms = now;
    save_alarm(in.db, made);
    record_event(in.db, made,
                 is_new ? update_of(in, "Create", "created", made)
                        : update_of(in, "Update", "updated", made));
    in.after_commit([&in, name] { in.env.part<alarm_watch>().changed(in.region, name); });
    return {};
}

json::object delete_alarms(const call& in) {
    for (const std::string& name : texts_of(in.input, "AlarmNames")) {
        const alarm gone = existing_alarm(in, name);
        delete_alarm(in.db, gone);
        record_event(in.db, gone, update_of(in, "Delete", "deleted", gone));
        in.after_commit([&in, name] { in.env.part<alarm_watch>().changed(in.region, name); });
    }
    return {};
}

json::object set_alarm_state(const call& in) {
    alarm found = existing_alarm(in, text_of(in.input, "AlarmName"));
    const std::string data = text_of(in.input, "StateReasonData");
    boost::system::error_code malformed;
    if (!data.empty()) static_cast<void>(json::parse(data, malformed));
    if (malformed) throw refusal{"InvalidFormat", "The StateReasonData is no valid JSON."};
    const alarm before = found;
    change_state(in.db, found, {text_of(in.input, "StateValue"), text_of(in.input, "StateReason"), {}}, data,
                 milliseconds_of(in.now));
    in.after_commit([&in, before, found] { in.env.part<alarm_watch>().act(before, found); });
    return {};
}

json::object enable_alarm_actions(const call& in) {
    return set_acting(in, true);
}

json::object disable_alarm_actions(const call& in) {
    return set_acting(in, false);
}

} // namespace cruddur::cloud::watch
