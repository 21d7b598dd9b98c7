#include "cloud/watch/watch.hpp"

#include <algorithm>
#include <array>

namespace cruddur::cloud::watch {

namespace {

using wire::member_limit;
using wire::served_structure;
using wire::text_pattern;

bool has_no_colon_first(std::string_view text) {
    return !text.starts_with(':');
}

bool is_query_id(std::string_view text) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !text.empty() && text[0] >= 'a' && text[0] <= 'z' && std::ranges::all_of(text, [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
    });
}

constexpr text_pattern namespaces{"[^:].*", has_no_colon_first};
constexpr text_pattern query_ids{"^[a-z][a-zA-Z0-9_]*$", is_query_id};

constexpr std::int64_t page_max = 100;
constexpr auto limits =
    std::to_array<member_limit>({{.member = "Namespace", .min = 1, .max = 255, .pattern = &namespaces},
                                 {.member = "MetricName", .min = 1, .max = 255},
                                 {.member = "MetricData", .min = 1, .max = 1000, .required = true},
                                 {.member = "Dimensions", .max = 30},
                                 {.member = "Name", .min = 1, .max = 255},
                                 {.member = "Dimension.Value", .min = 1, .max = 1024},
                                 {.member = "DimensionFilter.Value", .min = 1, .max = 1024},
                                 {.member = "MetricDatum.Value", .real = true},
                                 {.member = "Values", .max = 150},
                                 {.member = "Values[]", .real = true},
                                 {.member = "Counts", .max = 150},
                                 {.member = "Counts[]", .real = true},
                                 {.member = "SampleCount", .real = true},
                                 {.member = "Sum", .real = true},
                                 {.member = "Minimum", .real = true},
                                 {.member = "Maximum", .real = true},
                                 {.member = "StorageResolution", .min = 1},
                                 {.member = "Period", .min = 1},
                                 {.member = "Statistics", .min = 1, .max = 5},
                                 {.member = "ExtendedStatistics", .min = 1, .max = 10},
                                 {.member = "MetricDataQueries", .min = 1, .max = 500},
                                 {.member = "Id", .min = 1, .max = 255, .pattern = &query_ids},
                                 {.member = "MaxDatapoints", .min = 1, .max = 100'800},
                                 {.member = "AlarmName", .min = 1, .max = 255},
                                 {.member = "AlarmNames", .max = 100},
                                 {.member = "AlarmNames[]", .min = 1, .max = 255},
                                 {.member = "AlarmNamePrefix", .min = 1, .max = 255},
                                 {.member = "ActionPrefix", .min = 1, .max = 1024},
                                 {.member = "AlarmDescription", .max = 1024},
                                 {.member = "OKActions", .max = 5},
                                 {.member = "OKActions[]", .min = 1, .max = 1024},
                                 {.member = "AlarmActions", .max = 5},
                                 {.member = "AlarmActions[]", .min = 1, .max = 1024},
                                 {.member = "InsufficientDataActions", .max = 5},
                                 {.member = "InsufficientDataActions[]", .min = 1, .max = 1024},
                                 {.member = "EvaluationPeriods", .min = 1},
                                 {.member = "DatapointsToAlarm", .min = 1},
                                 {.member = "Threshold", .real = true},
                                 {.member = "TreatMissingData", .min = 1, .max = 255},
                                 {.member = "MaxRecords", .min = 1, .max = page_max},
                                 {.member = "StateReason", .max = 1023},
                                 {.member = "StateReasonData", .max = 4000}});

// Of the structures, what is served.
constexpr auto structures = std::to_array<served_structure>(
    {{"Dimension", "Name Value"},
     {"DimensionFilter", "Name Value"},
     {"Metric", "Namespace MetricName Dimensions"},
     {"MetricDataQuery", "Id MetricStat Label ReturnData"},
     {"MetricDatum",
      "MetricName Dimensions Timestamp Value StatisticValues Values Counts Unit StorageResolution"},
     {"MetricStat", "Metric Period Stat Unit"},
     {"StatisticSet", "SampleCount Sum Minimum Maximum"}});

constexpr std::array operations{
    operation{"DeleteAlarms", "AlarmNames", delete_alarms},
    operation{"DescribeAlarmHistory",
              "AlarmName AlarmTypes HistoryItemType StartDate EndDate MaxRecords NextToken ScanBy",
              describe_alarm_history},
    operation{"DescribeAlarms",
              "AlarmNames AlarmNamePrefix AlarmTypes StateValue ActionPrefix MaxRecords NextToken",
              describe_alarms},
    operation{"DescribeAlarmsForMetric",
              "MetricName Namespace Statistic ExtendedStatistic Dimensions Period Unit",
              describe_alarms_for_metric},
    operation{"DisableAlarmActions", "AlarmNames", disable_alarm_actions},
    operation{"EnableAlarmActions", "AlarmNames", enable_alarm_actions},
    operation{"GetMetricData", "MetricDataQueries StartTime EndTime NextToken ScanBy MaxDatapoints",
              get_metric_data},
    operation{"GetMetricStatistics",
              "Namespace MetricName Dimensions StartTime EndTime Period Statistics ExtendedStatistics Unit",
              get_metric_statistics},
    operation{"ListMetrics", "Namespace MetricName Dimensions NextToken RecentlyActive", list_metrics},
    operation{"PutMetricAlarm",
              "AlarmName AlarmDescription ActionsEnabled OKActions AlarmActions InsufficientDataActions "
              "MetricName Namespace Statistic ExtendedStatistic Dimensions Period Unit EvaluationPeriods "
              "DatapointsToAlarm Threshold ComparisonOperator TreatMissingData",
              put_metric_alarm},
    operation{"PutMetricData", "Namespace MetricData", put_metric_data},
    operation{"SetAlarmState", "AlarmName StateValue StateReason StateReasonData", set_alarm_state}};

} // namespace

const wire::service& watch_service() {
    static constexpr wire::service service{.model = wire::monitoring_model,
                                           .operations = operations,
                                           .title = "CloudWatch",
                                           .xmlns = "http://monitoring.amazonaws.com/doc/2010-08-01/",
                                           .validation_code = "ValidationError",
                                           .limits = limits,
                                           .structures = structures};
    return service;
}

} // namespace cruddur::cloud::watch
