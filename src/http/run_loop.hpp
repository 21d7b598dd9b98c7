#pragma once

#include <string_view>

namespace boost::asio {
class io_context;
}

namespace cruddur::http {

// Runs the loop until it is stopped or has nothing left to do. A handler that throws ends nothing but itself:
// what it threw is logged under the loop's name, and the loop goes on.
void run_loop(boost::asio::io_context& loop, std::string_view name);

} // namespace cruddur::http
