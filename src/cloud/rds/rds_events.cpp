#include "cloud/ground/identifiers.hpp"
#include "cloud/rds/db_groups.hpp"
#include "cloud/rds/parameter_groups.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::rds {

namespace {

constexpr std::int64_t duration_minutes_max = 14LL * 24 * 60;

std::string source_arn(const fleet::db_event& of) {
    return fmt::format("arn:aws:rds:{}:{}:{}:{}", of.region, ground::account_id,
                       of.source_type == "db-snapshot" ? "snapshot" : "db", of.source);
}

// The ARN of a resource that is there, as tags are kept by it.
std::string tagged_resource(const call& in) {
    const std::string arn = text_of(in.input, "ResourceName");
    const std::string prefix = fmt::format("arn:aws:rds:{}:{}:", in.region, ground::account_id);
    if (arn.starts_with(prefix + "db:"))
        return fleet::instance_arn(find_instance(in, arn.substr(prefix.size() + 3)));
    if (arn.starts_with(prefix + "snapshot:")) {
        return fleet::snapshot_arn(find_snapshot(in, arn.substr(prefix.size() + 9)));
    }
    if (arn.starts_with(prefix + "subgrp:")) return subnet_group_arn(in, arn.substr(prefix.size() + 7));
    if (arn.starts_with(prefix + "og:")) return option_group_arn(in, arn.substr(prefix.size() + 3));
    if (arn.starts_with(prefix + "pg:"))
        return parameter_group_arn(in, existing_parameter_group(in, arn.substr(prefix.size() + 3)).name);
    throw refusal{"InvalidParameterValue",
                  fmt::format("Invalid resource name: {}. It must be the ARN of a DB instance, snapshot or "
                              "group of this region, such as {}db:NAME.",
                              arn, prefix)};
}

} // namespace

json::object describe_events(const call& in) {
    const json::object& input = in.input;
    check_filters(in, {});
    const epoch_ms now = in.env.part<instances>().now();
    const std::int64_t duration = optional_integer(input, "Duration").value_or(60);
    if (duration < 1 || duration > duration_minutes_max) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("Invalid duration: {}. Must be between 1 and {} minutes.", duration,
                                  duration_minutes_max)};
    }
    const auto type = optional_text(input, "SourceType");
    const auto source = optional_text(input, "SourceIdentifier");
    constexpr std::array<std::string_view, 10> types = {"db-instance",
                                                        "db-parameter-group",
                                                        "db-security-group",
                                                        "db-snapshot",
                                                        "db-cluster",
                                                        "db-proxy",
                                                        "db-cluster-snapshot",
                                                        "blue-green-deployment",
                                                        "custom-engine-version",
                                                        "db-shard-group"};
    if (type && std::ranges::find(types, *type) == types.end()) {
        throw refusal{"InvalidParameterValue", fmt::format("Invalid source type: {}", *type)};
    }
    if (source && !type) {
        throw refusal{"InvalidParameterCombination",
                      "A source identifier needs the source type that it is of."};
    }
    const epoch_ms end = optional_integer(input, "EndTime").value_or(now);
    const epoch_ms begin =
        optional_integer(input, "StartTime").value_or(end - duration * fleet::ms_per_minute);
    if (begin < now - 14 * fleet::ms_per_day - fleet::ms_per_minute || begin > end) {
        throw refusal{"InvalidParameterValue", "Events are kept for 14 days, and a period begins before it "
                                               "ends."};
    }
    const auto categories = texts_of(input, "EventCategories");
    auto found = fleet::events_between(in.db, in.region, begin, end);
    std::erase_if(found, [&](const fleet::db_event& one) {
        return (type && one.source_type != *type) ||
               (source && one.source != boost::algorithm::to_lower_copy(*source)) ||
               (!categories.empty() && std::ranges::find(categories, one.category) == categories.end());
    });
    return wire::listed("Events", found, wire::page_by_marker(input, found.size()),
                        [](const fleet::db_event& one) -> json::object {
                            return {{"SourceIdentifier", one.source},
                                    {"SourceType", one.source_type},
                                    {"Message", one.message},
                                    {"EventCategories", json::array{json::value(one.category)}},
                                    {"Date", one.at},
                                    {"SourceArn", source_arn(one)}};
                        });
}

json::object add_tags_to_resource(const call& in) {
    const std::string arn = tagged_resource(in);
    ground::put_tags(in.db, arn, in.region, wire::read_tags(in.input, "Tags"));
    return {};
}

json::object remove_tags_from_resource(const call& in) {
    const std::string arn = tagged_resource(in);
    for (const std::string& key : texts_of(in.input, "TagKeys"))
        ground::remove_tag(in.db, arn, key);
    return {};
}

json::object list_tags_for_resource(const call& in) {
    check_filters(in, {});
    return {{"TagList", wire::write_tags(ground::tags_of(in.db, tagged_resource(in)))}};
}

} // namespace cruddur::cloud::rds
