#include "cloud/door/services.hpp"

#include "cloud/cognito/cognito.hpp"
#include "cloud/door/console.hpp"
#include "cloud/door/local_web.hpp"
#include "cloud/ec2/ec2.hpp"
#include "cloud/events/events.hpp"
#include "cloud/iam/iam.hpp"
#include "cloud/insights/insights.hpp"
#include "cloud/kms/kms.hpp"
#include "cloud/lambda/lambda.hpp"
#include "cloud/logs/logs.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/rds/rds_records.hpp"
#include "cloud/secrets/secrets.hpp"
#include "cloud/sts/sts.hpp"
#include "cloud/trail/trail.hpp"
#include "cloud/watch/watch.hpp"

#include <array>

namespace cruddur::cloud::door {

wire::service_list all_services() {
    static const std::array all{
        wire::service_tables{.operations = &ec2::ec2_service()},
        wire::service_tables{.operations = &rds::rds_service()},
        wire::service_tables{.operations = &sts::sts_service()},
        wire::service_tables{.operations = &iam::iam_service()},
        wire::service_tables{.operations = &iam::organizations_service()},
        wire::service_tables{.operations = &cognito::cognito_service(),
                             .routes = cognito::cognito_web_routes()},
        wire::service_tables{.operations = &logs::logs_service()},
        wire::service_tables{.operations = &watch::watch_service()},
        wire::service_tables{.operations = &insights::insights_service()},
        wire::service_tables{.operations = &kms::kms_service()},
        wire::service_tables{.operations = &secrets::secrets_service()},
        wire::service_tables{.operations = &trail::trail_service()},
        wire::service_tables{.operations = &events::events_service()},
        wire::service_tables{.operations = &lambda::lambda_service(), .routes = lambda::lambda_web_routes()},
        wire::service_tables{.routes = local_web_routes()},
        wire::service_tables{.routes = console_web_routes()},
    };
    return all;
}

ground::migration_list all_migrations() {
    static const std::array all{
        ground::tag_migrations(),    ec2::ec2_migrations(),         logs::log_migrations(),
        lambda::lambda_migrations(), cognito::cognito_migrations(), fleet::fleet_migrations(),
        rds::rds_migrations(),       kms::kms_migrations(),         secrets::secret_migrations(),
        iam::iam_migrations(),       trail::trail_migrations(),     events::event_migrations(),
        watch::watch_migrations()};
    return all;
}

} // namespace cruddur::cloud::door
