#include "cloud/watch/alarm_watch.hpp"

#include "cloud/ground/identifiers.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <chrono>

namespace cruddur::cloud::watch {

namespace {

constexpr auto turn_every = std::chrono::seconds(1);
constexpr std::int64_t quick_s = 10;   // how often those of high resolution are judged
constexpr std::int64_t settling_s = 1; // after a period's end, for what was measured within it
constexpr std::int64_t clean_every_s = 600;
constexpr auto action_timeout = std::chrono::minutes(15);
constexpr std::string_view principal = "lambda.alarms.cloudwatch.amazonaws.com";

std::int64_t now_in_ms() {
    return milliseconds_of(std::chrono::system_clock::now());
}

std::int64_t step_of(const alarm& of) {
    return of.period_s() < whole_span_s ? quick_s : whole_span_s;
}

std::string reason_data_of(const alarm& of, const alarm_judgement& why, std::int64_t now_ms) {
    json::array recent;
    json::array evaluated;
    for (const alarm_datapoint& each : why.looked_at) {
        recent.insert(recent.begin(), json::value(each.value));
        evaluated.push_back(json::object{{"timestamp", time_in_document(each.at_s * 1000)},
                                         {"sampleCount", each.samples},
                                         {"value", each.value}});
    }
    json::object out{{"version", "1.0"},
                     {"queryDate", time_in_document(now_ms)},
                     {"statistic", of.statistic()},
                     {"period", of.period_s()},
                     {"recentDatapoints", std::move(recent)},
                     {"threshold", of.rule().threshold}};
    if (!why.looked_at.empty()) out["startDate"] = time_in_document(why.looked_at.back().at_s * 1000);
    if (const std::string unit = text_of(of.settings, "Unit"); !unit.empty()) out["unit"] = unit;
    if (!evaluated.empty()) out["evaluatedDatapoints"] = std::move(evaluated);
    return json::serialize(out);
}

json::object state_of(const alarm& of) {
    json::object out{
        {"value", of.state}, {"reason", of.reason}, {"timestamp", time_in_document(of.state_updated_ms)}};
    if (!of.reason_data.empty()) out["reasonData"] = of.reason_data;
    return out;
}

// What AWS sends to a function that is an alarm's action.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
std::string event_of(const alarm& before, const alarm& now) {
    const metric of = metric_in(now.settings, now.region);
    json::object dimensions;
    for (const auto& [name, value] : of.dimensions)
        dimensions[name] = value;
    json::object stat{
        {"metric",
         json::object{{"namespace", of.space}, {"name", of.name}, {"dimensions", std::move(dimensions)}}},
        {"period", now.period_s()},
        {"stat", now.statistic()}};
    if (const std::string unit = text_of(now.settings, "Unit"); !unit.empty()) stat["unit"] = unit;
    json::object configuration{{"metrics", json::array{json::object{{"id", ground::random_uuid()},
                                                                    {"metricStat", std::move(stat)},
                                                                    {"returnData", true}}}}};
    if (const auto description = optional_text(now.settings, "AlarmDescription"))
        configuration["description"] = *description;
    return json::serialize(json::object{{"source", "aws.cloudwatch"},
                                        {"alarmArn", now.arn()},
                                        {"accountId", ground::account_id},
                                        {"time", time_in_document(now.state_updated_ms)},
                                        {"region", now.region},
                                        {"alarmData", json::object{{"alarmName", now.name},
                                                                   {"state", state_of(now)},
                                                                   {"previousState", state_of(before)},
                                                                   {"configuration", configuration}}}});
}

} // namespace

alarm_watch::alarm_watch(const boost::asio::any_io_executor& loop, state& db, metric_store& metrics,
                         lambda::invoker& functions)
    : loop_{loop}
    , db_{db}
    , metrics_{metrics}
    , functions_{functions}
    , owed_{loop}
    , timer_{loop}
    , under_way_{std::make_shared<std::size_t>(0)} {}

void alarm_watch::start() {
    arm();
}

void alarm_watch::stop() {
    stopped_ = true;
    timer_.cancel();
    owed_.close();
}

void alarm_watch::changed(const std::string& region, const std::string& name) {
    judged_.erase({region, name});
    is_new_ = true;
}

void alarm_watch::arm() {
    timer_.expires_after(turn_every);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled || stopped_) return;
        if (!attempts_.turn("Judging alarms", [this] { turn(); })) is_new_ = true;
        arm();
    });
}

void alarm_watch::turn() {
    const std::int64_t now_s = now_in_ms() / 1000;
    if (now_s >= next_cleaning_s_) {
        next_cleaning_s_ = now_s + clean_every_s;
        metrics_.prune(now_s * 1000);
    }
    const std::int64_t boundary = (now_s - settling_s) / quick_s * quick_s;
    if (boundary == last_boundary_s_ && !is_new_) return;
    is_new_ = false;
    for (alarm& each : all_alarms(db_)) {
        const std::int64_t step = step_of(each);
        const key name{each.region, each.name};
        const auto judged = judged_.find(name);
        const std::int64_t over = (now_s - settling_s) / step * step;
        if (judged != judged_.end() && judged->second >= over) continue;
        // A new one is judged by what there is of the period that is not over.
        const std::int64_t end = judged == judged_.end() ? (now_s / step + 1) * step : over;
        const bool is_judged =
            attempts_.step(fmt::format("Judging {}", each.arn()), [&] { judge_by_metrics(each, end); });
        if (is_judged)
            judged_[name] = over;
        else
            is_new_ = true;
    }
    last_boundary_s_ = boundary;
}

void alarm_watch::judge_by_metrics(alarm& of, std::int64_t end_s) {
    const alarm_rule rule = of.rule();
    const std::int64_t period = of.period_s();
    const std::int64_t range = evaluation_range(rule);
    const std::int64_t begin_s = end_s - range * period;
    const auto points =
        by_period(metrics_.read(metric_in(of.settings, of.region), optional_text(of.settings, "Unit"),
                                begin_s, end_s, period < whole_span_s),
                  begin_s, period);
    std::vector<std::optional<alarm_datapoint>> found(static_cast<std::size_t>(range));
    for (const metric_point& each : points) {
        const auto value = value_of(each.what, of.statistic());
        const auto age = static_cast<std::size_t>((end_s - 1 - each.at_s) / period);
        if (value) found.at(age) = alarm_datapoint{each.at_s, *value, each.what.samples};
    }
    const auto judged = judge(rule, found, of.state);
    if (!judged || judged->state == of.state) return;
    const alarm before = of;
    const std::int64_t now_ms = now_in_ms();
    ground::transaction whole{db_};
    change_state(db_, of, *judged, reason_data_of(of, *judged, now_ms), now_ms);
    whole.commit();
    act(before, of);
}

void alarm_watch::act(const alarm& before, const alarm& now) {
    if (!now.acts() || before.state == now.state) return;
    for (const std::string& each : now.actions()) {
        if (*under_way_ >= actions_max)
            tell(now, each, "too many actions are under way");
        else
            invoke(now, each, event_of(before, now));
    }
}

void alarm_watch::invoke(const alarm& of, std::string function, std::string event) {
    ++*under_way_;
    boost::asio::co_spawn(
        loop_,
        [this, of, function = std::move(function), event = std::move(event),
         under_way = under_way_]() -> boost::asio::awaitable<void> {
            // Named: GCC 12 copies a temporary aggregate in a co_await byte by byte (its bug 99576).
            lambda::invocation_source source{std::string{principal}, of.arn()};
            const lambda::invocation came =
                co_await functions_.invoke(function, event, source, action_timeout);
            --*under_way;
            if (stopped_) co_return;
            tell(of, function,
                 came.missing ? "there is no such function"
                 : came.denied
                     ? "CloudWatch Alarms is not authorized to perform: lambda:InvokeFunction on the "
                       "resource because no resource-based policy allows the lambda:InvokeFunction "
                       "action"
                     : "");
        },
        boost::asio::detached);
}

void alarm_watch::tell(const alarm& of, const std::string& action, const std::string& failed) {
    owed_.owe("an action of alarm " + of.name, [this, of, action, failed, at = now_in_ms()] {
        json::object data{{"actionState", failed.empty() ? "Succeeded" : "Failed"},
                          {"notificationResource", action},
                          {"stateUpdateTimestamp", of.state_updated_ms}};
        if (!failed.empty()) data["error"] = failed;
        ground::transaction whole{db_};
        record_event(db_, of,
                     {at, "Action",
                      failed.empty() ? fmt::format("Successfully executed action {}", action)
                                     : fmt::format("Failed to execute action {}. Received error: \"{}\"",
                                                   action, failed),
                      std::move(data)});
        whole.commit();
    });
}

} // namespace cruddur::cloud::watch
