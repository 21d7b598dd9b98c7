// When an alarm changes, by AWS's own table of what missing data come to.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
#include "cloud/watch/alarm_evaluation.hpp"
#include "cloud/watch/metric_store.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

using namespace cruddur::cloud::watch;

namespace {

// The range of periods, the oldest first: '0' does not breach, 'X' does, '-' is missing.
std::vector<std::optional<alarm_datapoint>> range_of(std::string_view text) {
    std::vector<std::optional<alarm_datapoint>> out;
    std::int64_t at = 0;
    for (const char c : text) {
        at += 60;
        out.insert(out.begin(),
                   c == '-' ? std::nullopt : std::optional{alarm_datapoint{at, c == 'X' ? 9.0 : 1.0, 1.0}});
    }
    return out;
}

// What the range comes to for each way to treat what is missing, of an alarm that is in none of these states.
std::array<std::string, 4> judged(std::string_view text, std::int64_t periods, std::int64_t datapoints) {
    std::array<std::string, 4> out;
    constexpr std::array treatments{"missing", "ignore", "breaching", "notBreaching"};
    for (std::size_t i = 0; i < treatments.size(); ++i) {
        const alarm_rule rule{periods, datapoints, 5, "GreaterThanThreshold", treatments[i]};
        const auto found = judge(rule, range_of(text), "");
        out[i] = found ? found->state : "stays";
    }
    return out;
}

using states = std::array<std::string, 4>;

TEST(alarm, is_judged_as_aws_has_it_of_three_out_of_three) {
    EXPECT_EQ(judged("0-X-X", 3, 3), (states{"OK", "OK", "OK", "OK"}));
    EXPECT_EQ(judged("----0", 3, 3), (states{"OK", "OK", "OK", "OK"}));
    EXPECT_EQ(judged("-----", 3, 3), (states{"INSUFFICIENT_DATA", "stays", "ALARM", "OK"}));
    EXPECT_EQ(judged("0XX-X", 3, 3), (states{"ALARM", "ALARM", "ALARM", "ALARM"}));
    EXPECT_EQ(judged("--X--", 3, 3), (states{"ALARM", "stays", "ALARM", "OK"}));
}

TEST(alarm, is_judged_as_aws_has_it_of_two_out_of_three) {
    EXPECT_EQ(judged("0-X-X", 3, 2), (states{"ALARM", "ALARM", "ALARM", "ALARM"}));
    EXPECT_EQ(judged("00X0X", 3, 2), (states{"ALARM", "ALARM", "ALARM", "ALARM"}));
    EXPECT_EQ(judged("0-X--", 3, 2), (states{"OK", "OK", "ALARM", "OK"}));
    EXPECT_EQ(judged("----0", 3, 2), (states{"OK", "OK", "ALARM", "OK"}));
    EXPECT_EQ(judged("---X-", 3, 2), (states{"ALARM", "stays", "ALARM", "OK"}));
}

TEST(alarm, compares_as_its_operator_says) {
    const auto state_at = [](const char* comparison, double value) {
        const alarm_rule rule{1, 1, 5, comparison, "missing"};
        return judge(rule, {alarm_datapoint{60, value, 1}}, "")->state;
    };
    EXPECT_EQ(state_at("GreaterThanOrEqualToThreshold", 5), "ALARM");
    EXPECT_EQ(state_at("GreaterThanThreshold", 5), "OK");
    EXPECT_EQ(state_at("LessThanOrEqualToThreshold", 5), "ALARM");
    EXPECT_EQ(state_at("LessThanThreshold", 5), "OK");
    EXPECT_EQ(state_at("LessThanThreshold", 4.9), "ALARM");
}

TEST(alarm, says_why_as_aws_words_it) {
    const alarm_rule rule{1, 1, 1, "GreaterThanThreshold", "missing"};
    EXPECT_EQ(
        judge(rule, {alarm_datapoint{1'577'934'300, 5, 1}}, "OK")->reason,
        "Threshold Crossed: 1 out of the last 1 datapoints [5.0 (02/01/20 03:05:00)] was greater than the "
        "threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).");
    EXPECT_EQ(
        judge(rule, {alarm_datapoint{1'577'934'300, 0.25, 1}}, "ALARM")->reason,
        "Threshold Crossed: 1 out of the last 1 datapoints [0.25 (02/01/20 03:05:00)] was not greater than "
        "the threshold (1.0) (minimum 1 datapoint for ALARM -> OK transition).");
}

TEST(statistics, know_their_percentiles_while_every_value_is_known) {
    statistics all;
    for (int value = 1; value <= 100; ++value)
        all.add(statistics_of(value));
    EXPECT_EQ(all.percentile(50), 50);
    EXPECT_EQ(all.percentile(99), 99);
    EXPECT_EQ(all.percentile(100), 100);
    EXPECT_EQ(all.sum, 5050);
    all.add({10, 20, 1, 3, {}}); // a set, of which the values are not known
    EXPECT_FALSE(all.has_percentiles());
    EXPECT_EQ(all.samples, 110);
}

} // namespace
