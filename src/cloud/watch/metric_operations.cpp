#include "cloud/watch/watch.hpp"
#include "cloud/wire/listing.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace cruddur::cloud::watch {

namespace {

constexpr double magnitude_max = 0x1p360;
constexpr std::int64_t oldest_ms = std::int64_t{14} * 24 * 3'600'000; // of a measurement that is put
constexpr std::int64_t ahead_ms = std::int64_t{2} * 3'600'000;
constexpr std::int64_t listed_ms = oldest_ms;
constexpr std::int64_t recent_ms = std::int64_t{3} * 3'600'000;
constexpr std::size_t metrics_of_a_page = 500;
constexpr std::int64_t datapoints_max = 1'440;
constexpr std::int64_t data_max = 100'800;
constexpr std::int64_t spans_max = 2'000'000; // that one call may have looked through

metric_store& store_of(const call& in) {
    return in.env.part<metric_store>();
}

void check_magnitude(double value) {
    if (std::abs(value) > magnitude_max)
        refuse_value(fmt::format("The value {} for parameter Value is invalid.", value));
}

statistics set_in(const json::object& of) {
    statistics out{number_of(of, "SampleCount"),
                   number_of(of, "Sum"),
                   number_of(of, "Minimum"),
                   number_of(of, "Maximum"),
                   {}};
    for (const double each : {out.sum, out.min, out.max})
        check_magnitude(each);
    if (out.samples <= 0)
        refuse_value("The parameter MetricData.member.1.StatisticValues.SampleCount must be greater than 0.");
    if (out.min > out.max) {
        refuse_value("The parameter MetricData.member.1.StatisticValues.Maximum must be greater than "
                     "MetricData.member.1.StatisticValues.Minimum.");
    }
    return out;
}

statistics values_in(const json::object& datum) {
    const json::array& values = *find_list(datum, "Values");
    const json::array* const counts = find_list(datum, "Counts");
    if (counts != nullptr && counts->size() != values.size()) {
        refuse_value(
            "The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the "
            "same size.");
    }
    statistics out;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double value = values[i].to_number<double>();
        const double times = counts == nullptr ? 1 : (*counts)[i].to_number<double>();
        check_magnitude(value);
        if (times < 0) refuse_value("The parameter MetricData.member.1.Counts must not be negative.");
        out.add(statistics_of(value, times));
    }
    return out;
}

// A datum has its value in one of three ways.
statistics statistics_in(const json::object& datum) {
    const bool has_values = find_list(datum, "Values") != nullptr && !find_list(datum, "Values")->empty();
    const json::object* const set = find_object(datum, "StatisticValues");
    const int ways = static_cast<int>(datum.contains("Value")) + static_cast<int>(set != nullptr) +
                     static_cast<int>(has_values);
    if (ways == 0) {
        refuse_combination("At least one of the parameters MetricData.member.1.Value, "
                           "MetricData.member.1.Values and MetricData.member.1.StatisticValues must be "
                           "specified.");
    }
    if (ways > 1) {
        refuse_combination(
            "The parameters MetricData.member.1.Value, MetricData.member.1.Values and "
            "MetricData.member.1.StatisticValues are mutually exclusive and you have specified "
            "more than one.");
    }
    if (!has_values && find_list(datum, "Counts") != nullptr) {
        refuse_combination("The parameter MetricData.member.1.Counts must be specified together with "
                           "MetricData.member.1.Values.");
    }
    if (set != nullptr) return set_in(*set);
    if (has_values) return values_in(datum);
    const double value = number_of(datum, "Value");
    check_magnitude(value);
    return statistics_of(value);
}

bool is_period(std::int64_t seconds) {
    constexpr std::array<std::int64_t, 5> short_ones{1, 5, 10, 20, 30};
    return seconds % whole_span_s == 0 || std::ranges::find(short_ones, seconds) != short_ones.end();
}

struct time_range {
    std::int64_t begin_s = 0;
    std::int64_t end_s = 0;
};

// Those that the input names: it begins with a whole period, or, where that is long, a whole minute.
time_range range_in(const call& in, std::int64_t aligned_s) {
    time_range out{*optional_integer(in.input, "StartTime") / 1000,
                   (*optional_integer(in.input, "EndTime") + 999) / 1000};
    if (out.begin_s >= out.end_s)
        refuse_value("The parameter StartTime must be less than the parameter EndTime.");
    out.begin_s -= out.begin_s % aligned_s;
    return out;
}

struct data_query {
    std::string id;
    std::string label;
    metric of;
    std::int64_t period_s = 0;
    std::string stat;
    std::optional<std::string> unit;
};

std::vector<data_query> queries_in(const call& in) {
    std::vector<data_query> out;
    std::set<std::string> ids;
    for (const json::object* each : objects_of(in.input, "MetricDataQueries")) {
        const json::object* const stat = find_object(*each, "MetricStat");
        const std::string id = text_of(*each, "Id");
        if (stat == nullptr) refuse_input(fmt::format("Invalid metrics list: {} has no MetricStat.", id));
        if (!ids.insert(id).second)
            refuse_input(
                fmt::format("The values for parameter id in MetricDataQueries are not unique: {}.", id));
        data_query query{id,
                         text_of(*each, "Label"),
                         metric_in(*find_object(*stat, "Metric"), in.region),
                         optional_integer(*stat, "Period").value_or(whole_span_s),
                         text_of(*stat, "Stat"),
                         optional_text(*stat, "Unit")};
        if (query.label.find("${") != std::string::npos)
            refuse_input("Dynamic labels are not available in local AWS. Use a plain text as the Label.");
        if (!is_period(query.period_s))
            refuse_input(
                fmt::format("Invalid Period {} of {}: it must be 1, 5, 10, 20, 30 or a multiple of 60.",
                            query.period_s, id));
        if (!is_statistic(query.stat))
            refuse_input(fmt::format("The value {} for parameter Stat is not supported.", query.stat));
        if (optional_boolean(*each, "ReturnData").value_or(true)) out.push_back(std::move(query));
    }
    if (out.empty()) refuse_input("At least one of the MetricDataQueries must have ReturnData true.");
    return out;
}

// What tells a query's series from the others': the metric's name, or else its dimensions' values.
std::string label_of(const data_query& of, const std::vector<data_query>& all) {
    if (!of.label.empty()) return of.label;
    const bool is_alone =
        std::ranges::count(all, of.of.name, [](const data_query& each) { return each.of.name; }) == 1;
    if (is_alone || of.of.dimensions.empty()) return of.of.name;
    std::string out;
    for (const auto& [name, value] : of.of.dimensions)
        out += value + " ";
    return out + of.of.name;
}

// One value of one query's series.
struct datum {
    std::size_t query = 0;
    std::int64_t at_s = 0;
    double value = 0;
};

// Refuses what would hold up everybody else: each span of the time for which points are kept is looked at.
void check_extent(const call& in, const std::vector<data_query>& queries) {
    const std::int64_t oldest_s =
        milliseconds_of(in.now) / 1000 - std::chrono::seconds(metric_store::kept).count();
    std::int64_t spans = 0;
    for (const data_query& each : queries) {
        const time_range range = range_in(in, each.period_s);
        const std::int64_t span_s = each.period_s < whole_span_s ? 1 : whole_span_s;
        const std::int64_t kept_s =
            span_s == 1 ? range.end_s - std::chrono::seconds(metric_store::seconds_kept).count() : oldest_s;
        spans += std::max<std::int64_t>(range.end_s - std::max(range.begin_s, kept_s), 0) / span_s;
    }
    if (spans > spans_max) {
        refuse_input(
            fmt::format("The MetricDataQueries ask for up to {} datapoints, and at most {} are read at a "
                        "time. Ask for fewer metrics or a shorter range.",
                        spans, spans_max));
    }
}

std::vector<datum> data_of(const call& in, const std::vector<data_query>& queries) {
    check_extent(in, queries);
    std::vector<datum> out;
    for (std::size_t i = 0; i < queries.size(); ++i) {
        const data_query& query = queries[i];
        const time_range range = range_in(in, query.period_s);
        const auto points = by_period(store_of(in).read(query.of, query.unit, range.begin_s, range.end_s,
                                                        query.period_s < whole_span_s),
                                      range.begin_s, query.period_s);
        const std::size_t first = out.size();
        for (const metric_point& each : points) {
            if (const auto value = value_of(each.what, query.stat)) out.push_back({i, each.at_s, *value});
        }
        if (text_of(in.input, "ScanBy") != "TimestampAscending")
            std::reverse(out.begin() + static_cast<std::ptrdiff_t>(first), out.end());
    }
    return out;
}

} // namespace

json::object put_metric_data(const call& in) {
    const std::int64_t now = milliseconds_of(in.now);
    const std::string space = text_of(in.input, "Namespace");
    if (space.starts_with("AWS/")) refuse_value("The value AWS/ for parameter Namespace is invalid.");
    std::vector<metric_store::measurement> all;
    for (const json::object* each : objects_of(in.input, "MetricData")) {
        metric_store::measurement one;
        one.of = {in.region, space, text_of(*each, "MetricName"), dimensions_in(*each)};
        one.unit = optional_text(*each, "Unit").value_or("None");
        one.at_ms = optional_integer(*each, "Timestamp").value_or(now);
        if (one.at_ms < now - oldest_ms || one.at_ms > now + ahead_ms) {
            refuse_value(
                "The parameter MetricData.member.1.Timestamp must specify a time within the past two "
                "weeks and no later than two hours from now.");
        }
        const std::int64_t resolution = optional_integer(*each, "StorageResolution").value_or(whole_span_s);
        if (resolution != 1 && resolution != whole_span_s) {
            refuse_value(
                fmt::format("The value {} for parameter StorageResolution is invalid. It must be 1 or "
                            "60.",
                            resolution));
        }
        one.by_second = resolution == 1;
        one.what = statistics_in(*each);
        if (one.what.samples > 0) all.push_back(std::move(one));
    }
    store_of(in).add(all);
    return {};
}

json::object get_metric_statistics(const call& in) {
    const std::int64_t period = *optional_integer(in.input, "Period");
    if (!is_period(period))
        refuse_value("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.");
    const time_range range = range_in(in, std::min(period, whole_span_s));
    const auto statistics = texts_of(in.input, "Statistics");
    const auto extended = texts_of(in.input, "ExtendedStatistics");
    if (statistics.empty() && extended.empty()) {
        throw refusal{"MissingParameter",
                      "The request must contain the parameter Statistics or ExtendedStatistics"};
    }
    for (const std::string& each : extended) {
        if (!is_percentile(each))
            refuse_value(
                fmt::format("The value {} for parameter ExtendedStatistics is not supported.", each));
    }
    const std::int64_t asked = (range.end_s - range.begin_s + period - 1) / period;
    if (asked > datapoints_max) {
        refuse_combination(fmt::format(
            "You have requested up to {} datapoints, which exceeds the limit of {}. You may reduce "
            "the datapoints requested by increasing Period, or decreasing the time range.",
            asked, datapoints_max));
    }
    const metric of = metric_in(in.input, in.region);
    json::array points;
    for (const metric_point& each :
         by_period(store_of(in).read(of, optional_text(in.input, "Unit"), range.begin_s, range.end_s,
                                     period < whole_span_s),
                   range.begin_s, period)) {
        json::object point{{"Timestamp", each.at_s * 1000}, {"Unit", each.unit}};
        for (const std::string& name : statistics)
            if (const auto value = value_of(each.what, name)) point[name] = *value;
        json::object percentiles;
        for (const std::string& name : extended)
            if (const auto value = value_of(each.what, name)) percentiles[name] = *value;
        if (!percentiles.empty()) point["ExtendedStatistics"] = std::move(percentiles);
        points.push_back(std::move(point));
    }
    return {{"Label", of.name}, {"Datapoints", std::move(points)}};
}

json::object get_metric_data(const call& in) {
    const std::vector<data_query> queries = queries_in(in);
    const std::vector<datum> data = data_of(in, queries);
    const auto most = optional_integer(in.input, "MaxDatapoints").value_or(data_max);
    const auto page =
        wire::page_at(optional_text(in.input, "NextToken"), static_cast<std::size_t>(most), data.size());
    if (!page) throw refusal{"InvalidNextToken", "The next token that was sent is not valid."};
    std::vector<json::array> times(queries.size());
    std::vector<json::array> values(queries.size());
    for (std::size_t i = page->begin; i < page->end; ++i) {
        times[data[i].query].emplace_back(data[i].at_s * 1000);
        values[data[i].query].emplace_back(data[i].value);
    }
    json::array results;
    for (std::size_t i = 0; i < queries.size(); ++i) {
        const bool is_partial = page->end < data.size() && data[page->end].query <= i;
        results.push_back(json::object{{"Id", queries[i].id},
                                       {"Label", label_of(queries[i], queries)},
                                       {"Timestamps", std::move(times[i])},
                                       {"Values", std::move(values[i])},
                                       {"StatusCode", is_partial ? "PartialData" : "Complete"}});
    }
    json::object out{{"MetricDataResults", std::move(results)}, {"Messages", json::array{}}};
    if (!page->next.empty()) out["NextToken"] = page->next;
    return out;
}

json::object list_metrics(const call& in) {
    const bool recent = in.input.contains("RecentlyActive");
    const std::int64_t since = milliseconds_of(in.now) - (recent ? recent_ms : listed_ms);
    const auto space = optional_text(in.input, "Namespace");
    const auto name = optional_text(in.input, "MetricName");
    const auto filters = objects_of(in.input, "Dimensions");
    std::vector<metric> all = store_of(in).metrics_since(in.region, since);
    std::erase_if(all, [&](const metric& each) {
        if ((space && *space != each.space) || (name && *name != each.name)) return true;
        return !std::ranges::all_of(filters, [&](const json::object* filter) {
            return std::ranges::any_of(each.dimensions, [&](const auto& dimension) {
                const auto value = optional_text(*filter, "Value");
                return dimension.first == text_of(*filter, "Name") && (!value || *value == dimension.second);
            });
        });
    });
    auto page = wire::page_at(optional_text(in.input, "NextToken"), metrics_of_a_page, all.size());
    if (!page) refuse_value("The next token that was sent is not valid.");
    page->token = "NextToken";
    return wire::listed("Metrics", all, *page, [](const metric& each) {
        return json::object{{"Namespace", each.space},
                            {"MetricName", each.name},
                            {"Dimensions", described_dimensions(each.dimensions)}};
    });
}

} // namespace cruddur::cloud::watch
