#include "cloud/door/services.hpp"

#include "cloud/cognito/cognito.hpp"
#include "cloud/door/local_web.hpp"
#include "cloud/ec2/ec2.hpp"
#include "cloud/lambda/lambda.hpp"
#include "cloud/logs/logs.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/sts/sts.hpp"

#include <array>

namespace cruddur::cloud::door {

wire::service_list all_services() {
    static const std::array all{
        wire::service_tables{.query = &ec2::ec2_service(), .model = &wire::ec2_model},
        wire::service_tables{.query = &rds::rds_service(), .model = &wire::rds_model},
        wire::service_tables{.query = &sts::sts_service(), .model = &wire::sts_model},
        wire::service_tables{.json = &cognito::cognito_service(),
                             .routes = cognito::cognito_web_routes(),
                             .model = &wire::cognito_idp_model},
        wire::service_tables{.json = &logs::logs_service(), .model = &wire::logs_model},
        wire::service_tables{
            .routes = lambda::lambda_routes(), .routes_scope = "lambda", .model = &wire::lambda_model},
        wire::service_tables{.routes = local_web_routes()},
    };
    return all;
}

ground::migration_list all_migrations() {
    static const std::array all{ground::tag_migrations(),      ec2::ec2_migrations(),
                                logs::log_migrations(),        lambda::lambda_migrations(),
                                cognito::cognito_migrations(), fleet::fleet_migrations()};
    return all;
}

} // namespace cruddur::cloud::door
