#pragma once

#include "cloud/ground/state.hpp"
#include "cloud/watch/alarm_evaluation.hpp"
#include "cloud/watch/watch.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::watch {

// An alarm on one metric. Its settings are what PutMetricAlarm was asked for, in the names by which it is
// described.
struct alarm {
    std::string region;
    std::string name;
    json::object settings;
    std::string state = "INSUFFICIENT_DATA";
    std::string reason = "Unchecked: Initial alarm creation";
    std::string reason_data{};
    std::int64_t state_updated_ms = 0;
    std::int64_t transitioned_ms = 0;
    std::int64_t settings_updated_ms = 0;

    [[nodiscard]] std::string arn() const;
    [[nodiscard]] bool acts() const;                        // its actions are enabled
    [[nodiscard]] std::vector<std::string> actions() const; // of the state that it is in
    [[nodiscard]] std::string statistic() const;
    [[nodiscard]] std::int64_t period_s() const;
    [[nodiscard]] alarm_rule rule() const;
};

constexpr std::int64_t alarms_max = 5'000; // of a region

[[nodiscard]] std::vector<alarm> all_alarms(state& db);
[[nodiscard]] std::vector<alarm> alarms_of(state& db, const std::string& region); // by name
[[nodiscard]] std::optional<alarm> find_alarm(state& db, const std::string& region, const std::string& name);
void save_alarm(state& db, const alarm& what);
void delete_alarm(state& db, const alarm& what);

struct alarm_event {
    std::int64_t at_ms = 0;
    std::string type; // "ConfigurationUpdate", "StateUpdate", "Action"
    std::string summary;
    json::object data;
    std::string alarm{}; // its name
};

// Kept for thirty days, and of a region as many as alarm_events_max; an alarm's go on when it is deleted.
constexpr std::int64_t alarm_events_max = 10'000;
void record_event(state& db, const alarm& of, const alarm_event& what);
[[nodiscard]] std::vector<alarm_event> events_of(state& db, const std::string& region); // by time

// Puts the alarm into that state, and says so in its history. What its actions are to be told of is the
// alarm as it was.
void change_state(state& db, alarm& of, const alarm_judgement& to, const std::string& reason_data,
                  std::int64_t now_ms);

// "2026-11-29T10:05:00.000+0000", as alarms' documents have times.
[[nodiscard]] std::string time_in_document(std::int64_t at_ms);

} // namespace cruddur::cloud::watch
