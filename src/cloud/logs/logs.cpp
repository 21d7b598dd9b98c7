#include "cloud/logs/logs.hpp"

#include <algorithm>
#include <array>

namespace cruddur::cloud::logs {

namespace {

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

constexpr std::int64_t event_limit_max = 10'000;
constexpr auto limits = std::to_array<member_limit>(
    {{.member = "logGroupName", .min = 1, .max = 512, .pattern = &group_names},
     {.member = "kmsKeyId", .max = 256},
     {.member = "logStreamName", .min = 1, .max = 512, .pattern = &stream_names},
     {.member = "logGroupNamePrefix", .min = 1, .max = 512, .pattern = &group_names},
     {.member = "logGroupNamePattern", .max = 512, .pattern = &parts_of_group_names},
     {.member = "logGroupIdentifiers", .min = 1, .max = 50},
     {.member = "logGroupIdentifiers[]", .min = 1, .max = 2048, .pattern = &group_identifiers},
     {.member = "accountIdentifiers", .max = 20},
     {.member = "accountIdentifiers[]", .pattern = &accounts},
     {.member = "nextToken", .min = 1},
     {.member = "FilterLogEventsRequest.limit", .min = 1, .max = event_limit_max},
     {.member = "GetLogEventsRequest.limit", .min = 1, .max = event_limit_max},
     {.member = "limit", .min = 1, .max = 50},
     {.member = "logGroupIdentifier", .min = 1, .max = 2048, .pattern = &group_identifiers},
     {.member = "logStreamNamePrefix", .min = 1, .max = 512, .pattern = &stream_names},
     {.member = "logStreamNames", .min = 1, .max = 100},
     {.member = "logStreamNames[]", .min = 1, .max = 512, .pattern = &stream_names},
     {.member = "filterPattern", .max = 1024},
     {.member = "resourceArn", .min = 1, .max = 1011, .pattern = &resources},
     {.member = "logEvents", .min = 1, .max = event_limit_max},
     {.member = "message", .min = 1},
     {.member = "sequenceToken", .min = 1},
     {.member = "tagKeys", .max = 50},
     {.member = "tagKeys[]", .min = 1, .max = 128}});

// Of the structures, what is served.
constexpr auto structures = std::to_array<served_structure>(
    {{"Entity", "keyAttributes attributes"}, {"InputLogEvent", "timestamp message"}});

constexpr std::array operations{
    operation{"CreateLogGroup", "logGroupName kmsKeyId tags logGroupClass deletionProtectionEnabled",
              create_log_group},
    operation{"CreateLogStream", "logGroupName logStreamName", create_log_stream},
    operation{"DeleteLogGroup", "logGroupName", delete_log_group},
    operation{"DeleteLogStream", "logGroupName logStreamName", delete_log_stream},
    operation{"DeleteRetentionPolicy", "logGroupName", delete_retention_policy},
    operation{"DescribeLogGroups",
              "logGroupNamePrefix logGroupNamePattern logGroupIdentifiers accountIdentifiers "
              "includeLinkedAccounts logGroupClass nextToken limit",
              describe_log_groups},
    operation{"DescribeLogStreams",
              "logGroupName logGroupIdentifier logStreamNamePrefix orderBy descending nextToken "
              "limit",
              describe_log_streams},
    operation{"FilterLogEvents",
              "logGroupName logGroupIdentifier logStreamNames logStreamNamePrefix startTime endTime "
              "filterPattern nextToken limit interleaved unmask",
              filter_log_events},
    operation{"GetLogEvents",
              "logGroupName logGroupIdentifier logStreamName startTime endTime nextToken limit "
              "startFromHead unmask",
              get_log_events},
    operation{"ListTagsForResource", "resourceArn", list_log_tags},
    operation{"PutLogEvents", "logGroupName logStreamName logEvents sequenceToken entity", put_log_events},
    operation{"PutLogGroupDeletionProtection", "logGroupIdentifier deletionProtectionEnabled",
              put_log_group_deletion_protection},
    operation{"PutRetentionPolicy", "logGroupName retentionInDays", put_retention_policy},
    operation{"TagResource", "resourceArn tags", tag_log_resource},
    operation{"UntagResource", "resourceArn tagKeys", untag_log_resource}};

} // namespace

const wire::service& logs_service() {
    static constexpr wire::service service{.model = wire::logs_model,
                                           .operations = operations,
                                           .validation_code = "InvalidParameterException",
                                           .limits = limits,
                                           .structures = structures};
    return service;
}

} // namespace cruddur::cloud::logs
