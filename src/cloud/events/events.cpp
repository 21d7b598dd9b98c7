#include "cloud/events/events.hpp"

#include <algorithm>
#include <array>

namespace cruddur::cloud::events {

namespace {

using wire::member_limit;
using wire::operation;
using wire::served_structure;
using wire::text_pattern;

bool is_rule_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '-' || c == '_';
    });
}

constexpr text_pattern rule_names{R"([\.\-_A-Za-z0-9]+)", is_rule_name};

constexpr auto limits = std::to_array<member_limit>(
    {{.member = "DeleteRuleRequest.Name", .min = 1, .max = 64, .pattern = &rule_names},
     {.member = "DescribeRuleRequest.Name", .min = 1, .max = 64, .pattern = &rule_names},
     {.member = "DisableRuleRequest.Name", .min = 1, .max = 64, .pattern = &rule_names},
     {.member = "EnableRuleRequest.Name", .min = 1, .max = 64, .pattern = &rule_names},
     {.member = "PutRuleRequest.Name", .min = 1, .max = 64, .pattern = &rule_names},
     {.member = "Rule", .min = 1, .max = 64, .pattern = &rule_names},
     {.member = "NamePrefix", .min = 1, .max = 64, .pattern = &rule_names},
     {.member = "EventPattern", .max = 4096},
     {.member = "Description", .max = 512},
     {.member = "EventBusName", .min = 1, .max = 1600},
     {.member = "Limit", .min = 1, .max = 100},
     {.member = "NextToken", .min = 1, .max = 2048},
     {.member = "TargetArn", .min = 1, .max = 1600},
     {.member = "Targets", .min = 1, .max = 100},
     {.member = "Target.Id", .min = 1, .max = 64, .pattern = &rule_names},
     {.member = "Target.Arn", .min = 1, .max = 1600},
     {.member = "Input", .max = 8192},
     {.member = "InputPath", .max = 256},
     {.member = "InputTemplate", .min = 1, .max = 8192},
     {.member = "Ids", .min = 1, .max = 100},
     {.member = "Ids[]", .min = 1, .max = 64},
     {.member = "Entries", .min = 1, .max = 10}});

constexpr auto structures = std::to_array<served_structure>(
    {{"Target", "Id Arn Input InputPath InputTransformer"},
     {"InputTransformer", "InputPathsMap InputTemplate"},
     {"PutEventsRequestEntry", "Time Source Resources DetailType Detail EventBusName"}});

// Schedules are not here, nor buses of one's own.
constexpr std::array operations{
    operation{"DeleteRule", "Name EventBusName Force", delete_rule_operation},
    operation{"DescribeRule", "Name EventBusName", describe_rule},
    operation{"DisableRule", "Name EventBusName", disable_rule},
    operation{"EnableRule", "Name EventBusName", enable_rule},
    operation{"ListRuleNamesByTarget", "TargetArn EventBusName NextToken Limit", list_rule_names_by_target},
    operation{"ListRules", "NamePrefix EventBusName NextToken Limit", list_rules},
    operation{"ListTargetsByRule", "Rule EventBusName NextToken Limit", list_targets_by_rule},
    operation{"PutEvents", "Entries", put_events},
    operation{"PutRule", "Name EventPattern State Description EventBusName", put_rule},
    operation{"PutTargets", "Rule EventBusName Targets", put_targets},
    operation{"RemoveTargets", "Rule EventBusName Ids Force", remove_targets},
    operation{"TestEventPattern", "EventPattern Event", test_event_pattern}};

} // namespace

const wire::service& events_service() {
    static constexpr wire::service service{.model = wire::events_model,
                                           .operations = operations,
                                           .validation_code = "ValidationException",
                                           .limits = limits,
                                           .structures = structures};
    return service;
}

} // namespace cruddur::cloud::events
