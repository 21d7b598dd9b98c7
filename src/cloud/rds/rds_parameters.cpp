#include "cloud/fleet/instance_extensions.hpp"
#include "cloud/rds/parameter_groups.hpp"
#include "cloud/rds/rds_catalogue.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace cruddur::cloud::rds {

namespace {

using boost::asio::awaitable;
using ground::transaction;

constexpr std::size_t parameters_max = 20; // of one call
constexpr std::string_view at_once = "immediate";
constexpr std::string_view by_reboot = "pending-reboot";

[[noreturn]] void refuse_value(std::string message) {
    throw refusal{"InvalidParameterValue", std::move(message)};
}

json::object describe_parameter(const parameter& what, const std::vector<group_parameter>& given) {
    const auto own = std::ranges::find(given, what.name, &group_parameter::name);
    const bool is_own = own != given.end();
    json::object out{{"ParameterName", what.name},
                     {"Description", what.description},
                     {"Source", is_own ? "user" : what.source},
                     {"ApplyType", what.is_static ? "static" : "dynamic"},
                     {"DataType", what.data_type},
                     {"IsModifiable", what.is_modifiable},
                     {"ApplyMethod", is_own ? own->method : std::string{by_reboot}}};
    if (const std::string& value = is_own ? own->value : what.value; !value.empty())
        out["ParameterValue"] = value;
    if (!what.allowed_values.empty()) out["AllowedValues"] = what.allowed_values;
    return out;
}

// The parameters that the call asks for, as one page.
json::object list_parameters(const call& in, const parameter_catalogue& all,
                             const std::vector<group_parameter>& given) {
    const auto source = optional_text(in.input, "Source");
    if (source && *source != "user" && *source != "system" && *source != "engine-default")
        refuse_value(fmt::format("Invalid source: {}. Must be user, system or engine-default.", *source));
    std::vector<const parameter*> found;
    for (const parameter& each : all) {
        const bool is_own = std::ranges::find(given, each.name, &group_parameter::name) != given.end();
        if (!source || *source == (is_own ? "user" : each.source)) found.push_back(&each);
    }
    return wire::listed("Parameters", found, wire::page_by_marker(in.input, found.size()),
                        [&](const parameter* each) { return describe_parameter(*each, given); });
}

const parameter& known_parameter(const parameter_catalogue& all, const std::string& name) {
    const parameter* const found = find_parameter(all, name);
    if (found == nullptr) refuse_value(fmt::format("Could not find parameter with name: {}", name));
    return *found;
}

// How a parameter is to be applied, which must be sayable of it.
std::string checked_method(const json::object& sent, const parameter& what) {
    const std::string method =
        optional_text(sent, "ApplyMethod").value_or(std::string{what.is_static ? by_reboot : at_once});
    if (method != at_once && method != by_reboot)
        refuse_value(fmt::format("Invalid apply method: {}. Must be immediate or pending-reboot.", method));
    if (method == at_once && what.is_static) {
        throw refusal{"InvalidParameterCombination",
                      "cannot use immediate apply method for static parameter"};
    }
    return method;
}

void check_count(const std::vector<const json::object*>& sent) {
    if (sent.size() > parameters_max) {
        refuse_value(fmt::format("At most {} parameters can be modified by one call; {} were sent.",
                                 parameters_max, sent.size()));
    }
}

// Commits, since a coroutine's transaction is its own, and then has the members' servers take it over.
json::object finish(const call& in, transaction& whole, const parameter_group& group,
                    const std::vector<std::string>& now) {
    bring_to_members(in, group, now);
    whole.commit();
    return {{"DBParameterGroupName", group.name}};
}

} // namespace

awaitable<parameter_catalogue> catalogue_for(const call& in, std::string family) {
    const auto& engines = in.env.part<instances>().engines();
    const int major = major_of(std::string_view{family}.substr(std::string_view{"postgres"}.size()));
    const auto serving = engines.serving_major(major);
    if (!serving) {
        refuse_value(fmt::format("What parameters {} has is known by PostgreSQL {} alone. {}", family, major,
                                 engines.bringing(major)));
    }
    const std::string version = engines.installed_version(*serving);
    auto settings = kept_settings(in.db, version);
    if (settings.empty()) {
        const std::filesystem::path store = engines.store;
        settings = co_await wire::offload(
            in.env, [&serving, &store] { return read_engine_settings(*serving, store); });
        transaction whole{in.db};
        keep_settings(in.db, version, settings);
        whole.commit();
    }
    co_return catalogue_of(settings, major, fleet::preload_libraries(*serving, engines.store),
                           fleet::offered_extensions(*serving, engines.store));
}

awaitable<json::object> describe_db_parameters(const call& in) {
    check_filters(in, {});
    const parameter_group group = existing_parameter_group(in, text_of(in.input, "DBParameterGroupName"));
    const parameter_catalogue all = co_await catalogue_for(in, group.family);
    co_return list_parameters(in, all, parameters_of(in.db, group));
}

awaitable<json::object> describe_engine_default_parameters(const call& in) {
    check_filters(in, {});
    const std::string family = text_of(in.input, "DBParameterGroupFamily");
    const auto families = engine_families();
    const bool is_known = std::ranges::any_of(
        families, [&](const engine_family& each) { return family == fmt::format("postgres{}", each.major); });
    if (!is_known) refuse_value(fmt::format("Invalid DB Parameter Group Family: {}", family));
    const parameter_catalogue all = co_await catalogue_for(in, family);
    json::object defaults = list_parameters(in, all, {});
    defaults["DBParameterGroupFamily"] = family;
    co_return json::object{{"EngineDefaults", std::move(defaults)}};
}

awaitable<json::object> modify_db_parameter_group(const call& in) {
    const parameter_group before = own_parameter_group(in, text_of(in.input, "DBParameterGroupName"));
    const auto sent = wire::objects_of(in.input, "Parameters");
    check_count(sent);
    const parameter_catalogue all = co_await catalogue_for(in, before.family);
    transaction whole{in.db};
    const parameter_group group = own_parameter_group(in, before.name); // still there
    std::vector<std::string> now;
    for (const json::object* each : sent) {
        const std::string name = text_of(*each, "ParameterName");
        const auto value = optional_text(*each, "ParameterValue");
        if (name.empty() || !value) {
            refuse_value("The parameters ParameterName, ParameterValue and ApplyMethod must be provided.");
        }
        const parameter& what = known_parameter(all, name);
        check_parameter(what, *value);
        const std::string method = checked_method(*each, what);
        put_parameter(in.db, group, {name, *value, method});
        if (method == at_once) now.push_back(name);
    }
    co_return finish(in, whole, group, now);
}

awaitable<json::object> reset_db_parameter_group(const call& in) {
    const parameter_group before = own_parameter_group(in, text_of(in.input, "DBParameterGroupName"));
    const auto sent = wire::objects_of(in.input, "Parameters");
    const bool everything = is_true(in.input, "ResetAllParameters");
    if (everything && !sent.empty()) {
        throw refusal{"InvalidParameterCombination",
                      "Parameters cannot be named where ResetAllParameters is true."};
    }
    if (!everything && sent.empty()) {
        throw refusal{"InvalidParameterCombination",
                      "Name Parameters, or have all of them reset by ResetAllParameters."};
    }
    check_count(sent);
    const parameter_catalogue all = co_await catalogue_for(in, before.family);
    transaction whole{in.db};
    const parameter_group group = own_parameter_group(in, before.name); // still there
    std::vector<std::string> now;
    if (everything) {
        // As RDS: what can be is reset at once, and the rest by the next reboot.
        for (const group_parameter& each : parameters_of(in.db, group)) {
            if (const auto* what = find_parameter(all, each.name); what != nullptr && !what->is_static)
                now.push_back(each.name);
            drop_parameter(in.db, group, each.name);
        }
    }
    for (const json::object* each : sent) {
        const parameter& what = known_parameter(all, text_of(*each, "ParameterName"));
        if (checked_method(*each, what) == at_once) now.push_back(what.name);
        drop_parameter(in.db, group, what.name);
    }
    co_return finish(in, whole, group, now);
}

} // namespace cruddur::cloud::rds
