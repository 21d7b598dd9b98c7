#include "cloud/watch/alarm_evaluation.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

namespace cruddur::cloud::watch {

namespace {

constexpr std::int64_t periods_more = 2;

std::string_view words_of(std::string_view comparison) {
    using pair = std::pair<std::string_view, std::string_view>;
    static constexpr std::array all{pair{"GreaterThanOrEqualToThreshold", "greater than or equal to"},
                                    pair{"GreaterThanThreshold", "greater than"},
                                    pair{"LessThanOrEqualToThreshold", "less than or equal to"},
                                    pair{"LessThanThreshold", "less than"}};
    const auto found = std::ranges::find(all, comparison, &pair::first);
    return found == all.end() ? "" : found->second;
}

bool breaches(const alarm_rule& rule, double value) {
    if (rule.comparison == "GreaterThanOrEqualToThreshold") return value >= rule.threshold;
    if (rule.comparison == "GreaterThanThreshold") return value > rule.threshold;
    if (rule.comparison == "LessThanOrEqualToThreshold") return value <= rule.threshold;
    return value < rule.threshold;
}

std::string_view plural(std::int64_t count) {
    return count == 1 ? "" : "s";
}

// Those that speak for the state, as AWS's reasons list them: the newest first.
std::string reason_of(const alarm_rule& rule, const std::vector<alarm_datapoint>& all, std::string_view to) {
    const bool is_alarm = to == "ALARM";
    std::vector<std::string> shown;
    for (const alarm_datapoint& each : all) {
        if (breaches(rule, each.value) != is_alarm) continue;
        shown.push_back(fmt::format("{} ({:%d/%m/%y %H:%M:%S})", number_in_reason(each.value),
                                    fmt::gmtime(static_cast<std::time_t>(each.at_s))));
    }
    const auto count = static_cast<std::int64_t>(shown.size());
    const std::int64_t least = is_alarm ? rule.datapoints : rule.periods - rule.datapoints + 1;
    return fmt::format("Threshold Crossed: {} out of the last {} datapoints [{}] {} {}{} the threshold ({}) "
                       "(minimum {} datapoint{} for {} transition).",
                       count, all.size(), fmt::join(shown, ", "), count == 1 ? "was" : "were",
                       is_alarm ? "" : "not ", words_of(rule.comparison), number_in_reason(rule.threshold),
                       least, plural(least), is_alarm ? "OK -> ALARM" : "ALARM -> OK");
}

std::string reason_of_missing(std::int64_t missing, std::string_view treated_as) {
    return fmt::format("Threshold Crossed: no datapoints were received for {} period{} and {} missing "
                       "datapoint{} {} treated as [{}].",
                       missing, plural(missing), missing, plural(missing), missing == 1 ? "was" : "were",
                       treated_as);
}

// Fewer datapoints than periods to look at: what is missing is treated as the alarm says.
std::optional<alarm_judgement> judge_with_missing(const alarm_rule& rule, std::vector<alarm_datapoint> there,
                                                  std::string_view state) {
    const auto count = static_cast<std::int64_t>(there.size());
    const std::int64_t missing = rule.periods - count;
    const std::int64_t breaching =
        std::ranges::count_if(there, [&](const auto& each) { return breaches(rule, each.value); });
    const auto judged = [&](std::string_view to) {
        std::string reason = there.empty()
                                 ? reason_of_missing(missing, to == "ALARM" ? "Breaching" : "NonBreaching")
                                 : reason_of(rule, there, to);
        return alarm_judgement{std::string{to}, std::move(reason), there};
    };
    const bool all_breach = breaching == count;
    if (rule.missing_data == "breaching")
        return judged(breaching + missing >= rule.datapoints ? "ALARM" : "OK");
    if (rule.missing_data == "notBreaching") return judged(breaching >= rule.datapoints ? "ALARM" : "OK");
    if (breaching >= rule.datapoints) return judged("ALARM");
    if (rule.missing_data == "ignore") {
        if (there.empty() || all_breach) return std::nullopt;
        return judged("OK");
    }
    if (there.empty()) {
        if (state == "INSUFFICIENT_DATA") return std::nullopt;
        return alarm_judgement{"INSUFFICIENT_DATA",
                               fmt::format("Insufficient Data: {} datapoint{} {} unknown.", missing,
                                           plural(missing), missing == 1 ? "was" : "were"),
                               {}};
    }
    return judged(all_breach ? "ALARM" : "OK");
}

} // namespace

std::string number_in_reason(double number) {
    std::string out = fmt::format("{}", number);
    if (out.find_first_of(".en") == std::string::npos) out += ".0";
    return out;
}

std::int64_t evaluation_range(const alarm_rule& rule) {
    return rule.periods + periods_more;
}

std::optional<alarm_judgement> judge(const alarm_rule& rule,
                                     const std::vector<std::optional<alarm_datapoint>>& range,
                                     std::string_view state) {
    std::vector<alarm_datapoint> there;
    for (const auto& each : range) {
        if (each && static_cast<std::int64_t>(there.size()) < rule.periods) there.push_back(*each);
    }
    if (static_cast<std::int64_t>(there.size()) < rule.periods)
        return judge_with_missing(rule, std::move(there), state);
    const std::int64_t breaching =
        std::ranges::count_if(there, [&](const auto& each) { return breaches(rule, each.value); });
    const std::string to = breaching >= rule.datapoints ? "ALARM" : "OK";
    std::string reason = reason_of(rule, there, to);
    return alarm_judgement{to, std::move(reason), std::move(there)};
}

} // namespace cruddur::cloud::watch
