#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace cruddur::test {

// A TCP gate between a client and a real server, with a thread of its own. Safe to use from any thread.
class gate {
public:
    // Listens on a free port of 127.0.0.1 and leads to the port given there.
    explicit gate(std::uint16_t server_port);
    gate(const gate&) = delete;
    gate& operator=(const gate&) = delete;
    ~gate();

    [[nodiscard]] std::uint16_t port() const;
    // The server's URL, with the gate's port in its place.
    [[nodiscard]] std::string through(const std::string& server_url) const;

    void pass();
    // Silently holds everything that comes in from now on, new connections too: nothing is closed or refused.
    void drop();
    // Lets every piece wait before it goes on.
    void delay(std::chrono::milliseconds by);
    // Ends every connection at once, with a TCP reset.
    void reset();

    [[nodiscard]] std::size_t connections() const; // open now
    [[nodiscard]] std::size_t accepted() const;    // since the beginning

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace cruddur::test
