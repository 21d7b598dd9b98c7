#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace cruddur::cloud::sign_in {

struct bind_verdict {
    bool admitted = false;
    std::string reason; // for the server's log, where it is not
};

struct ldap_responder_params {
    // Whether a server of ours runs as that user: nobody else is heard.
    std::function<bool(uid_t)> is_server;
    // Whether the password is that name's. What it throws is a refusal.
    std::function<bind_verdict(const std::string& name, const std::string& password)> judge;
    std::size_t sessions_max = 64; // at a time; others wait until one of them is over
    std::chrono::milliseconds session_timeout{10'000};
};

// Answers PostgreSQL's authentication method `ldap`, by which a server has somebody else judge a password: a
// listener on loopback that speaks of LDAP what a simple bind needs. Who connects as another user of this
// machine than the servers run as is turned away before anything is read. On the executor's loop, which
// `judge` must not block, and which outlives it.
class ldap_responder {
public:
    // Listens, on a port that is free. Throws boost::system::system_error.
    ldap_responder(const boost::asio::any_io_executor& loop, ldap_responder_params params);
    ldap_responder(const ldap_responder&) = delete;
    ldap_responder& operator=(const ldap_responder&) = delete;
    ~ldap_responder(); // stop()

    [[nodiscard]] std::uint16_t port() const;
    // Takes no more sessions, and ends those that there are.
    void stop();

private:
    struct state;
    std::shared_ptr<state> state_;
};

} // namespace cruddur::cloud::sign_in
