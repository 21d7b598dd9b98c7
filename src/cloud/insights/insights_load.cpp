#include "cloud/insights/insights.hpp"
#include "cloud/insights/sql_text.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::insights {

namespace {

constexpr std::array<std::int64_t, 5> periods{1, 60, 300, 3600, 86'400};
constexpr std::int64_t points_max = 1'500; // of one key, so that an answer stays small
constexpr std::int64_t points_usual = 200;
constexpr std::size_t statement_bytes_shown = 500;

// Where the call says none: the shortest that does not come to too many.
std::int64_t period_in(const call& in, std::int64_t seconds) {
    const auto asked = optional_integer(in.input, "PeriodInSeconds");
    if (asked) {
        if (std::ranges::find(periods, *asked) == periods.end())
            refuse_argument(
                fmt::format("The period {} is not valid. It must be 1, 60, 300, 3600 or 86400.", *asked));
        return *asked;
    }
    const auto found =
        std::ranges::find_if(periods, [&](std::int64_t each) { return seconds / each <= points_usual; });
    return found == periods.end() ? periods.back() : *found;
}

// The spans that are kept and that the period is made of.
std::int64_t span_for(std::int64_t period_s) {
    if (period_s < load_store::spans_s[1]) return load_store::spans_s[0];
    return period_s < load_store::spans_s[2] ? load_store::spans_s[1] : load_store::spans_s[2];
}

load range_in(const call& in) {
    load out;
    const std::int64_t begin = *optional_integer(in.input, "StartTime") / 1000;
    const std::int64_t end = (*optional_integer(in.input, "EndTime") + 999) / 1000;
    if (begin >= end) refuse_argument("The start time must be before the end time.");
    out.period_s = period_in(in, end - begin);
    out.begin_s = begin - begin % out.period_s;
    out.end_s = end + (out.period_s - end % out.period_s) % out.period_s;
    if ((out.end_s - out.begin_s) / out.period_s > points_max) {
        refuse_argument(fmt::format("The time range has more than {} periods of {} seconds. Ask for a longer "
                                    "period or a shorter range.",
                                    points_max, out.period_s));
    }
    return out;
}

bool is_admitted(const session_group& group, const dimension_values& filter) {
    return std::ranges::all_of(filter, [&](const auto& each) {
        const std::string& value = group[find_dimension(each.first)->of];
        return value == each.second || shortened(value, statement_bytes_shown) == each.second;
    });
}

dimension_values key_of(const session_group& group, const std::vector<named_dimension>& by) {
    dimension_values out;
    for (const named_dimension& each : by) {
        const std::string& value = group[each.of];
        if (!value.empty()) out.emplace(each.name, shortened(value, statement_bytes_shown));
    }
    return out;
}

json::object described_key(const dimension_values& key) {
    json::object out;
    for (const auto& [name, value] : key)
        out[name] = value;
    return out;
}

// Beside each time that is known: the load of the key, 0 where it had none.
json::array data_points(const load& of, const load_of_key& key, bool at_end) {
    json::array out;
    for (const std::int64_t at : of.known) {
        const auto found = key.average.find(at);
        out.push_back(json::object{{"Timestamp", (at + (at_end ? of.period_s : 0)) * 1000},
                                   {"Value", found == key.average.end() ? 0.0 : found->second}});
    }
    return out;
}

void check_metric(const std::string& metric) {
    if (!is_load(metric))
        refuse_argument(fmt::format("The metric {} is not valid here: there are db.load.avg and "
                                    "db.sampledload.avg.",
                                    metric));
}

void drop_smallest(std::vector<load_of_key>& keys, std::size_t limit) {
    if (keys.size() > limit) keys.resize(limit);
}

} // namespace

load read_load(const call& in, const std::string& instance, const dimension_values& filter,
               const std::vector<named_dimension>& by) {
    load out = range_in(in);
    auto& store = in.env.part<load_store>();
    store.flush();
    const std::int64_t span = span_for(out.period_s);
    const auto period_of = [&](std::int64_t at) { return at - (at - out.begin_s) % out.period_s; };
    std::map<std::int64_t, double> looks;
    double looks_in_all = 0;
    for (const auto& [at, count] : store.looks(instance, span, out.begin_s, out.end_s)) {
        looks[period_of(at)] += count;
        looks_in_all += count;
    }
    for (const auto& [at, count] : looks)
        out.known.push_back(at);
    const auto groups = store.groups_of(instance);
    std::map<dimension_values, load_of_key> keys;
    const auto add = [&](load_of_key& to, const load_point& point) {
        to.average[period_of(point.at_s)] += point.sessions / looks.at(period_of(point.at_s));
        to.total += point.sessions / looks_in_all;
    };
    for (const load_point& each : store.read(instance, span, out.begin_s, out.end_s)) {
        const auto group = groups.find(each.group);
        if (group == groups.end() || !looks.contains(period_of(each.at_s)) ||
            !is_admitted(group->second, filter))
            continue;
        add(out.whole, each);
        if (by.empty()) continue;
        dimension_values key = key_of(group->second, by);
        if (key.empty()) continue; // what it is told apart by is not known
        load_of_key& mine = keys[key];
        mine.key = std::move(key);
        add(mine, each);
    }
    for (auto& [key, mine] : keys)
        out.keys.push_back(std::move(mine));
    std::ranges::sort(out.keys, [](const load_of_key& one, const load_of_key& other) {
        return one.total != other.total ? one.total > other.total : one.key < other.key;
    });
    return out;
}

json::object get_resource_metrics(const call& in) {
    const std::string instance = instance_in(in);
    const bool at_end = text_of(in.input, "PeriodAlignment") != "START_TIME";
    json::array metrics;
    load range;
    for (const json::object* query : objects_of(in.input, "MetricQueries")) {
        const std::string metric = text_of(*query, "Metric");
        check_metric(metric);
        const json::object* const group_by = find_object(*query, "GroupBy");
        const grouping group = group_by == nullptr ? grouping{} : grouping_in(*group_by);
        range = read_load(in, instance, filter_in(*query), group.by);
        drop_smallest(range.keys, group.limit);
        metrics.push_back(json::object{{"Key", json::object{{"Metric", metric}}},
                                       {"DataPoints", data_points(range, range.whole, at_end)}});
        for (const load_of_key& each : range.keys) {
            metrics.push_back(json::object{
                {"Key", json::object{{"Metric", metric}, {"Dimensions", described_key(each.key)}}},
                {"DataPoints", data_points(range, each, at_end)}});
        }
    }
    return {{"AlignedStartTime", range.begin_s * 1000},
            {"AlignedEndTime", range.end_s * 1000},
            {"Identifier", instance},
            {"MetricList", std::move(metrics)}};
}

json::object describe_dimension_keys(const call& in) {
    const std::string instance = instance_in(in);
    check_metric(text_of(in.input, "Metric"));
    const grouping group = grouping_in(*find_object(in.input, "GroupBy"));
    const json::object* const partition = find_object(in.input, "PartitionBy");
    const dimension_values filter = filter_in(in.input);
    load whole = read_load(in, instance, filter, group.by);
    drop_smallest(whole.keys, group.limit);
    std::vector<load_of_key> partitions;
    std::vector<named_dimension> both = group.by;
    grouping parted;
    if (partition != nullptr) {
        parted = grouping_in(*partition);
        partitions = read_load(in, instance, filter, parted.by).keys;
        drop_smallest(partitions, parted.limit);
        both.insert(both.end(), parted.by.begin(), parted.by.end());
    }
    const load detail = partition == nullptr ? load{} : read_load(in, instance, filter, both);
    json::array keys;
    for (const load_of_key& each : whole.keys) {
        json::object key{{"Dimensions", described_key(each.key)}, {"Total", each.total}};
        json::array values;
        for (const load_of_key& part : partitions) {
            dimension_values wanted = each.key;
            wanted.insert(part.key.begin(), part.key.end());
            const auto found = std::ranges::find(detail.keys, wanted, &load_of_key::key);
            values.push_back(found == detail.keys.end() ? 0.0 : found->total);
        }
        if (partition != nullptr) key["Partitions"] = std::move(values);
        keys.push_back(std::move(key));
    }
    json::object out{{"AlignedStartTime", whole.begin_s * 1000},
                     {"AlignedEndTime", whole.end_s * 1000},
                     {"Keys", std::move(keys)}};
    if (partition != nullptr) {
        json::array names;
        for (const load_of_key& part : partitions)
            names.push_back(json::object{{"Dimensions", described_key(part.key)}});
        out["PartitionKeys"] = std::move(names);
    }
    return out;
}

} // namespace cruddur::cloud::insights
