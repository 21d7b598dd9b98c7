#pragma once

#include "postgres/url.hpp"

namespace cruddur::lambda {

// The database of the function's environment: CONNECTION_URL, or else the secret that CONNECTION_SECRET_ARN
// names. TLS is verified with rds-bundle.pem of the function's own folder where it is there. Throws
// std::runtime_error with what is wrong and what to do, and no password.
[[nodiscard]] postgres::connection_url database_of_environment();

} // namespace cruddur::lambda
