#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/logs/logs.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace cruddur::cloud::logs {

namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t page_max = 50;
constexpr std::size_t tags_max = 50;
constexpr std::size_t tag_key_max = 128;
constexpr std::size_t tag_value_max = 256;
constexpr std::array<std::int64_t, 22> retentions{
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};

[[noreturn]] void refuse_missing(std::string_view what) {
    throw refusal{"ResourceNotFoundException", fmt::format("The specified log {} does not exist.", what)};
}

// The name in a group's ARN. One of another region or account is of a group that is not there.
std::string name_in_arn(const call& in, std::string arn) {
    if (arn.ends_with(":*")) arn.resize(arn.size() - 2);
    const std::string before = log_group_arn(in, "");
    if (!arn.starts_with(before)) refuse_missing("group");
    return arn.substr(before.size());
}

std::string named_group(const call& in) {
    if (const auto arn = optional_text(in.input, "resourceArn")) {
        if (!arn->starts_with("arn:")) refuse_parameter(fmt::format("'{}' is no ARN", *arn));
        return name_in_arn(in, *arn);
    }
    const auto name = optional_text(in.input, "logGroupName");
    const auto identifier = optional_text(in.input, "logGroupIdentifier");
    if (name && identifier) refuse_parameter("logGroupName and logGroupIdentifier cannot both be given.");
    if (name) return *name;
    if (!identifier) refuse_parameter("Either logGroupName or logGroupIdentifier must be given.");
    return identifier->starts_with("arn:") ? name_in_arn(in, *identifier) : *identifier;
}

json::object tags_of(const call& in, const std::string& group) {
    rows found = in.db.query("select tags from log_group where region = ? and name = ?", in.region, group);
    if (!found.next()) refuse_missing("group");
    return json::parse(found.text(0)).as_object();
}

// Within the caller's transaction.
void save_tags(const call& in, const std::string& group, const json::object& tags) {
    if (tags.size() > tags_max) {
        throw refusal{"TooManyTagsException", fmt::format("A resource can have {} tags at most.", tags_max)};
    }
    for (const auto& [key, value] : tags) {
        const std::string_view name = key;
        if (name.empty() || name.size() > tag_key_max || value.as_string().size() > tag_value_max)
            refuse_parameter(fmt::format("The tag '{}' is too long, or has no key", name));
        if (name.starts_with("aws:")) refuse_parameter("Tag keys that begin with 'aws:' are reserved");
    }
    in.db.run("update log_group set tags = ? where region = ? and name = ?", json::serialize(tags), in.region,
              group);
}

struct group_filter {
    std::string prefix;
    std::string pattern;
    std::string log_class;
    std::optional<std::vector<std::string>> names; // of which it must be one
};

group_filter filter_of(const call& in) {
    group_filter out{text_of(in.input, "logGroupNamePrefix"), text_of(in.input, "logGroupNamePattern"),
                     text_of(in.input, "logGroupClass"), std::nullopt};
    if (!out.prefix.empty() && !out.pattern.empty()) {
        refuse_parameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
    }
    if (const auto* const identifiers = find_list(in.input, "logGroupIdentifiers")) {
        if (!out.prefix.empty() || !out.pattern.empty() || !out.log_class.empty())
            refuse_parameter("logGroupIdentifiers cannot be given together with another filter.");
        out.names.emplace();
        for (const auto& one : *identifiers) {
            const std::string text{one.as_string()};
            out.names->push_back(text.starts_with("arn:") ? name_in_arn(in, text) : text);
        }
    }
    // Only this account's groups are here.
    const auto* const accounts = find_list(in.input, "accountIdentifiers");
    const auto is_ours = [](const auto& one) {
        return std::string_view{one.as_string()} == ground::account_id;
    };
    if (accounts != nullptr && !accounts->empty() && std::ranges::none_of(*accounts, is_ours))
        out.names.emplace();
    return out;
}

bool matches(const group_filter& filter, const std::string& name, const std::string& log_class) {
    return name.starts_with(filter.prefix) && name.find(filter.pattern) != std::string::npos &&
           (filter.log_class.empty() || log_class == filter.log_class) &&
           (!filter.names || std::ranges::find(*filter.names, name) != filter.names->end());
}

void set_retention(const call& in, const std::optional<std::int64_t>& days) {
    const log_group group = existing_group(in);
    if (group.log_class == "DELIVERY") refuse_parameter("The retention of class DELIVERY is always one day.");
    in.db.run("update log_group set retention_days = ? where region = ? and name = ?", days, in.region,
              group.name);
}

} // namespace

std::int64_t milliseconds_of(std::chrono::system_clock::time_point at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

std::string log_group_arn(const call& in, std::string_view group) {
    return fmt::format("arn:aws:logs:{}:{}:log-group:{}", in.region, ground::account_id, group);
}

void refuse_parameter(std::string message) {
    throw refusal{"InvalidParameterException", std::move(message)};
}

std::int64_t number_in_token(std::string_view text) {
    std::int64_t out = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc{} || end != text.data() + text.size() || out < 0)
        refuse_parameter("The specified nextToken is invalid.");
    return out;
}

log_group existing_group(const call& in) {
    log_group out{.name = named_group(in), .log_class = {}};
    rows found = in.db.query(
        "select class, retention_days, deletion_protection from log_group where region = ? and name = ?",
        in.region, out.name);
    if (!found.next()) refuse_missing("group");
    out.log_class = found.text(0);
    if (!found.is_null(1)) out.kept_since_ms = milliseconds_of(in.now) - day_ms * found.integer(1);
    out.is_protected = found.integer(2) != 0;
    return out;
}

std::string existing_stream(const call& in, const log_group& group) {
    std::string name = text_of(in.input, "logStreamName");
    rows found = in.db.query("select 1 from log_stream where region = ? and group_name = ? and name = ?",
                             in.region, group.name, name);
    if (!found.next()) refuse_missing("stream");
    return name;
}

json::object list_log_tags(const call& in) {
    return {{"tags", tags_of(in, named_group(in))}};
}

json::object tag_log_resource(const call& in) {
    const std::string group = named_group(in);
    json::object tags = tags_of(in, group);
    for (const auto& [name, value] : *find_object(in.input, "tags"))
        tags[name] = value;
    save_tags(in, group, tags);
    return {};
}

json::object untag_log_resource(const call& in) {
    const std::string group = named_group(in);
    json::object tags = tags_of(in, group);
    for (const auto& name : *find_list(in.input, "tagKeys"))
        tags.erase(name.as_string());
    save_tags(in, group, tags);
    return {};
}

json::object create_log_group(const call& in) {
    if (in.input.contains("kmsKeyId")) {
        refuse_parameter("The specified KMS key does not exist: there is no KMS here. Leave kmsKeyId out.");
    }
    const std::string name = text_of(in.input, "logGroupName");
    rows found = in.db.query("select 1 from log_group where region = ? and name = ?", in.region, name);
    if (found.next())
        throw refusal{"ResourceAlreadyExistsException", "The specified log group already exists"};
    ensure_log_group(in.db, in.region, name, milliseconds_of(in.now));
    const std::string log_class = optional_text(in.input, "logGroupClass").value_or("STANDARD");
    const std::optional<std::int64_t> retention =
        log_class == "DELIVERY" ? std::optional<std::int64_t>{1} : std::nullopt;
    in.db.run("update log_group set class = ?, retention_days = ?, deletion_protection = ? "
              "where region = ? and name = ?",
              log_class, retention, optional_boolean(in.input, "deletionProtectionEnabled").value_or(false),
              in.region, name);
    if (const auto* tags = find_object(in.input, "tags")) save_tags(in, name, *tags);
    return {};
}

json::object delete_log_group(const call& in) {
    const log_group group = existing_group(in);
    if (group.is_protected) {
        throw refusal{"ValidationException", "The log group is protected against deletion: turn that off by "
                                             "PutLogGroupDeletionProtection first."};
    }
    in.db.run("delete from log_group where region = ? and name = ?", in.region, group.name);
    return {};
}

json::object put_log_group_deletion_protection(const call& in) {
    in.db.run("update log_group set deletion_protection = ? where region = ? and name = ?",
              optional_boolean(in.input, "deletionProtectionEnabled").value_or(false), in.region,
              existing_group(in).name);
    return {};
}

json::object put_retention_policy(const call& in) {
    const std::int64_t days = optional_integer(in.input, "retentionInDays").value_or(0);
    if (std::ranges::find(retentions, days) == retentions.end())
        refuse_parameter(fmt::format("{} is no number of days that a log group can be kept for", days));
    set_retention(in, days);
    return {};
}

json::object delete_retention_policy(const call& in) {
    set_retention(in, std::nullopt);
    return {};
}

json::object describe_log_groups(const call& in) {
    const group_filter filter = filter_of(in);
    const auto limit = static_cast<std::size_t>(optional_integer(in.input, "limit").value_or(page_max));
    json::array groups;
    json::object out;
    rows found = in.db.query("select g.name, g.created_ms, g.retention_days, g.class, g.deletion_protection, "
                             "(select coalesce(sum(length(cast(message as blob)) + 26), 0) from log_event e "
                             "where e.region = g.region and e.group_name = g.name and "
                             "(g.retention_days is null or e.timestamp_ms >= ?3 - ?4 * g.retention_days)) "
                             "from log_group g where g.region = ?1 and g.name > ?2 order by g.name",
                             in.region, text_of(in.input, "nextToken"), milliseconds_of(in.now), day_ms);
    while (found.next()) {
        const std::string name = found.text(0);
        if (!matches(filter, name, found.text(3))) continue;
        if (groups.size() == limit) {
            out["nextToken"] = groups.back().as_object().at("logGroupName");
            break;
        }
        json::object one{{"logGroupName", name},
                         {"creationTime", found.integer(1)},
                         {"arn", log_group_arn(in, name) + ":*"}};
        if (filter.pattern.empty()) { // by a pattern, no more than these is told
            one["logGroupArn"] = log_group_arn(in, name);
            one["logGroupClass"] = found.text(3);
            one["metricFilterCount"] = 0;
            one["deletionProtectionEnabled"] = found.integer(4) != 0;
            one["storedBytes"] = found.integer(5);
            if (!found.is_null(2)) one["retentionInDays"] = found.integer(2);
        }
        groups.push_back(std::move(one));
    }
    out["logGroups"] = std::move(groups);
    return out;
}

json::object create_log_stream(const call& in) {
    const log_group group = existing_group(in);
    const std::string name = text_of(in.input, "logStreamName");
    rows found = in.db.query("select 1 from log_stream where region = ? and group_name = ? and name = ?",
                             in.region, group.name, name);
    if (found.next())
        throw refusal{"ResourceAlreadyExistsException", "The specified log stream already exists"};
    ensure_log_stream(in.db, in.region, group.name, name, milliseconds_of(in.now));
    return {};
}

json::object delete_log_stream(const call& in) {
    const log_group group = existing_group(in);
    in.db.run("delete from log_stream where region = ? and group_name = ? and name = ?", in.region,
              group.name, existing_stream(in, group));
    return {};
}

json::object describe_log_streams(const call& in) {
    const log_group group = existing_group(in);
    const std::string prefix = text_of(in.input, "logStreamNamePrefix");
    const bool by_time = text_of(in.input, "orderBy") == "LastEventTime";
    const bool descending = optional_boolean(in.input, "descending").value_or(false);
    const std::int64_t limit = optional_integer(in.input, "limit").value_or(page_max);
    const std::string token = text_of(in.input, "nextToken");
    const std::int64_t offset = token.empty() ? 0 : number_in_token(token);
    if (by_time && !prefix.empty())
        refuse_parameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
    json::array streams;
    json::object out;
    rows found = in.db.query(
        "select s.name, s.created_ms, min(e.timestamp_ms), max(e.timestamp_ms), max(e.ingested_ms) "
        "from log_stream s left join log_event e on e.region = s.region and e.group_name = s.group_name and "
        "e.stream_name = s.name and e.timestamp_ms >= ?8 "
        "where s.region = ?1 and s.group_name = ?2 and substr(s.name, 1, length(?3)) = ?3 group by s.name "
        "order by case when ?4 and ?5 then max(e.timestamp_ms) end desc, "
        "case when ?4 then max(e.timestamp_ms) end, case when ?5 then s.name end desc, s.name limit ?6 "
        "offset ?7",
        in.region, group.name, prefix, by_time, descending, limit + 1, offset, group.kept_since_ms);
    while (found.next()) {
        if (streams.size() == static_cast<std::size_t>(limit)) {
            out["nextToken"] = std::to_string(offset + limit);
            break;
        }
        json::object one{
            {"logStreamName", found.text(0)},
            {"creationTime", found.integer(1)},
            {"arn", fmt::format("{}:log-stream:{}", log_group_arn(in, group.name), found.text(0))},
            {"storedBytes", 0}};
        if (!found.is_null(2)) {
            one["firstEventTimestamp"] = found.integer(2);
            one["lastEventTimestamp"] = found.integer(3);
            one["lastIngestionTime"] = found.integer(4);
        }
        streams.push_back(std::move(one));
    }
    out["logStreams"] = std::move(streams);
    return out;
}

} // namespace cruddur::cloud::logs
