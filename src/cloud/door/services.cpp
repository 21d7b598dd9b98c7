#include "cloud/door/services.hpp"

#include "cloud/cognito/cognito.hpp"
#include "cloud/door/local_web.hpp"
#include "cloud/ec2/ec2.hpp"
#include "cloud/lambda/lambda.hpp"
#include "cloud/logs/logs.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/sts/sts.hpp"

#include <array>

namespace cruddur::cloud {

service_list all_services() {
    static const std::array all{
        service_tables{.query = &ec2_service()},
        service_tables{.query = &rds_service()},
        service_tables{.query = &sts_service()},
        service_tables{.json = &cognito_service(), .routes = cognito_web_routes()},
        service_tables{.json = &logs_service()},
        service_tables{.routes = lambda_routes(), .routes_scope = "lambda"},
        service_tables{.routes = local_web_routes()},
    };
    return all;
}

migration_list all_migrations() {
    static const std::array all{tag_migrations(),    ec2_migrations(),     log_migrations(),
                                lambda_migrations(), cognito_migrations(), fleet_migrations()};
    return all;
}

} // namespace cruddur::cloud
