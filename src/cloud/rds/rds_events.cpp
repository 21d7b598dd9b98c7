#include "cloud/ground/identifiers.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/wire/tag_input.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace cruddur::cloud::rds {

namespace {

constexpr std::int64_t duration_minutes_max = 14LL * 24 * 60;

// "2023-03-14T15:09:26Z", with or without a fraction.
epoch_ms time_of(std::string_view parameter, const std::string& text) {
    std::tm fields{};
    const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &fields);
    const std::string_view rest = end == nullptr ? "" : end;
    const bool fraction = rest.starts_with('.') && rest.ends_with('Z') &&
                          rest.find_first_not_of("0123456789", 1) == rest.size() - 1;
    if (rest != "Z" && !fraction) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("Invalid value '{}' for {}. It must be a time in UTC, such as "
                                  "2023-03-14T15:09:26Z.",
                                  text, parameter)};
    }
    return static_cast<epoch_ms>(::timegm(&fields)) * 1000;
}

std::string source_arn(const fleet::db_event& of) {
    return fmt::format("arn:aws:rds:{}:{}:{}:{}", of.region, ground::account_id,
                       of.source_type == "db-snapshot" ? "snapshot" : "db", of.source);
}

// The ARN of a resource that is there, as tags are kept by it.
std::string tagged_resource(const call& in) {
    const std::string arn = in.input.text("ResourceName").value_or("");
    const std::string prefix = fmt::format("arn:aws:rds:{}:{}:", in.region, ground::account_id);
    if (arn.starts_with(prefix + "db:"))
        return fleet::instance_arn(find_instance(in, arn.substr(prefix.size() + 3)));
    if (arn.starts_with(prefix + "snapshot:")) {
        return fleet::snapshot_arn(find_snapshot(in, arn.substr(prefix.size() + 9)));
    }
    throw refusal{"InvalidParameterValue",
                  fmt::format("Invalid resource name: {}. It must be the ARN of a DB instance or a DB "
                              "snapshot of this region, such as {}db:NAME.",
                              arn, prefix)};
}

} // namespace

void describe_events(const call& in) {
    const parameters& input = in.input;
    check_filters(in, {});
    const epoch_ms now = in.env.part<instances>().now();
    const std::int64_t duration = input.integer("Duration").value_or(60);
    if (duration < 1 || duration > duration_minutes_max) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("Invalid duration: {}. Must be between 1 and {} minutes.", duration,
                                  duration_minutes_max)};
    }
    const auto type = input.text("SourceType");
    const auto source = input.text("SourceIdentifier");
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
    const epoch_ms end = input.has("EndTime") ? time_of("EndTime", *input.text("EndTime")) : now;
    const epoch_ms begin = input.has("StartTime") ? time_of("StartTime", *input.text("StartTime"))
                                                  : end - duration * fleet::ms_per_minute;
    if (begin < now - 14 * fleet::ms_per_day - fleet::ms_per_minute || begin > end) {
        throw refusal{"InvalidParameterValue", "Events are kept for 14 days, and a period begins before it "
                                               "ends."};
    }
    const auto categories = input.texts("EventCategories");
    auto found = fleet::events_between(in.db, in.region, begin, end);
    std::erase_if(found, [&](const fleet::db_event& one) {
        return (type && one.source_type != *type) ||
               (source && one.source != boost::algorithm::to_lower_copy(*source)) ||
               (!categories.empty() && std::ranges::find(categories, one.category) == categories.end());
    });
    const page shown = wire::page_by_marker(input, found.size());
    const element list = in.result.add("Events");
    for (std::size_t i = shown.begin; i < shown.end; ++i) {
        const element one = list.add("Event");
        one.add("SourceIdentifier", found[i].source);
        one.add("SourceType", found[i].source_type);
        one.add("Message", found[i].message);
        one.add("EventCategories").add("EventCategory", found[i].category);
        one.add("Date", iso_time(found[i].at));
        one.add("SourceArn", source_arn(found[i]));
    }
    if (!shown.next.empty()) in.result.add("Marker", shown.next);
}

void add_tags_to_resource(const call& in) {
    const std::string arn = tagged_resource(in);
    ground::put_tags(in.db, arn, in.region, wire::read_tags(in.input, "Tags"));
}

void remove_tags_from_resource(const call& in) {
    const std::string arn = tagged_resource(in);
    for (const std::string& key : in.input.texts("TagKeys"))
        ground::remove_tag(in.db, arn, key);
}

void list_tags_for_resource(const call& in) {
    check_filters(in, {});
    add_tag_list(in.result, ground::tags_of(in.db, tagged_resource(in)));
}

} // namespace cruddur::cloud::rds
