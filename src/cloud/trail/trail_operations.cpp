#include "cloud/ground/identifiers.hpp"
#include "cloud/iam/access_control.hpp"
#include "cloud/iam/iam_store.hpp"
#include "cloud/logs/log_store.hpp"
#include "cloud/trail/trail.hpp"
#include "cloud/wire/listing.hpp"

#include <boost/json/array.hpp>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <chrono>

namespace cruddur::cloud::trail {

namespace {

constexpr std::size_t trails_max = 5; // of a region, as AWS has it
constexpr std::size_t name_bytes_min = 3;
constexpr std::size_t trail_name_bytes_max = 128;
constexpr std::size_t bucket_bytes_max = 63;
constexpr std::size_t prefix_bytes_max = 200;
constexpr std::size_t trails_a_page = 100;

std::int64_t now_of(const call& in) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(in.now.time_since_epoch()).count();
}

bool is_alphanumeric(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

bool has_only(std::string_view text, std::string_view punctuation) {
    return std::ranges::all_of(
        text, [&](char c) { return is_alphanumeric(c) || punctuation.find(c) != std::string_view::npos; });
}

void check_name(const std::string& name) {
    if (name.size() < name_bytes_min) {
        refuse("InvalidTrailNameException",
               fmt::format("Trail name too short. Minimum allowed length: {} characters. Specified name "
                           "length: {} characters.",
                           name_bytes_min, name.size()));
    }
    if (name.size() > trail_name_bytes_max) {
        refuse("InvalidTrailNameException",
               fmt::format("Trail name too long. Maximum allowed length: {} characters. Specified name "
                           "length: {} characters.",
                           trail_name_bytes_max, name.size()));
    }
    if (!is_alphanumeric(name.front()) || !is_alphanumeric(name.back())) {
        refuse("InvalidTrailNameException",
               "Trail name must start and end with an ASCII letter or a number.");
    }
    if (!has_only(name, "._-")) {
        refuse(
            "InvalidTrailNameException",
            "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), "
            "hyphens (-), and underscores (_).");
    }
}

void check_bucket(const std::string& bucket) {
    const bool is_valid = bucket.size() >= name_bytes_min && bucket.size() <= bucket_bytes_max &&
                          has_only(bucket, ".-") && is_alphanumeric(bucket.front()) &&
                          is_alphanumeric(bucket.back()) && bucket.find("..") == std::string::npos &&
                          std::ranges::none_of(bucket, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_valid)
        refuse("InvalidS3BucketNameException", fmt::format("Bucket name {} is not valid.", bucket));
}

// It becomes a part of a path.
void check_prefix(const std::string& prefix) {
    const std::string whole = "/" + prefix + "/";
    const auto has = [&](std::string_view part) { return whole.find(part) != std::string::npos; };
    const bool is_valid =
        prefix.empty() || (prefix.size() <= prefix_bytes_max && has_only(prefix, "!_.*'()-/") && !has("//") &&
                           !has("/./") && !has("/../"));
    if (!is_valid) refuse("InvalidS3PrefixException", fmt::format("The S3 prefix {} is not valid.", prefix));
}

// A trail that is asked for by its name, of this region, or by its ARN.
kept_trail existing(const call& in, const std::string& named, bool must_be_home) {
    std::string region = in.region;
    std::string name = named;
    if (named.starts_with("arn:")) {
        constexpr std::string_view begin = "arn:aws:cloudtrail:";
        const std::string mark = fmt::format(":{}:trail/", ground::account_id);
        const auto at = named.find(mark);
        if (!named.starts_with(begin) || at == std::string::npos)
            refuse("CloudTrailARNInvalidException", fmt::format("The trail ARN {} is not valid.", named));
        region = named.substr(begin.size(), at - begin.size());
        name = named.substr(at + mark.size());
    } else {
        check_name(name);
    }
    auto found = find_trail(in.db, region, name);
    if (!found) {
        for (kept_trail& each : all_trails(in.db)) {
            if (each.is_multi_region && each.name == name && !named.starts_with("arn:"))
                found = std::move(each);
        }
    }
    if (!found || (found->region != in.region && !found->is_multi_region)) {
        refuse(
            "TrailNotFoundException",
            fmt::format("Unknown trail: {} for the user: {}",
                        named.starts_with("arn:") ? named : kept_trail{.region = region, .name = name}.arn(),
                        ground::account_id));
    }
    if (must_be_home && found->region != in.region) {
        refuse("InvalidHomeRegionException",
               fmt::format("The trail {} can be changed in its home region {} alone.", named, found->region));
    }
    return std::move(*found);
}

json::object described(const kept_trail& of) {
    json::object out{{"Name", of.name},
                     {"S3BucketName", of.bucket},
                     {"IncludeGlobalServiceEvents", of.has_global_services},
                     {"IsMultiRegionTrail", of.is_multi_region},
                     {"TrailARN", of.arn()},
                     {"LogFileValidationEnabled", false},
                     {"IsOrganizationTrail", false}};
    if (!of.prefix.empty()) out["S3KeyPrefix"] = of.prefix;
    if (!of.log_group_arn.empty()) {
        out["CloudWatchLogsLogGroupArn"] = of.log_group_arn;
        out["CloudWatchLogsRoleArn"] = of.log_role_arn;
    }
    return out;
}

json::object described_whole(const kept_trail& of) {
    json::object out = described(of);
    out["HomeRegion"] = of.region;
    out["HasCustomEventSelectors"] = false;
    out["HasInsightSelectors"] = false;
    return out;
}

void check_log_group(const call& in, const kept_trail& of) {
    if (of.log_group_arn.empty() && of.log_role_arn.empty()) return;
    if (of.log_group_arn.empty() || of.log_role_arn.empty()) {
        refuse("InvalidParameterCombinationException",
               "You must specify both CloudWatchLogsLogGroupArn and CloudWatchLogsRoleArn, or neither.");
    }
    const auto [region, group] = log_group_of(of.log_group_arn);
    if (group.empty() || region != of.region) {
        refuse("InvalidCloudWatchLogsLogGroupArnException",
               fmt::format("The CloudWatch Logs log group ARN {} is not valid.", of.log_group_arn));
    }
    if (!logs::has_log_group(in.db, region, group)) {
        refuse("InvalidCloudWatchLogsLogGroupArnException",
               "CloudTrail cannot validate the specified log group ARN: the log group does not exist.");
    }
    const std::string begin = fmt::format("arn:aws:iam::{}:role/", ground::account_id);
    const std::string role = of.log_role_arn.substr(of.log_role_arn.rfind('/') + 1);
    const bool is_missing = in.env.part<iam::access_control>().enforces() &&
                            !iam::find_principal(in.db, iam::principal_kind::role, role);
    if (!of.log_role_arn.starts_with(begin) || role.empty() || is_missing) {
        refuse("InvalidCloudWatchLogsRoleArnException",
               fmt::format("The CloudWatch Logs role ARN {} is not valid, or there is no such role.",
                           of.log_role_arn));
    }
}

// What the input says of a trail, that is new or not.
void read_settings(const call& in, kept_trail& to) {
    if (const auto bucket = optional_text(in.input, "S3BucketName")) to.bucket = *bucket;
    if (const auto prefix = optional_text(in.input, "S3KeyPrefix")) to.prefix = *prefix;
    to.has_global_services =
        optional_boolean(in.input, "IncludeGlobalServiceEvents").value_or(to.has_global_services);
    to.is_multi_region = optional_boolean(in.input, "IsMultiRegionTrail").value_or(to.is_multi_region);
    const std::string group_before = to.log_group_arn;
    if (const auto group = optional_text(in.input, "CloudWatchLogsLogGroupArn")) to.log_group_arn = *group;
    if (const auto role = optional_text(in.input, "CloudWatchLogsRoleArn")) to.log_role_arn = *role;
    check_bucket(to.bucket);
    check_prefix(to.prefix);
    if (to.is_multi_region && !to.has_global_services) {
        refuse("InvalidParameterCombinationException",
               "Multi-Region trail must include global service events.");
    }
    check_log_group(in, to);
    // What a new group gets begins now.
    if (to.log_group_arn != group_before)
        to.logged_position = find_place_before(in.env.part<recorder>().reader().db(), now_of(in));
}

void read_again(const call& in) {
    auto& all = in.env.part<recorder>();
    in.after_commit([&all] { all.read_trails(); });
}

std::string time_text(std::int64_t at_ms) {
    if (at_ms == 0) return "";
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(at_ms / 1000)));
}

} // namespace

void refuse(std::string code, std::string message) {
    throw refusal{std::move(code), std::move(message)};
}

std::pair<std::string, std::string> log_group_of(const std::string& arn) {
    constexpr std::string_view begin = "arn:aws:logs:";
    const std::string mark = fmt::format(":{}:log-group:", ground::account_id);
    const auto at = arn.find(mark);
    if (!arn.starts_with(begin) || at == std::string::npos) return {};
    std::string group = arn.substr(at + mark.size());
    if (group.ends_with(":*")) group.resize(group.size() - 2);
    return {arn.substr(begin.size(), at - begin.size()), group};
}

std::string stream_of(const kept_trail& of) {
    return fmt::format("{}_CloudTrail_{}", ground::account_id, of.region);
}

json::object create_trail(const call& in) {
    kept_trail made{.region = in.region, .name = text_of(in.input, "Name")};
    check_name(made.name);
    const std::vector<kept_trail> all = all_trails(in.db);
    for (const kept_trail& each : all) {
        if (each.name == made.name && (each.region == in.region || each.is_multi_region)) {
            refuse("TrailAlreadyExistsException",
                   fmt::format("Trail {} already exists for customer: {}", made.name, ground::account_id));
        }
    }
    if (std::ranges::count(all, in.region, &kept_trail::region) >= static_cast<std::ptrdiff_t>(trails_max)) {
        refuse(
            "MaximumNumberOfTrailsExceededException",
            fmt::format("User: {} already has {} trails in {}.", ground::account_id, trails_max, in.region));
    }
    read_settings(in, made);
    insert_trail(in.db, made);
    read_again(in);
    return described(made);
}

json::object update_trail(const call& in) {
    kept_trail changed = existing(in, text_of(in.input, "Name"), true);
    read_settings(in, changed);
    save_trail(in.db, changed);
    read_again(in);
    return described(changed);
}

json::object delete_trail_operation(const call& in) {
    delete_trail(in.db, existing(in, text_of(in.input, "Name"), true));
    read_again(in);
    return {};
}

json::object describe_trails(const call& in) {
    const bool has_shadows = optional_boolean(in.input, "includeShadowTrails").value_or(true);
    const std::vector<std::string> names = wire::texts_of(in.input, "trailNameList");
    json::array out;
    for (const kept_trail& each : all_trails(in.db)) {
        const bool is_here = each.region == in.region || (each.is_multi_region && has_shadows);
        const bool is_named = names.empty() || std::ranges::find(names, each.name) != names.end() ||
                              std::ranges::find(names, each.arn()) != names.end();
        if (is_here && is_named) out.push_back(described_whole(each));
    }
    return {{"trailList", std::move(out)}};
}

json::object get_trail(const call& in) {
    return {{"Trail", described_whole(existing(in, text_of(in.input, "Name"), false))}};
}

json::object list_trails(const call& in) {
    const std::vector<kept_trail> all = all_trails(in.db);
    auto shown = wire::page_at(optional_text(in.input, "NextToken"), trails_a_page, all.size());
    if (!shown) refuse("InvalidNextTokenException", "Invalid NextToken.");
    shown->token = "NextToken";
    return wire::listed("Trails", all, *shown, [](const kept_trail& each) {
        return json::object{{"TrailARN", each.arn()}, {"Name", each.name}, {"HomeRegion", each.region}};
    });
}

json::object get_trail_status(const call& in) {
    const kept_trail of = existing(in, text_of(in.input, "Name"), false);
    auto delivery = in.env.part<recorder>().reader().delivery_of(of.arn());
    // One of an earlier trail that had its name, or of what was logged before.
    if (delivery && delivery->started_ms != of.started_ms) delivery.reset();
    const std::int64_t delivered_ms = delivery ? delivery->at_ms : 0;
    json::object out{{"IsLogging", of.is_logging},
                     {"LatestDeliveryAttemptTime", time_text(delivered_ms)},
                     {"LatestNotificationAttemptTime", ""},
                     {"LatestNotificationAttemptSucceeded", ""},
                     {"LatestDeliveryAttemptSucceeded", time_text(delivered_ms)},
                     {"TimeLoggingStarted", time_text(of.started_ms)},
                     {"TimeLoggingStopped", time_text(of.stopped_ms)}};
    if (delivered_ms != 0) out["LatestDeliveryTime"] = delivered_ms;
    if (delivery && !delivery->error.empty()) out["LatestDeliveryError"] = delivery->error;
    if (of.started_ms != 0) out["StartLoggingTime"] = of.started_ms;
    if (of.stopped_ms != 0) out["StopLoggingTime"] = of.stopped_ms;
    if (of.logged_at_ms != 0) out["LatestCloudWatchLogsDeliveryTime"] = of.logged_at_ms;
    if (!of.log_error.empty()) out["LatestCloudWatchLogsDeliveryError"] = of.log_error;
    return out;
}

json::object start_logging(const call& in) {
    kept_trail of = existing(in, text_of(in.input, "Name"), true);
    if (of.is_logging) return {};
    of.is_logging = true;
    of.started_ms = now_of(in);
    of.logged_position =
        std::max(of.logged_position, find_place_before(in.env.part<recorder>().reader().db(), of.started_ms));
    save_trail(in.db, of);
    read_again(in);
    return {};
}

json::object stop_logging(const call& in) {
    kept_trail of = existing(in, text_of(in.input, "Name"), true);
    if (!of.is_logging) return {};
    of.is_logging = false;
    of.stopped_ms = now_of(in);
    save_trail(in.db, of);
    read_again(in);
    return {};
}

} // namespace cruddur::cloud::trail
