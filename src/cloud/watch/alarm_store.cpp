#include "cloud/watch/alarm_store.hpp"

#include "cloud/ground/identifiers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include <array>
#include <ctime>

namespace cruddur::cloud::watch {

namespace {

constexpr std::int64_t history_kept_ms = std::int64_t{30} * 24 * 3'600'000;

constexpr std::array steps = {ground::migration{0, R"sql(
    create table metric_alarm (
        region text not null,
        name text not null,
        settings text not null,
        state text not null,
        reason text not null,
        reason_data text not null,
        state_updated_ms integer not null,
        transitioned_ms integer not null,
        settings_updated_ms integer not null,
        primary key (region, name)
    ) strict;
    create table metric_alarm_event (
        id integer primary key autoincrement,
        region text not null,
        alarm text not null,
        at_ms integer not null,
        type text not null,
        summary text not null,
        data text not null
    ) strict;
    create index metric_alarm_event_time on metric_alarm_event (region, at_ms);
    )sql"}};

#define CRUDDUR_ALARM_COLUMNS                                                                                \
    "region, name, settings, state, reason, reason_data, state_updated_ms, transitioned_ms, "                \
    "settings_updated_ms"

std::vector<alarm> read_alarms(ground::rows found) {
    std::vector<alarm> out;
    while (found.next()) {
        out.push_back({found.text(0), found.text(1), json::parse(found.text(2)).as_object(), found.text(3),
                       found.text(4), found.text(5), found.integer(6), found.integer(7), found.integer(8)});
    }
    return out;
}

} // namespace

ground::service_migrations watch_migrations() {
    return {"monitoring", steps};
}

std::string alarm::arn() const {
    return fmt::format("arn:aws:cloudwatch:{}:{}:alarm:{}", region, ground::account_id, name);
}

bool alarm::acts() const {
    return optional_boolean(settings, "ActionsEnabled").value_or(true);
}

std::vector<std::string> alarm::actions() const {
    return texts_of(settings, state == "ALARM" ? "AlarmActions"
                              : state == "OK"  ? "OKActions"
                                               : "InsufficientDataActions");
}

std::string alarm::statistic() const {
    const std::string extended = text_of(settings, "ExtendedStatistic");
    return extended.empty() ? text_of(settings, "Statistic") : extended;
}

std::int64_t alarm::period_s() const {
    return optional_integer(settings, "Period").value_or(whole_span_s);
}

alarm_rule alarm::rule() const {
    alarm_rule out;
    out.periods = optional_integer(settings, "EvaluationPeriods").value_or(1);
    out.datapoints = optional_integer(settings, "DatapointsToAlarm").value_or(out.periods);
    out.threshold = number_of(settings, "Threshold");
    out.comparison = text_of(settings, "ComparisonOperator");
    out.missing_data = optional_text(settings, "TreatMissingData").value_or("missing");
    return out;
}

std::vector<alarm> all_alarms(state& db) {
    return read_alarms(db.query("select " CRUDDUR_ALARM_COLUMNS " from metric_alarm order by region, name"));
}

std::vector<alarm> alarms_of(state& db, const std::string& region) {
    return read_alarms(db.query(
        "select " CRUDDUR_ALARM_COLUMNS " from metric_alarm where region = ? order by name", region));
}

std::optional<alarm> find_alarm(state& db, const std::string& region, const std::string& name) {
    auto found = read_alarms(db.query(
        "select " CRUDDUR_ALARM_COLUMNS " from metric_alarm where region = ? and name = ?", region, name));
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void save_alarm(state& db, const alarm& what) {
    db.run("insert or replace into metric_alarm (" CRUDDUR_ALARM_COLUMNS ") "
           "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
           what.region, what.name, json::serialize(what.settings), what.state, what.reason, what.reason_data,
           what.state_updated_ms, what.transitioned_ms, what.settings_updated_ms);
}

void delete_alarm(state& db, const alarm& what) {
    db.run("delete from metric_alarm where region = ? and name = ?", what.region, what.name);
}

void record_event(state& db, const alarm& of, const alarm_event& what) {
    db.run("insert into metric_alarm_event (region, alarm, at_ms, type, summary, data) "
           "values (?, ?, ?, ?, ?, ?)",
           of.region, of.name, what.at_ms, what.type, what.summary, json::serialize(what.data));
    db.run("delete from metric_alarm_event where region = ? and at_ms < ?", of.region,
           what.at_ms - history_kept_ms);
    db.run("delete from metric_alarm_event where region = ? and id <= (select id from metric_alarm_event "
           "where region = ? order by id desc limit 1 offset ?)",
           of.region, of.region, alarm_events_max);
}

std::vector<alarm_event> events_of(state& db, const std::string& region) {
    std::vector<alarm_event> out;
    ground::rows found = db.query("select at_ms, type, summary, data, alarm from metric_alarm_event where "
                                  "region = ? order by at_ms, id",
                                  region);
    while (found.next()) {
        out.push_back({found.integer(0), found.text(1), found.text(2), json::parse(found.text(3)).as_object(),
                       found.text(4)});
    }
    return out;
}

void change_state(state& db, alarm& of, const alarm_judgement& to, const std::string& reason_data,
                  std::int64_t now_ms) {
    const auto described = [](const alarm& as) {
        json::object out{{"stateValue", as.state}, {"stateReason", as.reason}};
        boost::system::error_code malformed;
        json::value data = json::parse(as.reason_data, malformed);
        if (!malformed) out["stateReasonData"] = std::move(data);
        return out;
    };
    const alarm before = of;
    of.state = to.state;
    of.reason = to.reason;
    of.reason_data = reason_data;
    of.state_updated_ms = now_ms;
    if (before.state != of.state) of.transitioned_ms = now_ms;
    save_alarm(db, of);
    if (before.state == of.state) return;
    record_event(
        db, of,
        {now_ms, "StateUpdate", fmt::format("Alarm updated from {} to {}", before.state, of.state),
         json::object{{"version", "1.0"}, {"oldState", described(before)}, {"newState", described(of)}}});
}

std::string time_in_document(std::int64_t at_ms) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}+0000", fmt::gmtime(static_cast<std::time_t>(at_ms / 1000)),
                       at_ms % 1000);
}

} // namespace cruddur::cloud::watch
