// What the operations on metrics and alarms read alike: names, dimensions, statistics and periods.

#include "cloud/watch/watch.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace cruddur::cloud::watch {

namespace {

constexpr std::array<std::string_view, 5> plain_statistics{"Average", "Maximum", "Minimum", "SampleCount",
                                                           "Sum"};

std::optional<double> percent_of(std::string_view name) {
    double out = 0;
    if (!name.starts_with('p')) return std::nullopt;
    const auto [end, failed] = std::from_chars(name.data() + 1, name.data() + name.size(), out);
    if (failed != std::errc{} || end != name.data() + name.size() || out < 0 || out > 100)
        return std::nullopt;
    return out;
}

} // namespace

std::int64_t milliseconds_of(std::chrono::system_clock::time_point at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

double number_of(const json::object& input, std::string_view name) {
    const json::value* const value = input.if_contains(name);
    return value == nullptr || !value->is_number() ? 0 : value->to_number<double>();
}

metric_dimensions dimensions_in(const json::object& input) {
    metric_dimensions out;
    for (const json::object* each : objects_of(input, "Dimensions"))
        out.emplace_back(text_of(*each, "Name"), text_of(*each, "Value"));
    std::ranges::sort(out);
    if (std::ranges::adjacent_find(out, {}, &metric_dimensions::value_type::first) != out.end())
        refuse_value("A metric's dimensions have each name once.");
    return out;
}

json::array described_dimensions(const metric_dimensions& all) {
    json::array out;
    for (const auto& [name, value] : all)
        out.push_back(json::object{{"Name", name}, {"Value", value}});
    return out;
}

metric metric_in(const json::object& input, const std::string& region) {
    return {region, text_of(input, "Namespace"), text_of(input, "MetricName"), dimensions_in(input)};
}

void refuse_value(std::string message) {
    throw refusal{"InvalidParameterValue", std::move(message)};
}

void refuse_combination(std::string message) {
    throw refusal{"InvalidParameterCombination", std::move(message)};
}

void refuse_input(std::string message) {
    throw refusal{"ValidationError", std::move(message)};
}

bool is_percentile(std::string_view name) {
    return percent_of(name).has_value();
}

bool is_statistic(std::string_view name) {
    return std::ranges::find(plain_statistics, name) != plain_statistics.end() || is_percentile(name);
}

std::optional<double> value_of(const statistics& of, std::string_view name) {
    if (of.samples <= 0) return std::nullopt;
    if (name == "Average") return of.sum / of.samples;
    if (name == "Maximum") return of.max;
    if (name == "Minimum") return of.min;
    if (name == "SampleCount") return of.samples;
    if (name == "Sum") return of.sum;
    const auto percent = percent_of(name);
    if (!percent || !of.has_percentiles()) return std::nullopt;
    return of.percentile(*percent);
}

std::vector<metric_point> by_period(const std::vector<metric_point>& all, std::int64_t begin_s,
                                    std::int64_t period_s) {
    std::map<std::pair<std::int64_t, std::string>, statistics> periods;
    for (const metric_point& each : all) {
        const std::int64_t at = begin_s + (each.at_s - begin_s) / period_s * period_s;
        periods[{at, each.unit}].add(each.what);
    }
    std::vector<metric_point> out;
    out.reserve(periods.size());
    for (auto& [key, what] : periods)
        out.push_back({key.first, std::move(what), key.second});
    return out;
}

} // namespace cruddur::cloud::watch
