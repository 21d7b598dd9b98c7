#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::test {

// What came back, its body decoded from chunks but not from its content encoding.
struct http_answer {
    unsigned status = 0;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;

    // The first field of that name, case-insensitively, or "".
    [[nodiscard]] std::string field(std::string_view name) const;
    // Every field of that name, as one list.
    [[nodiscard]] std::string list(std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const;
};

// Nothing came within the deadline, the connection closed, or what came was not HTTP.
class http_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// A blocking client on one connection to loopback: raw bytes in, answers out. Every wait has the deadline
// given.
class http_client {
public:
    using fields = std::vector<std::pair<std::string, std::string>>;

    explicit http_client(std::uint16_t port, std::chrono::milliseconds timeout = std::chrono::seconds{30});
    http_client(http_client&& other) noexcept
        : socket_(std::exchange(other.socket_, -1))
        , timeout_(other.timeout_)
        , received_(std::move(other.received_)) {}
    http_client& operator=(http_client&&) = delete;
    ~http_client();

    void send(std::string_view bytes);
    // Reads one answer; that of HEAD has no body. Interim answers (100) are returned as they come.
    http_answer receive(bool to_head = false);
    // Sends a request with Host and, where there is a body, Content-Length, and reads its answer.
    http_answer request(std::string_view method, std::string_view target, const fields& more = {},
                        std::string_view body = {});
    http_answer get(std::string_view target, const fields& more = {}) { return request("GET", target, more); }

    // Everything until the peer closes, which it must within the deadline; a reset counts as closing.
    std::string receive_all();
    // Whether the peer closes within the deadline, with nothing more to read.
    bool closed() { return receive_all().empty(); }
    void finish_sending(); // half-closes
    void reset();          // closes with RST
    [[nodiscard]] int descriptor() const { return socket_; }

private:
    bool fill(); // false at the end of input
    std::string line();
    std::string exactly(std::size_t size);

    int socket_ = -1;
    std::chrono::milliseconds timeout_;
    std::string received_;
};

} // namespace cruddur::test
