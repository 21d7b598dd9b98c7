#pragma once

#include "postgres/libpq.hpp"
#include "postgres/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace cruddur::postgres {

struct connect_options {
    std::chrono::milliseconds connect_timeout{5'000}; // for each host, its name's resolution included
    std::chrono::milliseconds statement_timeout{0};   // set on the server; 0 leaves the server's own
    std::string application_name = "cruddur";         // where the URL names none
    // Whether the server may compile a statement that it takes for a dear one. It takes longer than most run:
    // a search of 1 ms took 130 ms.
    bool just_in_time = true;
};

// Opens a session without blocking the loop: names are resolved by Asio, and every host of the URL is tried
// as libpq tries them (target_session_attrs), but one that does not answer within connect_timeout is left out
// and the others are tried. Returns a connection in pipeline mode and non-blocking. Cancelling it (terminal)
// ends the attempt.
boost::asio::awaitable<result<connection_ptr>> connect(boost::asio::any_io_executor executor,
                                                       connection_url url, connect_options options);

} // namespace cruddur::postgres
