#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::watch {

// When a metric's values are an alarm.
struct alarm_rule {
    std::int64_t periods = 1;    // that are looked at
    std::int64_t datapoints = 1; // of those, as many must breach
    double threshold = 0;
    std::string comparison;              // "GreaterThanThreshold"
    std::string missing_data{"missing"}; // "breaching", "notBreaching", "ignore"
};

struct alarm_datapoint {
    std::int64_t at_s = 0;
    double value = 0;
    double samples = 0;
};

struct alarm_judgement {
    std::string state; // "OK", "ALARM" or "INSUFFICIENT_DATA"
    std::string reason;
    std::vector<alarm_datapoint> looked_at; // the newest first
};

// How many periods are read for one evaluation: some more than are looked at, since late ones may be missing.
[[nodiscard]] std::int64_t evaluation_range(const alarm_rule& rule);

// What the periods of the range come to, the newest first, each with its datapoint where there is one;
// nullopt where the alarm stays what it is. As AWS's guide has it: missing datapoints count only where there
// are fewer others than periods to look at.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
[[nodiscard]] std::optional<alarm_judgement> judge(const alarm_rule& rule,
                                                   const std::vector<std::optional<alarm_datapoint>>& range,
                                                   std::string_view state);

// A number as reasons have it: "5.0".
[[nodiscard]] std::string number_in_reason(double number);

} // namespace cruddur::cloud::watch
