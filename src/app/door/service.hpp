#pragma once

#include "app/ground/rate_limiter.hpp"
#include "http/static_file.hpp"
#include "postgres/url.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace cruddur::app::door {

using ground::rate_limits;

// Whose tokens are taken. With an empty issuer no token is: every route that wants one answers 401.
struct token_params {
    std::string issuer;    // https://cognito-idp.REGION.amazonaws.com/POOL
    std::string client_id; // the app client's
    std::string jwks;      // a URL or a file's path; "" means issuer + /.well-known/jwks.json
    std::string ca_file;   // roots for an https URL; "" means the system's
};

// Where people sign up and in, as the page is told. With an empty id they cannot.
struct user_pool {
    std::string region;
    std::string id;
    std::string client_id;
    std::string endpoint; // of Cognito, where browsers reach it: an origin, without a slash at its end
};

// What an operator can set. The defaults are what `cruddur serve` runs with.
struct service_params {
    postgres::connection_url database;
    std::string host = "127.0.0.1";
    std::uint16_t port = 4567; // 0 asks for a free one
    // Where /metrics is, on a listener of its own that programs of this machine alone may ask; 0 is a free
    // port.
    std::optional<std::uint16_t> metrics_port;
    std::string metrics_host = "127.0.0.1";
    unsigned threads = 0; // event loops; 0 means one a core
    bool snapshot = true;
    token_params tokens;
    user_pool sign_in;
    rate_limits rates;
    std::string trusted_proxies;              // as identity::client_address takes them
    std::vector<std::string> allowed_origins; // exact origins of CORS; "*" is any
    std::size_t descriptors_kept =
        0; // of RLIMIT_NOFILE, for others in this program; at most half of what is left
    std::span<const http::static_file> page; // answers what is no route; empty serves the API alone
    std::size_t connections_max = 16;        // to the database, of all loops together; two a loop at least
    std::size_t queue_max = 512;             // statements waiting for a connection, of all loops together
    std::chrono::milliseconds query_timeout{5'000};
    std::chrono::milliseconds slow{1'000}; // a request that takes longer is logged as a warning
    bool log_requests = false;             // every request, not only slow ones and failures
};

// The address could not be listened on, the key set's file could not be read, or the trusted proxies are
// none. The text is for the operator.
class start_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// What is wrong with a list of trusted proxies, for the operator; "" where nothing is.
[[nodiscard]] std::string trusted_proxies_error(const std::string& list);

// The API and the page: an event loop a thread, each with its own HTTP server and its own connections to the
// database, and one listener that learns of other nodes' writes. It starts without its database: /readyz
// answers 503 until the database is there, and again while it is gone. Its methods may be called from any one
// thread.
class service {
public:
    explicit service(service_params params);
    ~service(); // stop()

    // Binds and begins to serve, on threads of its own. Throws start_error. Returns the port bound.
    std::uint16_t start();
    // The port that /metrics is on, while it serves; 0 without one.
    [[nodiscard]] std::uint16_t metrics_port() const;
    // Stops accepting, answers what is in flight, closes, and joins the threads: at most about ten seconds.
    // It is not an error to stop twice, or what never started.
    void stop();

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

} // namespace cruddur::app::door
