#pragma once

#include "cloud/json_protocol.hpp"
#include "cloud/web.hpp"

#include <span>

namespace cruddur::cloud {

// The tables of the services that do not speak the query protocol, and of the paths beside them.
[[nodiscard]] const json_service& cognito_service();
[[nodiscard]] std::span<const web_route> cognito_web_routes();
[[nodiscard]] std::span<const web_route> lambda_routes(); // REST-JSON of 2015-03-31
[[nodiscard]] const json_service& logs_service();         // CloudWatch Logs

} // namespace cruddur::cloud
