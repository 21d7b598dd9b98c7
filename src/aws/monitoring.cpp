#include "aws/monitoring.hpp"

#include "aws/json_call.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <iomanip>
#include <sstream>

namespace cruddur::aws {
namespace {

namespace json = boost::json;

constexpr service insights_service{"PI", "pi", "2018-02-27"};
constexpr std::string_view insights_target = "PerformanceInsightsv20180227";
constexpr service cloudwatch_service{"CLOUDWATCH", "monitoring", "2010-08-01"};
constexpr std::int64_t seconds_a_minute = 60;
constexpr std::int64_t points_max = 200;
constexpr int pages_max = 50;
constexpr std::string_view load_metric = "db.load.avg";
constexpr std::size_t load_keys_max = 25; // of one answer

// The shortest that Performance Insights has and that does not come to too many points.
std::int64_t period_for(const time_range& range) {
    constexpr std::array<std::int64_t, 4> periods{60, 300, 3'600, 86'400};
    for (const std::int64_t each : periods) {
        if ((range.end_s - range.begin_s) / each <= points_max) return each;
    }
    return periods.back();
}

double number_of(const json::value* found) {
    boost::system::error_code none;
    const double out = found == nullptr ? 0 : found->to_number<double>(none);
    return none ? 0 : out;
}

load_key key_of(const json::object& found) {
    load_key out;
    out.sessions = number_of(found.if_contains("Total"));
    if (const auto* const all = found.if_contains("Dimensions"); all != nullptr && all->is_object()) {
        for (const auto& [name, value] : all->get_object()) {
            if (value.is_string()) out.dimensions.emplace(name, value.get_string());
        }
    }
    return out;
}

std::string time_text(std::int64_t at_s) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(at_s)));
}

// Of a time as 2026-11-25T01:47:00Z; 0 of anything else.
std::int64_t seconds_of(const std::string& text) {
    std::tm parts{};
    std::istringstream in{text};
    in >> std::get_time(&parts, "%Y-%m-%dT%H:%M:%S");
    return in ? static_cast<std::int64_t>(timegm(&parts)) : 0;
}

// Performance Insights, each call of it.
class insights {
public:
    insights(const settings& how, credentials by, const db_instance& of, const time_range& range)
        : how_{how}
        , by_{std::move(by)}
        , asked_{{"ServiceType", "RDS"},
                 {"Identifier", of.resource_id},
                 {"StartTime", range.begin_s},
                 {"EndTime", range.end_s},
                 {"PeriodInSeconds", period_for(range)}} {}

    // Until there is no further page, each handed to `take`.
    template<class Take>
    result<void> ask(std::string_view action, const json::object& input, Take take) const {
        json::object whole = asked_;
        for (const auto& [name, value] : input)
            whole[name] = value;
        for (int page = 0; page < pages_max; ++page) {
            const auto done = call_json(how_, by_, insights_service, insights_target, action, whole);
            if (!done) return done.error();
            take(*done);
            const auto* const next = done->if_contains("NextToken");
            if (next == nullptr || !next->is_string() || next->get_string().empty()) break;
            whole["NextToken"] = next->get_string();
        }
        return {};
    }

    // The load by what it is grouped by, the busiest first.
    [[nodiscard]] result<std::vector<load_key>> keys(const json::object& group_by, std::size_t most) const {
        std::vector<load_key> out;
        const auto done = ask("DescribeDimensionKeys", {{"Metric", load_metric}, {"GroupBy", group_by}},
                              [&](const json::object& page) {
                                  for (const auto& key : list_in(page, "Keys"))
                                      out.push_back(key_of(key.as_object()));
                              });
        if (!done) return done.error();
        std::ranges::sort(out, [](const load_key& one, const load_key& other) {
            return one.sessions != other.sessions ? one.sessions > other.sessions
                                                  : one.dimensions < other.dimensions;
        });
        if (out.size() > most) out.resize(most);
        return out;
    }

private:
    const settings& how_;
    credentials by_;
    json::object asked_;
};

} // namespace

time_range time_range::last(std::chrono::minutes length) {
    const std::int64_t now_s =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    const std::int64_t end_s = (now_s / seconds_a_minute + 1) * seconds_a_minute;
    return {end_s - std::chrono::seconds{length}.count(), end_s};
}

result<database_load> read_load(client& by, const db_instance& of, const load_dimensions& apart,
                                const time_range& range, std::int64_t most) {
    if (!of.performance_insights) {
        return error{
            .message =
                fmt::format("Performance Insights is off for {}: nothing looks at its load", of.identifier),
            .hint = fmt::format("Turn it on: `aws rds modify-db-instance --db-instance-identifier {} "
                                "--enable-performance-insights --apply-immediately`. It has the load "
                                "from then on.",
                                of.identifier)};
    }
    auto signed_by = find_credentials(by.how());
    if (!signed_by) return signed_by.error();
    const insights asking{by.how(), *std::move(signed_by), of, range};
    database_load out;
    auto done = asking.ask(
        "GetResourceMetrics",
        {{"MetricQueries", json::array{json::object{{"Metric", load_metric}}}},
         {"PeriodAlignment", "START_TIME"}},
        [&](const json::object& page) {
            for (const auto& metric : list_in(page, "MetricList")) {
                for (const auto& point : list_in(metric.as_object(), "DataPoints")) {
                    const json::object& one = point.as_object();
                    if (!one.contains("Value") || one.at("Value").is_null()) continue;
                    out.points.push_back({static_cast<std::int64_t>(number_of(one.if_contains("Timestamp"))),
                                          number_of(one.if_contains("Value"))});
                }
            }
        });
    if (!done) return done.error();
    // Of these types there are few, and each session has one: their sum is the whole.
    const auto types =
        asking.keys({{"Group", "db.wait_event_type"}, {"Limit", load_keys_max}}, load_keys_max);
    if (!types) return types.error();
    for (const load_key& each : *types)
        out.sessions += each.sessions;
    auto keys = asking.keys({{"Group", apart.group},
                             {"Dimensions", json::array(apart.dimensions.begin(), apart.dimensions.end())},
                             {"Limit", most}},
                            static_cast<std::size_t>(most));
    if (!keys) return keys.error();
    out.keys = *std::move(keys);
    return out;
}

result<std::vector<metric_value>> read_metrics(client& by, const std::string& identifier,
                                               const time_range& range) {
    auto listed = by.call(cloudwatch_service, "ListMetrics",
                          {{"Namespace", "AWS/RDS"},
                           {"Dimensions.member.1.Name", "DBInstanceIdentifier"},
                           {"Dimensions.member.1.Value", identifier}});
    if (!listed) return listed.error();
    std::vector<std::string> names;
    for (const pugi::xml_node each : listed->result().child("Metrics").children()) {
        // Some are kept by more than the instance, as by its class, too.
        const pugi::xml_node dimensions = each.child("Dimensions");
        if (dimensions.first_child() == dimensions.last_child())
            names.emplace_back(each.child_value("MetricName"));
    }
    std::vector<metric_value> out;
    if (names.empty()) return out;
    parameters input{{"StartTime", time_text(range.begin_s)},
                     {"EndTime", time_text(range.end_s)},
                     {"ScanBy", "TimestampDescending"}};
    for (std::size_t at = 0; at < names.size(); ++at) {
        const std::string query = fmt::format("MetricDataQueries.member.{}.", at + 1);
        for (const auto& [name, value] : std::initializer_list<std::pair<std::string_view, std::string>>{
                 {"Id", fmt::format("m{}", at)},
                 {"MetricStat.Metric.Namespace", "AWS/RDS"},
                 {"MetricStat.Metric.MetricName", names[at]},
                 {"MetricStat.Metric.Dimensions.member.1.Name", "DBInstanceIdentifier"},
                 {"MetricStat.Metric.Dimensions.member.1.Value", identifier},
                 {"MetricStat.Period", std::to_string(seconds_a_minute)},
                 {"MetricStat.Stat", "Average"}})
            input.emplace_back(query + std::string{name}, value);
    }
    const auto done = by.call(cloudwatch_service, "GetMetricData", input);
    if (!done) return done.error();
    for (const pugi::xml_node each : done->result().child("MetricDataResults").children()) {
        const pugi::xml_node value = each.child("Values").first_child();
        const std::string_view id = each.child_value("Id");
        const auto of = std::ranges::find_if(
            names, [&, at = 0](const std::string&) mutable { return id == fmt::format("m{}", at++); });
        if (value.empty() || of == names.end()) continue;
        out.push_back({*of, seconds_of(each.child("Timestamps").first_child().text().as_string()),
                       value.text().as_double()});
    }
    std::ranges::sort(out, {}, &metric_value::name);
    return out;
}

} // namespace cruddur::aws
