#include "cloud/fleet/instance_records.hpp"
#include "cloud/insights/insights.hpp"
#include "cloud/insights/sql_text.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::insights {

namespace {

constexpr std::array wait_event{named_dimension{"db.wait_event.type", dimension::wait_type},
                                named_dimension{"db.wait_event.name", dimension::wait}};
constexpr std::array wait_event_type{named_dimension{"db.wait_event_type.name", dimension::wait_type}};
constexpr std::array sql{named_dimension{"db.sql.id", dimension::sql_id},
                         named_dimension{"db.sql.db_id", dimension::database_id},
                         named_dimension{"db.sql.statement", dimension::sql},
                         named_dimension{"db.sql.tokenized_id", dimension::token_id}};
constexpr std::array sql_tokenized{named_dimension{"db.sql_tokenized.id", dimension::token_id},
                                   named_dimension{"db.sql_tokenized.db_id", dimension::database_id},
                                   named_dimension{"db.sql_tokenized.statement", dimension::token}};
constexpr std::array user{named_dimension{"db.user.id", dimension::user},
                          named_dimension{"db.user.name", dimension::user}};
constexpr std::array host{named_dimension{"db.host.id", dimension::host},
                          named_dimension{"db.host.name", dimension::host}};
constexpr std::array application{named_dimension{"db.application.name", dimension::application}};
constexpr std::array database{named_dimension{"db.name", dimension::database}};

constexpr std::array known_groups{dimension_group{"db", database},
                                  dimension_group{"db.application", application},
                                  dimension_group{"db.host", host},
                                  dimension_group{"db.sql", sql},
                                  dimension_group{"db.sql_tokenized", sql_tokenized},
                                  dimension_group{"db.user", user},
                                  dimension_group{"db.wait_event", wait_event},
                                  dimension_group{"db.wait_event_type", wait_event_type}};

struct load_metric {
    std::string_view name;
    std::string_view description;
};
constexpr std::array load_metrics{
    load_metric{"db.load.avg", "The average number of active sessions for the database."},
    load_metric{"db.sampledload.avg", "The average number of sampled active sessions for the database."}};

} // namespace

void refuse_argument(std::string message) {
    throw refusal{"InvalidArgumentException", std::move(message)};
}

std::string instance_in(const call& in) {
    std::string id = text_of(in.input, "Identifier");
    const auto found = fleet::instance_by_resource_id(in.db, id);
    if (!found || found->region != in.region || !found->performance_insights) {
        refuse_argument(
            fmt::format("The resource {} does not exist, or Performance Insights is not turned on "
                        "for it.",
                        id));
    }
    return id;
}

std::span<const dimension_group> dimension_groups() {
    return known_groups;
}

const dimension_group* find_group(std::string_view name) {
    const auto found = std::ranges::find(known_groups, name, &dimension_group::name);
    return found == known_groups.end() ? nullptr : &*found;
}

const named_dimension* find_dimension(std::string_view name) {
    for (const dimension_group& group : known_groups) {
        const auto found = std::ranges::find(group.dimensions, name, &named_dimension::name);
        if (found != group.dimensions.end()) return &*found;
    }
    return nullptr;
}

bool is_load(std::string_view metric) {
    return std::ranges::find(load_metrics, metric, &load_metric::name) != load_metrics.end();
}

grouping grouping_in(const json::object& given) {
    grouping out;
    const std::string name = text_of(given, "Group");
    const dimension_group* const group = find_group(name);
    if (group == nullptr) refuse_argument(fmt::format("The dimension group {} is not valid.", name));
    for (const std::string& each : texts_of(given, "Dimensions")) {
        const auto found = std::ranges::find(group->dimensions, each, &named_dimension::name);
        if (found == group->dimensions.end())
            refuse_argument(fmt::format("The dimension {} is not valid for the group {}.", each, name));
        out.by.push_back(*found);
    }
    if (out.by.empty()) out.by.assign(group->dimensions.begin(), group->dimensions.end());
    out.limit = static_cast<std::size_t>(optional_integer(given, "Limit").value_or(10));
    return out;
}

dimension_values filter_in(const json::object& given) {
    dimension_values out;
    const json::object* const filter = find_object(given, "Filter");
    if (filter == nullptr) return out;
    for (const auto& [name, value] : *filter) {
        if (find_dimension(name) == nullptr)
            refuse_argument(
                fmt::format("The dimension {} of the filter is not valid.", std::string_view{name}));
        out.emplace(name, value.as_string());
    }
    return out;
}

json::object get_dimension_key_details(const call& in) {
    const std::string instance = instance_in(in);
    const std::string group = text_of(in.input, "Group");
    const std::string id = text_of(in.input, "GroupIdentifier");
    if (group != "db.sql" && group != "db.sql_tokenized")
        refuse_argument(
            fmt::format("The group {} has no details: they are of db.sql and db.sql_tokenized.", group));
    const bool is_whole = group == "db.sql";
    const std::string name = group + ".statement";
    for (const std::string& each : texts_of(in.input, "RequestedDimensions")) {
        if (each != "statement" && each != name)
            refuse_argument(fmt::format("The dimension {} is not valid for the group {}.", each, group));
    }
    const dimension key = is_whole ? dimension::sql_id : dimension::token_id;
    auto& store = in.env.part<load_store>();
    store.flush();
    for (const auto& [number, each] : store.groups_of(instance)) {
        if (each[key] != id) continue;
        return {{"Dimensions",
                 json::array{json::object{{"Value", each[is_whole ? dimension::sql : dimension::token]},
                                          {"Dimension", name},
                                          {"Status", "AVAILABLE"}}}}};
    }
    refuse_argument(fmt::format("There is no {} with the identifier {}.", group, id));
}

json::object get_resource_metadata(const call& in) {
    return {{"Identifier", instance_in(in)}, {"Features", json::object{}}};
}

json::object list_available_resource_dimensions(const call& in) {
    static_cast<void>(instance_in(in));
    json::array out;
    for (const std::string& metric : texts_of(in.input, "Metrics")) {
        if (metric != "db.load" && !is_load(metric))
            refuse_argument(fmt::format("The metric {} has no dimensions: db.load has.", metric));
        json::array all;
        for (const dimension_group& group : known_groups) {
            json::array names;
            for (const named_dimension& each : group.dimensions)
                names.push_back(json::object{{"Identifier", each.name}});
            all.push_back(json::object{{"Group", group.name}, {"Dimensions", std::move(names)}});
        }
        out.push_back(json::object{{"Metric", metric}, {"Groups", std::move(all)}});
    }
    return {{"MetricDimensions", std::move(out)}};
}

json::object list_available_resource_metrics(const call& in) {
    static constexpr std::array<std::string_view, 4> types{"os", "db", "db.sql.stats",
                                                           "db.sql_tokenized.stats"};
    static_cast<void>(instance_in(in));
    json::array out;
    for (const std::string& type : texts_of(in.input, "MetricTypes")) {
        if (std::ranges::find(types, type) == types.end())
            refuse_argument(fmt::format("The metric type {} is not valid.", type));
        if (type != "db") continue; // of the others there are none here
        for (const load_metric& each : load_metrics) {
            out.push_back(json::object{{"Metric", each.name},
                                       {"Description", each.description},
                                       {"Unit", "Average Active Sessions (AAS)"}});
        }
    }
    return {{"Metrics", std::move(out)}};
}

} // namespace cruddur::cloud::insights
