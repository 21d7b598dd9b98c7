#pragma once

#include "cloud/json_protocol.hpp"
#include "cloud/operation.hpp"
#include "cloud/web.hpp"

#include <span>
#include <string_view>

namespace cruddur::cloud {

// The tables of the services that do not speak the query protocol, and of the paths beside them.
[[nodiscard]] const json_service& cognito_service();
[[nodiscard]] std::span<const web_route> cognito_web_routes();
[[nodiscard]] std::span<const web_route> lambda_routes();    // REST-JSON of 2015-03-31
[[nodiscard]] std::span<const web_route> local_web_routes(); // what AWS has elsewhere, or not at all
[[nodiscard]] const json_service& logs_service();            // CloudWatch Logs

// All that local AWS answers, but for the preflight of "/": who routes, and who tests all of it, reads it
// here.
using query_service_table = const query_service& (*)();
using json_service_table = const json_service& (*)();
struct web_table {
    std::string_view scope; // of the credentials that its routes take; "" takes any
    std::span<const web_route> (*routes)();
};
[[nodiscard]] std::span<const query_service_table> all_query_services();
[[nodiscard]] std::span<const json_service_table> all_json_services();
[[nodiscard]] std::span<const web_table> all_web_tables();

} // namespace cruddur::cloud
