#include "cloud/services.hpp"

#include <array>

namespace cruddur::cloud {

std::span<const query_service_table> all_query_services() {
    static constexpr std::array all{ec2_service, rds_service, sts_service};
    return all;
}

std::span<const json_service_table> all_json_services() {
    static constexpr std::array all{cognito_service, logs_service};
    return all;
}

std::span<const web_table> all_web_tables() {
    static constexpr std::array all{web_table{"", cognito_web_routes}, web_table{"lambda", lambda_routes},
                                    web_table{"", local_web_routes}};
    return all;
}

} // namespace cruddur::cloud
