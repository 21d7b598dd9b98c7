#include "cloud/trail/trail.hpp"

#include <array>

namespace cruddur::cloud::trail {

namespace {

using wire::operation;
using wire::served_structure;

constexpr auto structures =
    std::to_array<served_structure>({{"LookupAttribute", "AttributeKey AttributeValue"}});

// What there is no S3, SNS or digest for is not here.
constexpr std::array operations{
    operation{"CreateTrail",
              "Name S3BucketName S3KeyPrefix IncludeGlobalServiceEvents IsMultiRegionTrail "
              "CloudWatchLogsLogGroupArn CloudWatchLogsRoleArn",
              create_trail},
    operation{"DeleteTrail", "Name", delete_trail_operation},
    operation{"DescribeTrails", "trailNameList includeShadowTrails", describe_trails},
    operation{"GetTrail", "Name", get_trail},
    operation{"GetTrailStatus", "Name", get_trail_status},
    operation{"ListTrails", "NextToken", list_trails},
    operation{"LookupEvents", "LookupAttributes StartTime EndTime MaxResults NextToken", lookup_events},
    operation{"StartLogging", "Name", start_logging},
    operation{"StopLogging", "Name", stop_logging},
    operation{"UpdateTrail",
              "Name S3BucketName S3KeyPrefix IncludeGlobalServiceEvents IsMultiRegionTrail "
              "CloudWatchLogsLogGroupArn CloudWatchLogsRoleArn",
              update_trail}};

} // namespace

const wire::service& trail_service() {
    static constexpr wire::service service{.model = wire::cloudtrail_model,
                                           .operations = operations,
                                           .validation_code = "ValidationException",
                                           .structures = structures};
    return service;
}

} // namespace cruddur::cloud::trail
