#pragma once

#include "app/door/service.hpp"
#include "http/limits.hpp"

namespace cruddur::app::door {

// The limits of one loop's HTTP server, of `threads` loops, by what RLIMIT_NOFILE leaves beside what is open
// now and what the database, the tokens' keys and the loops themselves will want: strangers' connections
// never take those. Throws start_error where too little is left to serve anybody.
[[nodiscard]] http::limits http_limits_of(const service_params& params, unsigned threads);

} // namespace cruddur::app::door
