#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace cruddur::cloud::fleet {

// A gate cannot listen where it should. The text is for the operator.
class gate_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct gate_peer {
    std::string address; // "203.0.113.7"
    std::uint16_t port = 0;
    int connection = -1; // its socket's descriptor, lent for the call
};

struct gate_verdict {
    bool admitted = false;
    std::string reason; // for the log, where it is not
};

struct gate_params {
    std::string name;           // of the instance, for the log
    std::string address;        // one of 127.0.0.0/8
    std::uint16_t port = 5'432; // 0 takes a free one
    // Asked for each connection, on the loop's thread, so it must not block, nor call the gate. What it
    // throws is a refusal.
    std::function<gate_verdict(const gate_peer&)> judge;
    std::size_t held_max = 32;              // not admitted and hanging; the oldest is dropped for more
    std::size_t waiting_max = 256;          // admitted, and the server not there; one more is reset
    std::chrono::milliseconds wait{10'000}; // of an admitted one, for the server; then it is reset
};

// Since the gate was made; `held` and `waiting` are now.
struct gate_counts {
    std::uint64_t admitted = 0;
    std::uint64_t dropped = 0; // not admitted
    std::uint64_t failed = 0;  // admitted, but the server did not take it in time
    std::size_t held = 0;
    std::size_t waiting = 0;
};

// The one thread on which all gates of a process work. It outlives them.
class gate_loop {
public:
    gate_loop();
    gate_loop(const gate_loop&) = delete;
    gate_loop& operator=(const gate_loop&) = delete;
    ~gate_loop();

private:
    friend class gate;
    struct state;
    std::unique_ptr<state> state_;
};

// The door of an instance: it accepts each connection on the endpoint's address, has it judged, and hands the
// admitted ones over to PostgreSQL itself (cluster::server, `takes_handovers`), which then has the client's
// own TCP connection: nothing stands between the two, it sees the true peer, and TLS is theirs. A peer that
// is not admitted hangs: nothing is read or answered. Rules hold from the next connection on. The server
// needs no TCP port of its own, so that nobody reaches it around its gate. Made closed: connections are
// refused. Safe to use from any thread but the loop's; each call is done when it returns.
class gate {
public:
    // Takes the address and port, for as long as it lives. Throws gate_error.
    gate(gate_loop& loop, gate_params params);
    gate(const gate&) = delete;
    gate& operator=(const gate&) = delete;
    ~gate(); // closes what hangs and what waits; connections handed over are the server's, and live on

    [[nodiscard]] std::uint16_t port() const;

    // Leads new connections, and those that wait, to this server (cluster::server::handover_socket) from now
    // on. A server that is not there yet, or no more, is tried again until the connection's wait is over.
    // Connections handed over before stay where they are: they end with their server.
    void open(const std::filesystem::path& handover_socket);
    // Lets connections come and wait, for a server that is about to be there: a failover.
    void pause();
    // Refuses connections, as a stopped instance does; resets those that wait or hang.
    void close();

    [[nodiscard]] gate_counts counts() const;

private:
    struct state;
    template<class Change>
    void run(Change what) const;

    std::shared_ptr<state> state_;
};

} // namespace cruddur::cloud::fleet
