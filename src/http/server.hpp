#pragma once

#include "http/limits.hpp"
#include "http/message.hpp"
#include "http/router.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cruddur::http {

// Among the allowed origins, it allows every one.
inline constexpr std::string_view any_origin = "*";

// A finished request, for logs and metrics: one event feeds both. Views live during the call only.
struct exchange {
    const request& what;
    std::string_view route; // as registered ("/api/activities/:uuid"), or "" where none matched
    unsigned status;
    std::size_t body_bytes;
    std::chrono::nanoseconds duration; // from the header's arrival to the last byte written
};

struct server_params {
    std::string host = "127.0.0.1";
    std::uint16_t port = 4567; // 0 asks for a free one
    // The port is that of another loop's server of this program: it may be listened on already. Otherwise,
    // although SO_REUSEPORT would let two programs share it, a port that is taken is refused.
    bool shares_port = false;
    limits limit;
    // Listens on ::1 too where `host` is 127.0.0.1 or localhost: for many programs localhost is ::1 first.
    // Not an error where there is no ::1, nor where the port is taken there, which is logged.
    bool both_loopbacks = false;
    std::vector<std::string> allowed_origins; // exact origins of CORS, or any_origin
    // Whose request it is where a proxy passed it on: the client's address, or "" for the connection's. May
    // be empty.
    std::function<std::string(const request&)> client;
    // Judges each request before it is routed, and answers those that it does not let in. May be empty.
    shortcut admit;
    // Words what the server itself refuses: no such path or method, too large, malformed, too late. Empty is
    // the contract's list of one code. The request may have been read in part, and its body not at all.
    std::function<response(const request&, unsigned status)> refuse;
    std::function<void(const exchange&)> observe;
    // Asked for each connection, by its descriptor, before anything of it is read; one that it refuses is
    // closed at once. It must not throw. Unset, it admits all.
    std::function<bool(int connection)> admits;
};

// The HTTP/1.1 server of one event loop. Not thread-safe: call it on its loop's thread. It may be destroyed
// while handlers are suspended: their connections close, their answers go nowhere.
class server {
public:
    server(boost::asio::io_context& loop, server_params params, std::shared_ptr<const router> routes);
    ~server();

    // Listens (SO_REUSEPORT, so that each loop has its own acceptor) and begins to accept. Throws
    // boost::system::system_error when the address is taken or not ours. Returns the port bound.
    std::uint16_t start();
    // Stops accepting, answers what is in flight with "Connection: close", closes idle connections, and
    // completes when the last connection is gone or drain_timeout has passed.
    boost::asio::awaitable<void> stop();

    [[nodiscard]] std::size_t connections() const;

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

} // namespace cruddur::http
