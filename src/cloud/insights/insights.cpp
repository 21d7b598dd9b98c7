#include "cloud/insights/insights.hpp"

#include <array>

namespace cruddur::cloud::insights {

namespace {

using wire::member_limit;
using wire::served_structure;

constexpr std::array<std::string_view, 1> rds_alone{"RDS"};
constexpr std::int64_t queries_max = 15;
constexpr std::int64_t keys_max = 25;

constexpr auto limits =
    std::to_array<member_limit>({{.member = "ServiceType", .values = rds_alone},
                                 {.member = "Identifier", .max = 256},
                                 {.member = "MetricQueries", .min = 1, .max = queries_max},
                                 {.member = "Metric", .min = 1, .max = 256},
                                 {.member = "Metrics", .min = 1, .max = 5},
                                 {.member = "MetricTypes", .min = 1, .max = 5},
                                 {.member = "Group", .min = 1, .max = 256},
                                 {.member = "GroupIdentifier", .min = 1, .max = 256},
                                 {.member = "Dimensions", .min = 1, .max = 10},
                                 {.member = "RequestedDimensions", .min = 1, .max = 10},
                                 {.member = "Limit", .min = 1, .max = keys_max}});

// Of the structures, what is served.
constexpr auto structures = std::to_array<served_structure>(
    {{"DimensionGroup", "Group Dimensions Limit"}, {"MetricQuery", "Metric GroupBy Filter"}});

constexpr std::array operations{
    operation{"DescribeDimensionKeys",
              "ServiceType Identifier StartTime EndTime Metric PeriodInSeconds GroupBy PartitionBy Filter",
              describe_dimension_keys},
    operation{"GetDimensionKeyDetails", "ServiceType Identifier Group GroupIdentifier RequestedDimensions",
              get_dimension_key_details},
    operation{"GetResourceMetadata", "ServiceType Identifier", get_resource_metadata},
    operation{"GetResourceMetrics",
              "ServiceType Identifier MetricQueries StartTime EndTime PeriodInSeconds PeriodAlignment",
              get_resource_metrics},
    operation{"ListAvailableResourceDimensions", "ServiceType Identifier Metrics",
              list_available_resource_dimensions},
    operation{"ListAvailableResourceMetrics", "ServiceType Identifier MetricTypes",
              list_available_resource_metrics}};

} // namespace

const wire::service& insights_service() {
    static constexpr wire::service service{.model = wire::pi_model,
                                           .operations = operations,
                                           .validation_code = "InvalidArgumentException",
                                           .limits = limits,
                                           .structures = structures};
    return service;
}

} // namespace cruddur::cloud::insights
