#include "cloud/watch/metric_store.hpp"

#include "cloud/ground/refusal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace cruddur::cloud::watch {

namespace {

namespace json = boost::json;

constexpr std::size_t values_max = 300; // different ones of a point; of more, percentiles are not known
constexpr std::int64_t page_bytes = 4096;

constexpr std::array metric_steps = {ground::migration{0, R"sql(
    create table metric_series (
        id integer primary key,
        region text not null,
        namespace text not null,
        name text not null,
        dimensions text not null,
        unit text not null,
        last_ms integer not null,
        unique (region, namespace, name, dimensions, unit)
    ) strict;
    create table metric_point (
        series integer not null,
        span_s integer not null,
        at_s integer not null,
        samples real not null,
        sum real not null,
        min real not null,
        max real not null,
        spread text,
        primary key (series, span_s, at_s)
    ) strict, without rowid;
    )sql"}};
constexpr std::array metric_tables = {ground::service_migrations{"metrics", metric_steps}};

std::string dimensions_text(const metric_dimensions& all) {
    json::array out;
    for (const auto& [name, value] : all)
        out.push_back(json::array{name, value});
    return json::serialize(out);
}

metric_dimensions dimensions_of(const std::string& text) {
    metric_dimensions out;
    const json::value all = json::parse(text);
    for (const json::value& each : all.as_array())
        out.emplace_back(each.at(0).as_string(), each.at(1).as_string());
    return out;
}

std::optional<std::string> spread_of(const statistics& from) {
    if (from.values.empty()) return std::nullopt;
    json::array out;
    for (const auto& [value, times] : from.values)
        out.insert(out.end(), {value, times});
    return json::serialize(out);
}

statistics statistics_at(const ground::rows& from, int column) {
    statistics out{
        from.real(column), from.real(column + 1), from.real(column + 2), from.real(column + 3), {}};
    if (from.is_null(column + 4)) return out;
    const json::array all = json::parse(from.text(column + 4)).as_array();
    for (std::size_t i = 0; i + 1 < all.size(); i += 2)
        out.values.emplace_back(all[i].to_number<double>(), all[i + 1].to_number<double>());
    return out;
}

bool is_one_value(const statistics& of) {
    return of.samples > 0 && of.min == of.max;
}

} // namespace

statistics statistics_of(double value, double times) {
    return {times, value * times, value, value, {}};
}

bool statistics::has_percentiles() const {
    return is_one_value(*this) || !values.empty();
}

void statistics::add(const statistics& more) {
    if (more.samples <= 0) return;
    if (samples <= 0) {
        *this = more;
        return;
    }
    const bool known = has_percentiles() && more.has_percentiles();
    std::vector<std::pair<double, double>> all = std::move(values);
    if (all.empty() && known) all.emplace_back(min, samples);
    if (known && more.values.empty()) all.emplace_back(more.min, more.samples);
    all.insert(all.end(), more.values.begin(), more.values.end());
    std::ranges::sort(all);
    values.clear();
    for (const auto& [value, times] : all) {
        if (!values.empty() && values.back().first == value)
            values.back().second += times;
        else
            values.emplace_back(value, times);
    }
    samples += more.samples;
    sum += more.sum;
    min = std::min(min, more.min);
    max = std::max(max, more.max);
    if (!known || is_one_value(*this)) values.clear();
}

double statistics::percentile(double percent) const {
    if (values.empty()) return max;
    const double wanted = samples * percent / 100;
    double seen = 0;
    for (const auto& [value, times] : values) {
        seen += times;
        if (seen >= wanted) return value;
    }
    return max;
}

metric_store::metric_store(const std::filesystem::path& folder)
    : db_{folder, metric_tables} {
    ground::rows set = db_.query(fmt::format("pragma max_page_count = {}", file_bytes_max / page_bytes));
    (void)set.next();
}

std::int64_t metric_store::series_of(const metric& of, const std::string& unit, std::int64_t at_ms) {
    const std::string dimensions = dimensions_text(of.dimensions);
    {
        ground::rows found = db_.query("select id from metric_series where region = ? and namespace = ? and "
                                       "name = ? and dimensions = ? and unit = ?",
                                       of.region, of.space, of.name, dimensions, unit);
        if (found.next()) {
            const std::int64_t id = found.integer(0);
            db_.run("update metric_series set last_ms = max(last_ms, ?) where id = ?", at_ms, id);
            return id;
        }
    }
    ground::rows counted = db_.query("select count(*), coalesce(max(id), 0) + 1 from metric_series");
    (void)counted.next();
    if (counted.integer(0) >= series_max) {
        throw ground::refusal{
            "LimitExceeded", fmt::format("Local AWS keeps no more than {} metrics. Those without data for {} "
                                         "days are forgotten.",
                                         series_max, kept.count())};
    }
    const std::int64_t id = counted.integer(1);
    db_.run("insert into metric_series (id, region, namespace, name, dimensions, unit, last_ms) "
            "values (?, ?, ?, ?, ?, ?, ?)",
            id, of.region, of.space, of.name, dimensions, unit, at_ms);
    return id;
}

void metric_store::add_point(std::int64_t series, std::int64_t span_s, std::int64_t at_s,
                             const statistics& more) {
    const std::int64_t begin = at_s - at_s % span_s;
    statistics whole;
    {
        ground::rows found = db_.query("select samples, sum, min, max, spread from metric_point "
                                       "where series = ? and span_s = ? and at_s = ?",
                                       series, span_s, begin);
        if (found.next()) whole = statistics_at(found, 0);
    }
    whole.add(more);
    if (whole.values.size() > values_max) whole.values.clear();
    db_.run("insert or replace into metric_point (series, span_s, at_s, samples, sum, min, max, spread) "
            "values (?, ?, ?, ?, ?, ?, ?, ?)",
            series, span_s, begin, whole.samples, whole.sum, whole.min, whole.max, spread_of(whole));
}

void metric_store::add(const std::vector<measurement>& all) {
    ground::transaction whole{db_};
    for (const measurement& each : all) {
        const std::int64_t series = series_of(each.of, each.unit, each.at_ms);
        add_point(series, whole_span_s, each.at_ms / 1000, each.what);
        if (each.by_second) add_point(series, 1, each.at_ms / 1000, each.what);
    }
    whole.commit();
}

std::vector<metric_point> metric_store::read(const metric& of, const std::optional<std::string>& unit,
                                             std::int64_t begin_s, std::int64_t end_s, bool by_second) {
    std::vector<metric_point> out;
    ground::rows found =
        db_.query("select p.at_s, s.unit, p.samples, p.sum, p.min, p.max, p.spread from metric_series s "
                  "join metric_point p on p.series = s.id and p.span_s = ? and p.at_s >= ? and p.at_s < ? "
                  "where s.region = ? and s.namespace = ? and s.name = ? and s.dimensions = ? "
                  "and (? or s.unit = ?) order by p.at_s",
                  by_second ? std::int64_t{1} : whole_span_s, begin_s, end_s, of.region, of.space, of.name,
                  dimensions_text(of.dimensions), !unit.has_value(), unit.value_or(""));
    while (found.next())
        out.push_back({found.integer(0), statistics_at(found, 2), found.text(1)});
    return out;
}

std::vector<metric> metric_store::metrics_since(const std::string& region, std::int64_t since_ms) {
    std::vector<metric> out;
    ground::rows found =
        db_.query("select distinct namespace, name, dimensions from metric_series where region = ? and "
                  "last_ms >= ? order by namespace, name, dimensions",
                  region, since_ms);
    while (found.next())
        out.push_back({region, found.text(0), found.text(1), dimensions_of(found.text(2))});
    return out;
}

void metric_store::prune(std::int64_t now_ms) {
    const std::int64_t now_s = now_ms / 1000;
    const std::int64_t oldest_s = now_s - std::chrono::seconds(kept).count();
    std::vector<std::int64_t> series;
    {
        ground::rows found = db_.query("select id from metric_series");
        while (found.next())
            series.push_back(found.integer(0));
    }
    ground::transaction whole{db_};
    for (const std::int64_t id : series) {
        db_.run("delete from metric_point where series = ? and span_s = 1 and at_s < ?", id,
                now_s - std::chrono::seconds(seconds_kept).count());
        db_.run("delete from metric_point where series = ? and span_s = ? and at_s < ?", id, whole_span_s,
                oldest_s);
    }
    db_.run("delete from metric_series where last_ms < ? and not exists (select 1 from metric_point where "
            "series = id)",
            oldest_s * 1000);
    whole.commit();
}

} // namespace cruddur::cloud::watch
