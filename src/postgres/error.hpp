#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace cruddur::postgres {

// What kind of thing went wrong, which decides what a caller can do about it.
enum class failure {
    usage,      // a malformed connection URL or parameter: nothing was sent
    connect,    // no session could be opened: name, TCP, TLS, authentication or the database's name
    overloaded, // the queue is full: nothing was sent, try again later
    timeout,    // the deadline passed; a statement that had been sent may or may not have run
    stopping,   // the client is being stopped: nothing was sent
    lost,       // the connection died; a statement that had been sent may or may not have run
    server,     // PostgreSQL answered with an error: sqlstate says which
};

// A failure of the database or of the way to it. `message`, `detail` and `context` may quote user input: they
// are for logs and for the operator's terminal, never for a stranger. `sqlstate` is five characters, or empty
// where PostgreSQL gave none. `sent` tells whether the statement can have reached the server.
struct error {
    failure kind = failure::server;
    std::string sqlstate{};
    std::string message{};
    std::string detail{};
    std::string hint{};
    std::string context{};
    std::string constraint{}; // the name of the one that was violated
    int position = 0;         // in characters from 1, within the statement; 0 where unknown
    bool sent = false;

    // The condition name of appendix A of PostgreSQL's manual ("unique_violation"), or "" for an unknown
    // code.
    [[nodiscard]] std::string_view condition() const;
    // The hint of PostgreSQL, or ours for this SQLSTATE, or "": what to do next, in one sentence.
    [[nodiscard]] std::string_view advice() const;
    // One line for logs and terminals: message, (SQLSTATE condition), detail.
    [[nodiscard]] std::string describe() const;
};

template<class T>
using result = boost::system::result<T, error>;

// result::value(), where a caller has decided that a failure is exceptional, throws std::runtime_error:
// what() is describe().
[[noreturn]] void throw_exception_from_error(const error& failed, const boost::source_location& where);

} // namespace cruddur::postgres
