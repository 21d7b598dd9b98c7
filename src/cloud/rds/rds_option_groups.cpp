#include "cloud/ground/identifiers.hpp"
#include "cloud/rds/db_groups.hpp"
#include "cloud/rds/rds_catalogue.hpp"
#include "cloud/rds/rds_records.hpp"
#include "cloud/rds/rds_validation.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace cruddur::cloud::rds {

namespace {

constexpr const char* group_attribute = "option-group";
constexpr std::string_view default_prefix = "default:";

// PostgreSQL has no options: a group is its name, and the major version that it is for.
struct option_group {
    std::string name;
    std::string major;
    std::string description;
};

std::string arn_of(const call& in, const std::string& name) {
    return fmt::format("arn:aws:rds:{}:{}:og:{}", in.region, ground::account_id, name);
}

std::string default_name(int major) {
    return fmt::format("{}postgres-{}", default_prefix, major);
}

std::vector<option_group> all_groups(const call& in) {
    std::vector<option_group> out;
    for (const engine_family& each : engine_families()) {
        out.push_back({default_name(each.major), std::to_string(each.major),
                       fmt::format("Default option group for postgres {}", each.major)});
    }
    ground::rows own = in.db.query(
        "select name, major, description from db_option_group where region = ? order by name", in.region);
    while (own.next())
        out.push_back({own.text(0), own.text(1), own.text(2)});
    return out;
}

option_group existing_group(const call& in, const std::string& name) {
    const auto all = all_groups(in);
    const auto found = std::ranges::find(all, boost::algorithm::to_lower_copy(name), &option_group::name);
    if (found != all.end()) return *found;
    throw refusal{"OptionGroupNotFoundFault", fmt::format("Specified OptionGroupName: {} not found.", name)};
}

std::string name_of(const call& in, const db_instance& of) {
    std::string kept = attribute_of(in.db, of.resource_id, group_attribute);
    return kept.empty() ? default_name(major_of(of.engine_version)) : kept;
}

option_group chosen_group(const call& in, const db_instance& of, const std::string& name) {
    option_group out = existing_group(in, name);
    if (out.major == std::to_string(of.server_major)) return out;
    throw refusal{
        "InvalidParameterCombination",
        fmt::format("The Option Group {} is associated with a different engine version: {}, and the "
                    "DB instance's is {}.",
                    out.name, out.major, of.server_major)};
}

json::object describe_group(const call& in, const option_group& what) {
    return {{"OptionGroupName", what.name},
            {"OptionGroupDescription", what.description},
            {"EngineName", "postgres"},
            {"MajorEngineVersion", what.major},
            {"Options", json::array{}},
            {"AllowsVpcAndNonVpcInstanceMemberships", true},
            {"OptionGroupArn", arn_of(in, what.name)}};
}

void check_engine_name(const std::string& engine) {
    if (engine != "postgres") {
        throw refusal{"InvalidParameterValue",
                      fmt::format("Invalid DB engine: {}. Here it is postgres.", engine)};
    }
}

} // namespace

void begin_with_option_group(const call& in, const db_instance& made) {
    const auto asked = optional_text(in.input, "OptionGroupName");
    if (!asked) return;
    put_attribute(in.db, made.resource_id, group_attribute, chosen_group(in, made, *asked).name);
}

void change_option_group(const call& in, const db_instance& of) {
    begin_with_option_group(in, of); // a group without options needs nothing to be applied
}

json::array describe_option_groups_of(const call& in, const db_instance& of) {
    return {json::object{{"OptionGroupName", name_of(in, of)}, {"Status", "in-sync"}}};
}

std::string option_group_arn(const call& in, const std::string& name) {
    return arn_of(in, existing_group(in, name).name);
}

json::object create_option_group(const call& in) {
    const option_group made{checked_identifier("OptionGroupName", text_of(in.input, "OptionGroupName")),
                            text_of(in.input, "MajorEngineVersion"),
                            text_of(in.input, "OptionGroupDescription")};
    check_engine_name(text_of(in.input, "EngineName"));
    const auto families = engine_families();
    const bool is_known = std::ranges::any_of(
        families, [&](const engine_family& each) { return std::to_string(each.major) == made.major; });
    if (!is_known) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("Cannot find major version {} for postgres", made.major)};
    }
    if (made.description.empty()) {
        throw refusal{"InvalidParameterValue",
                      "The parameter OptionGroupDescription must be provided and must not be blank."};
    }
    const auto all = all_groups(in);
    if (std::ranges::find(all, made.name, &option_group::name) != all.end()) {
        throw refusal{"OptionGroupAlreadyExistsFault",
                      fmt::format("An option group named {} already exists.", made.name)};
    }
    constexpr std::size_t groups_max = 20;
    if (all.size() - families.size() >= groups_max) {
        throw refusal{"OptionGroupQuotaExceededFault",
                      fmt::format("Cannot create more than {} option groups", groups_max)};
    }
    in.db.run("insert into db_option_group (region, name, major, description) values (?, ?, ?, ?)", in.region,
              made.name, made.major, made.description);
    ground::put_tags(in.db, arn_of(in, made.name), in.region, wire::read_tags(in.input, "Tags"));
    return {{"OptionGroup", describe_group(in, made)}};
}

json::object delete_option_group(const call& in) {
    const option_group gone = existing_group(in, text_of(in.input, "OptionGroupName"));
    if (gone.name.starts_with(default_prefix)) {
        throw refusal{"InvalidOptionGroupStateFault", "Cannot delete default option groups."};
    }
    for (const db_instance& each : fleet::instances_of(in.db, in.region)) {
        if (name_of(in, each) != gone.name) continue;
        throw refusal{"InvalidOptionGroupStateFault",
                      fmt::format("The option group '{}' cannot be deleted because it is in use by {}.",
                                  gone.name, each.identifier)};
    }
    ground::remove_tags(in.db, arn_of(in, gone.name));
    in.db.run("delete from db_option_group where region = ? and name = ?", in.region, gone.name);
    return {};
}

json::object describe_option_groups(const call& in) {
    check_filters(in, {});
    const auto name = optional_text(in.input, "OptionGroupName");
    const auto engine = optional_text(in.input, "EngineName");
    const auto major = optional_text(in.input, "MajorEngineVersion");
    if (name && (engine || major)) {
        throw refusal{"InvalidParameterCombination",
                      "OptionGroupName cannot be given together with EngineName or MajorEngineVersion."};
    }
    if (major && !engine) {
        throw refusal{"InvalidParameterCombination",
                      "MajorEngineVersion needs the EngineName that it is of."};
    }
    std::vector<option_group> found;
    if (name) {
        found.push_back(existing_group(in, *name));
    } else {
        found = all_groups(in);
        std::erase_if(found, [&](const option_group& each) {
            return (engine && *engine != "postgres") || (major && *major != each.major);
        });
        std::ranges::sort(found, {}, &option_group::name);
    }
    return wire::listed("OptionGroupsList", found, wire::page_by_marker(in.input, found.size()),
                        [&](const option_group& each) { return describe_group(in, each); });
}

json::object describe_option_group_options(const call& in) {
    check_filters(in, {});
    check_engine_name(text_of(in.input, "EngineName"));
    const std::vector<option_group> none;
    return wire::listed("OptionGroupOptions", none, wire::page_by_marker(in.input, 0),
                        [&](const option_group& each) { return describe_group(in, each); });
}

} // namespace cruddur::cloud::rds
