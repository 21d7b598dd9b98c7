#pragma once

#include "aws/rds.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::aws {

// What an instance did, as Performance Insights and CloudWatch have it. Each call blocks.

// The time that is asked about, of whole minutes.
struct time_range {
    std::int64_t begin_s = 0; // since 1970
    std::int64_t end_s = 0;

    // So many minutes, up to the end of the one that runs.
    static time_range last(std::chrono::minutes length);
};

// How many sessions were active on average.
struct load_point {
    std::int64_t at_s = 0; // when its period begins
    double sessions = 0;
};
struct load_key {
    std::map<std::string, std::string> dimensions{}; // "db.wait_event.name": "PgSleep"
    double sessions = 0;                             // over all of the time
};
struct database_load {
    double sessions = 0;              // over all of the time
    std::vector<load_point> points{}; // of all sessions, the oldest first; what is not known has none
    std::vector<load_key> keys{};     // the busiest first
};

// What it is told apart by.
struct load_dimensions {
    std::string_view group;                   // "db.wait_event"
    std::vector<std::string_view> dimensions; // of that group: "db.wait_event.name"
};

// The load, and its share of the busiest values. One whose Performance Insights are off is refused before
// anything is asked.
[[nodiscard]] result<database_load> read_load(client& by, const db_instance& of, const load_dimensions& apart,
                                              const time_range& range, std::int64_t most);

// A metric's latest average of a minute.
struct metric_value {
    std::string name{};
    std::int64_t at_s = 0;
    double value = 0;
};
// All that there are of an instance in the range, by their names.
[[nodiscard]] result<std::vector<metric_value>> read_metrics(client& by, const std::string& identifier,
                                                             const time_range& range);

} // namespace cruddur::aws
