#pragma once

#include "cloud/wire/call_record.hpp"
#include "http/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cruddur::cloud::wire {

// One request to a path of its own, where it is the path that names the operation: AWS's REST-JSON protocol,
// and plain pages. The path's parameters are decoded, in from.parameters. A refusal that it throws becomes
// the protocol's error document.
struct web_call : call_record {
    const http::request& from;
};

struct web_route {
    enum class access : std::uint8_t {
        credentials, // signed, where signatures are required
        visitors,    // the same, and a page that people come to from anywhere, by a link
        programs,    // unsigned, but not for pages of others
        everyone,    // unsigned, and pages of any loopback origin may read it
    };

    http::verb method;
    std::string_view pattern; // as http::router takes it
    access open_to;
    boost::asio::awaitable<http::response> (*run)(const web_call&);
    std::size_t body_bytes_max = 0; // 0 is the endpoint's own
};

} // namespace cruddur::cloud::wire
