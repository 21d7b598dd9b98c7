#pragma once

#include "cloud/wire/call.hpp"
#include "http/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string_view>

namespace cruddur::cloud::wire {

// One request to a path that is none of AWS's operations: a pool's keys, and plain pages. The path's
// parameters are decoded, in from.parameters. A refusal that it throws is answered as REST-JSON has it.
struct web_call : call {
    const http::request& from;
};

struct web_route {
    enum class access : std::uint8_t {
        credentials, // signed, where signatures are required
        visitors,    // the same, and a page that people come to from anywhere, by a link
        documents,   // unsigned, and a page that people come to from anywhere, by a link
        programs,    // unsigned, but not for pages of others
        everyone,    // unsigned, and pages of any loopback origin may read it
    };

    http::verb method;
    std::string_view pattern; // as http::router takes it
    access open_to;
    boost::asio::awaitable<http::response> (*run)(const web_call&);
};

} // namespace cruddur::cloud::wire
