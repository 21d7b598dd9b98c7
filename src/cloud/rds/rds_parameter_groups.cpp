#include "cloud/fleet/instance_settings.hpp"
#include "cloud/fleet/replica_records.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/rds/parameter_groups.hpp"
#include "cloud/rds/rds_catalogue.hpp"
#include "cloud/rds/rds_validation.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::rds {

namespace {

constexpr const char* group_attribute = "parameter-group";
constexpr const char* next_group_attribute = "next-parameter-group"; // "15 NAME": from that major version on
constexpr std::size_t groups_max = 50; // of one's own, as an account of AWS begins with
constexpr std::string_view default_prefix = "default.";

int major_of_family(const std::string& family) {
    return major_of(std::string_view{family}.substr(std::string_view{"postgres"}.size()));
}

std::vector<parameter_group> default_groups(const std::string& region) {
    std::vector<parameter_group> out;
    for (const engine_family& each : engine_families()) {
        std::string family = fmt::format("postgres{}", each.major);
        out.push_back(
            {region, std::string{default_prefix} + family, family, "Default parameter group for " + family});
    }
    return out;
}

json::object describe_group(const call& in, const parameter_group& what) {
    return {{"DBParameterGroupName", what.name},
            {"DBParameterGroupFamily", what.family},
            {"Description", what.description},
            {"DBParameterGroupArn", parameter_group_arn(in, what.name)}};
}

json::object insert(const call& in, const parameter_group& made) {
    if (find_parameter_group(in.db, in.region, made.name)) {
        throw refusal{"DBParameterGroupAlreadyExists",
                      fmt::format("Parameter group {} already exists", made.name)};
    }
    if (parameter_groups_of(in.db, in.region).size() >= groups_max) {
        throw refusal{"DBParameterGroupQuotaExceeded",
                      fmt::format("Cannot create more than {} parameter groups", groups_max)};
    }
    insert_parameter_group(in.db, made);
    ground::put_tags(in.db, parameter_group_arn(in, made.name), in.region, wire::read_tags(in.input, "Tags"));
    return {{"DBParameterGroup", describe_group(in, made)}};
}

// All that the group says of an instance, by name.
fleet::name_values settings_by(const call& in, const parameter_group& group, const db_instance& of) {
    fleet::name_values out = system_defaults(major_of_family(group.family));
    for (const group_parameter& each : parameters_of(in.db, group)) {
        std::erase_if(out, [&](const auto& one) { return one.first == each.name; });
        out.emplace_back(each.name, each.value);
    }
    // Which is no parameter.
    const std::string authority =
        fleet::value_of(fleet::settings_of(in.db, of.resource_id, fleet::setting_stage::from_restart),
                        fleet::authority_setting);
    if (!authority.empty()) out.emplace_back(fleet::authority_setting, authority);
    std::ranges::sort(out);
    return out;
}

void check_family(const parameter_group& group, int running, int asked) {
    const int major = major_of_family(group.family);
    if (major == running || major == asked) return;
    throw refusal{"InvalidParameterCombination",
                  fmt::format("The parameter group {} with DBParameterGroupFamily {} can't be used for this "
                              "instance. Use a parameter group with DBParameterGroupFamily postgres{}.",
                              group.name, group.family, running)};
}

// The group that it has got by its last upgrade; "" where that is to come, or there was none.
std::string upgraded_group_of(const call& in, const db_instance& of) {
    const std::string next = attribute_of(in.db, of.resource_id, next_group_attribute);
    const std::string begin = fmt::format("{} ", of.server_major);
    return next.starts_with(begin) ? next.substr(begin.size()) : "";
}

std::string group_name_of(const call& in, const db_instance& of) {
    if (std::string upgraded = upgraded_group_of(in, of); !upgraded.empty()) return upgraded;
    std::string kept = attribute_of(in.db, of.resource_id, group_attribute);
    return kept.empty() ? fmt::format("{}{}", default_prefix, parameter_group_family(of.engine_version))
                        : kept;
}

} // namespace

bool is_default(const parameter_group& group) {
    return group.name.starts_with(default_prefix);
}

std::string parameter_group_arn(const call& in, const std::string& name) {
    return fmt::format("arn:aws:rds:{}:{}:pg:{}", in.region, ground::account_id, name);
}

parameter_group existing_parameter_group(const call& in, const std::string& name) {
    const std::string lower = boost::algorithm::to_lower_copy(name);
    for (parameter_group& each : default_groups(in.region)) {
        if (each.name == lower) return std::move(each);
    }
    if (auto found = find_parameter_group(in.db, in.region, lower)) return std::move(*found);
    throw refusal{"DBParameterGroupNotFound", fmt::format("DBParameterGroup not found: {}", name)};
}

parameter_group own_parameter_group(const call& in, const std::string& name) {
    parameter_group out = existing_parameter_group(in, name);
    if (is_default(out)) {
        throw refusal{"InvalidParameterValue",
                      "Cannot modify a default parameter group. Create one of your own, and give it to the "
                      "DB instance."};
    }
    return out;
}

void begin_with_parameter_group(const call& in, const db_instance& made, int asked_major) {
    const auto asked = optional_text(in.input, "DBParameterGroupName");
    const parameter_group group = existing_parameter_group(
        in, asked.value_or(fmt::format("{}postgres{}", default_prefix, asked_major)));
    check_family(group, static_cast<int>(made.server_major), asked_major);
    put_attribute(in.db, made.resource_id, group_attribute, group.name);
    const auto settings = settings_by(in, group, made);
    fleet::put_settings(in.db, made.resource_id, settings, settings);
}

void change_parameter_group(const call& in, const db_instance& of) {
    const auto asked = optional_text(in.input, "DBParameterGroupName");
    const auto version = optional_text(in.input, "EngineVersion");
    const bool is_for_upgrade = version && major_of(*version) != of.server_major;
    if (!asked || is_for_upgrade) return;
    const parameter_group before = existing_parameter_group(in, group_name_of(in, of));
    const parameter_group group = existing_parameter_group(in, *asked);
    check_family(group, static_cast<int>(of.server_major), major_of_family(before.family));
    if (group.name == before.name) return;
    put_attribute(in.db, of.resource_id, group_attribute, group.name);
    if (!upgraded_group_of(in, of).empty()) put_attribute(in.db, of.resource_id, next_group_attribute, "");
    fleet::put_settings(in.db, of.resource_id,
                        fleet::settings_of(in.db, of.resource_id, fleet::setting_stage::in_effect),
                        settings_by(in, group, of));
    record(
        in, of, "configuration change",
        fmt::format("Updated to use DBParameterGroup {}: it takes effect with the next reboot", group.name));
}

void upgrade_parameter_group(const call& in, const db_instance& of, int major) {
    const auto give = [&](const db_instance& to, const parameter_group& group) {
        put_attribute(in.db, to.resource_id, next_group_attribute, fmt::format("{} {}", major, group.name));
        fleet::put_upgrade_settings(in.db, to.resource_id, settings_by(in, group, to));
    };
    const parameter_group usual =
        existing_parameter_group(in, fmt::format("{}postgres{}", default_prefix, major));
    const auto asked = optional_text(in.input, "DBParameterGroupName");
    const parameter_group group = asked ? existing_parameter_group(in, *asked) : usual;
    check_family(group, major, major);
    give(of, group);
    std::vector<std::string> sources{of.resource_id};
    while (!sources.empty()) {
        const std::string source = sources.back();
        sources.pop_back();
        for (const auto& link : fleet::replicas_of(in.db, source)) {
            sources.push_back(link.replica);
            if (const auto replica = fleet::instance_by_resource_id(in.db, link.replica))
                give(*replica, usual);
        }
    }
}

json::array describe_parameter_group_of(const call& in, const db_instance& of) {
    const auto at = fleet::settings_position_of(in.db, of.resource_id);
    const bool runs = of.status == "available";
    return {json::object{{"DBParameterGroupName", group_name_of(in, of)},
                         {"ParameterApplyStatus", at.restart_waits           ? "pending-reboot"
                                                  : runs && !at.is_applied() ? "applying"
                                                                             : "in-sync"}}};
}

std::vector<db_instance> members_of(const call& in, const parameter_group& group) {
    auto out = fleet::instances_of(in.db, in.region);
    std::erase_if(out, [&](const db_instance& each) { return group_name_of(in, each) != group.name; });
    return out;
}

void bring_to_members(const call& in, const parameter_group& group, const std::vector<std::string>& at_once) {
    for (const db_instance& each : members_of(in, group)) {
        const auto wanted = settings_by(in, group, each);
        auto in_effect = fleet::settings_of(in.db, each.resource_id, fleet::setting_stage::in_effect);
        for (const std::string& name : at_once) {
            std::erase_if(in_effect, [&](const auto& one) { return one.first == name; });
            const auto now = std::ranges::find(wanted, name, &fleet::name_values::value_type::first);
            if (now != wanted.end()) in_effect.push_back(*now);
        }
        std::ranges::sort(in_effect);
        fleet::put_settings(in.db, each.resource_id, in_effect, wanted);
        bring_about(in, each.resource_id);
    }
}

json::object create_db_parameter_group(const call& in) {
    parameter_group made{
        in.region, checked_identifier("DBParameterGroupName", text_of(in.input, "DBParameterGroupName")),
        text_of(in.input, "DBParameterGroupFamily"), text_of(in.input, "Description")};
    const auto known = default_groups(in.region);
    if (std::ranges::find(known, made.family, &parameter_group::family) == known.end()) {
        throw refusal{
            "InvalidParameterValue",
            fmt::format("ParameterGroupFamily {} is not a valid parameter group family", made.family)};
    }
    if (made.description.empty()) {
        throw refusal{"InvalidParameterValue",
                      "The parameter Description must be provided and must not be blank."};
    }
    return insert(in, made);
}

json::object copy_db_parameter_group(const call& in) {
    std::string source = text_of(in.input, "SourceDBParameterGroupIdentifier");
    if (const std::string prefix = parameter_group_arn(in, ""); source.starts_with(prefix))
        source = source.substr(prefix.size());
    // As RDS: a default group's name, which has a dot in it, is none that can be copied.
    source = checked_identifier("DBParameterGroupName", source);
    const parameter_group from = existing_parameter_group(in, source);
    const parameter_group made{in.region,
                               checked_identifier("TargetDBParameterGroupIdentifier",
                                                  text_of(in.input, "TargetDBParameterGroupIdentifier")),
                               from.family, text_of(in.input, "TargetDBParameterGroupDescription")};
    json::object out = insert(in, made);
    for (const group_parameter& each : parameters_of(in.db, from))
        put_parameter(in.db, made, each);
    return out;
}

json::object delete_db_parameter_group(const call& in) {
    const parameter_group gone = existing_parameter_group(in, text_of(in.input, "DBParameterGroupName"));
    if (is_default(gone)) {
        throw refusal{"InvalidDBParameterGroupState",
                      fmt::format("Default DBParameterGroup cannot be deleted: {}", gone.name)};
    }
    if (!members_of(in, gone).empty()) {
        throw refusal{"InvalidDBParameterGroupState",
                      fmt::format("One or more database instances are still members of this parameter group "
                                  "{}, so the group cannot be deleted",
                                  gone.name)};
    }
    ground::remove_tags(in.db, parameter_group_arn(in, gone.name));
    delete_parameter_group(in.db, gone);
    return {};
}

json::object describe_db_parameter_groups(const call& in) {
    check_filters(in, {});
    std::vector<parameter_group> found;
    if (const auto asked = optional_text(in.input, "DBParameterGroupName")) {
        found.push_back(existing_parameter_group(in, *asked));
    } else {
        found = default_groups(in.region);
        for (parameter_group& each : parameter_groups_of(in.db, in.region))
            found.push_back(std::move(each));
        std::ranges::sort(found, {}, &parameter_group::name);
    }
    return wire::listed("DBParameterGroups", found, wire::page_by_marker(in.input, found.size()),
                        [&](const parameter_group& each) { return describe_group(in, each); });
}

} // namespace cruddur::cloud::rds
