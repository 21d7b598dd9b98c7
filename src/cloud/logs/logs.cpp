#include "cloud/logs/logs.hpp"

#include <algorithm>
#include <array>

namespace cruddur::cloud::logs {

namespace {

using type = json_shape::type;

bool has_only(std::string_view text, std::string_view punctuation) {
    return std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               punctuation.find(c) != std::string_view::npos;
    });
}

bool is_group_name(std::string_view text) {
    return !text.empty() && has_only(text, ".-_/#");
}

bool is_part_of_group_name(std::string_view text) {
    return has_only(text, ".-_/#");
}

bool is_group_identifier(std::string_view text) {
    return has_only(text, "_#+=/:,.@-");
}

bool is_resource(std::string_view text) {
    return has_only(text, "_+=/:,.@-");
}

bool is_stream_name(std::string_view text) {
    return text.find_first_of(":*") == std::string_view::npos;
}

bool is_account(std::string_view text) {
    return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

constexpr text_pattern group_names{R"([\.\-_/#A-Za-z0-9]+)", is_group_name};
constexpr text_pattern parts_of_group_names{R"([\.\-_/#A-Za-z0-9]*)", is_part_of_group_name};
constexpr text_pattern group_identifiers{R"([\w#+=/:,.@-]*)", is_group_identifier};
constexpr text_pattern resources{R"([\w+=/:,.@-]*)", is_resource};
constexpr text_pattern stream_names{"[^:*]*", is_stream_name};
constexpr text_pattern accounts{R"(^\d{12}$)", is_account};
constexpr std::array<std::string_view, 3> classes{"STANDARD", "INFREQUENT_ACCESS", "DELIVERY"};
constexpr std::array<std::string_view, 2> orders{"LogStreamName", "LastEventTime"};

constexpr std::int64_t events_max = 10'000;

constexpr json_shape group_name{
    .name = "logGroupName", .required = true, .min = 1, .max = 512, .pattern = &group_names};
constexpr json_shape group_name_or_not{.name = "logGroupName", .min = 1, .max = 512, .pattern = &group_names};
constexpr json_shape group_identifier{
    .name = "logGroupIdentifier", .min = 1, .max = 2048, .pattern = &group_identifiers};
constexpr json_shape stream_name{
    .name = "logStreamName", .required = true, .min = 1, .max = 512, .pattern = &stream_names};
constexpr json_shape stream_prefix{
    .name = "logStreamNamePrefix", .min = 1, .max = 512, .pattern = &stream_names};
constexpr json_shape token{.name = "nextToken", .min = 1};
constexpr json_shape page_limit{.name = "limit", .is = type::integer, .min = 1, .max = 50};
constexpr json_shape event_limit{.name = "limit", .is = type::integer, .min = 1, .max = events_max};
constexpr json_shape start_time{.name = "startTime", .is = type::integer};
constexpr json_shape end_time{.name = "endTime", .is = type::integer};
constexpr json_shape unmask{.name = "unmask", .is = type::boolean}; // nothing is masked
constexpr json_shape protection{.name = "deletionProtectionEnabled", .is = type::boolean};
constexpr json_shape log_class{.name = "logGroupClass", .values = classes};

constexpr json_shape resource{
    .name = "resourceArn", .required = true, .min = 1, .max = 1011, .pattern = &resources};
constexpr std::array tag_key{json_shape{.name = "member", .min = 1, .max = 128}};

constexpr std::array of_group{group_name};
constexpr std::array of_new_group{group_name, json_shape{.name = "kmsKeyId", .max = 256},
                                  json_shape{.name = "tags", .is = type::map}, log_class, protection};
constexpr std::array of_protection{
    json_shape{
        .name = "logGroupIdentifier", .required = true, .min = 1, .max = 2048, .pattern = &group_identifiers},
    json_shape{.name = "deletionProtectionEnabled", .is = type::boolean, .required = true}};
constexpr std::array of_resource{resource};
constexpr std::array of_tagging{resource, json_shape{.name = "tags", .is = type::map, .required = true}};
constexpr std::array of_untagging{
    resource,
    json_shape{.name = "tagKeys", .is = type::list, .required = true, .max = 50, .members = tag_key}};
constexpr std::array of_stream{group_name, stream_name};
constexpr std::array event_members{
    json_shape{.name = "timestamp", .is = type::integer, .required = true, .min = 0},
    json_shape{.name = "message", .required = true, .min = 1}};
constexpr std::array event_element{
    json_shape{.name = "member", .is = type::structure, .members = event_members}};
constexpr std::array entity_members{json_shape{.name = "keyAttributes", .is = type::map},
                                    json_shape{.name = "attributes", .is = type::map}};
constexpr std::array of_put{group_name, stream_name,
                            json_shape{.name = "logEvents",
                                       .is = type::list,
                                       .required = true,
                                       .min = 1,
                                       .max = events_max,
                                       .members = event_element},
                            json_shape{.name = "sequenceToken", .min = 1}, // no longer looked at
                            json_shape{.name = "entity", .is = type::structure, .members = entity_members}};
constexpr std::array of_retention{
    group_name, json_shape{.name = "retentionInDays", .is = type::integer, .required = true}};
constexpr std::array account_element{json_shape{.name = "member", .pattern = &accounts}};
constexpr std::array identifier_element{
    json_shape{.name = "member", .min = 1, .max = 2048, .pattern = &group_identifiers}};
constexpr std::array of_groups{
    json_shape{.name = "logGroupNamePrefix", .min = 1, .max = 512, .pattern = &group_names},
    json_shape{.name = "logGroupNamePattern", .max = 512, .pattern = &parts_of_group_names},
    json_shape{
        .name = "logGroupIdentifiers", .is = type::list, .min = 1, .max = 50, .members = identifier_element},
    json_shape{.name = "accountIdentifiers", .is = type::list, .max = 20, .members = account_element},
    json_shape{.name = "includeLinkedAccounts", .is = type::boolean}, // none is linked
    log_class,
    token,
    page_limit};
constexpr std::array of_streams{group_name_or_not,
                                group_identifier,
                                stream_prefix,
                                json_shape{.name = "orderBy", .values = orders},
                                json_shape{.name = "descending", .is = type::boolean},
                                token,
                                page_limit};
constexpr std::array of_get{group_name_or_not,
                            group_identifier,
                            stream_name,
                            start_time,
                            end_time,
                            token,
                            event_limit,
                            json_shape{.name = "startFromHead", .is = type::boolean},
                            unmask};
constexpr std::array name_element{
    json_shape{.name = "member", .min = 1, .max = 512, .pattern = &stream_names}};
constexpr std::array of_filter{
    group_name_or_not,
    group_identifier,
    json_shape{.name = "logStreamNames", .is = type::list, .min = 1, .max = 100, .members = name_element},
    stream_prefix,
    start_time,
    end_time,
    json_shape{.name = "filterPattern", .max = 1024},
    token,
    event_limit,
    json_shape{.name = "interleaved", .is = type::boolean}, // they always are
    unmask};

constexpr std::array operations{
    json_operation{"CreateLogGroup", of_new_group, create_log_group},
    json_operation{"CreateLogStream", of_stream, create_log_stream},
    json_operation{"DeleteLogGroup", of_group, delete_log_group},
    json_operation{"DeleteLogStream", of_stream, delete_log_stream},
    json_operation{"DeleteRetentionPolicy", of_group, delete_retention_policy},
    json_operation{"DescribeLogGroups", of_groups, describe_log_groups},
    json_operation{"DescribeLogStreams", of_streams, describe_log_streams},
    json_operation{"FilterLogEvents", of_filter, filter_log_events},
    json_operation{"GetLogEvents", of_get, get_log_events},
    json_operation{"ListTagsForResource", of_resource, list_log_tags},
    json_operation{"PutLogEvents", of_put, put_log_events},
    json_operation{"PutLogGroupDeletionProtection", of_protection, put_log_group_deletion_protection},
    json_operation{"PutRetentionPolicy", of_retention, put_retention_policy},
    json_operation{"TagResource", of_tagging, tag_log_resource},
    json_operation{"UntagResource", of_untagging, untag_log_resource},
};

} // namespace

const wire::json_service& logs_service() {
    static constexpr wire::json_service service{"Logs_20140328", "logs", "1.1", "InvalidParameterException",
                                                operations};
    return service;
}

} // namespace cruddur::cloud::logs
