#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct ssl_st;
struct ssl_ctx_st;

namespace cruddur::lambda {

// The peer cannot be reached, closed, was too slow, or did not speak HTTP.
class network_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The wait was ended by a signal that asks the process to stop.
class stopped : public std::exception {};

using field_list = std::vector<std::pair<std::string, std::string>>;

struct http_answer {
    unsigned status = 0;
    field_list fields;
    std::string body;

    // The first field of that name, case-insensitively, or "".
    [[nodiscard]] std::string field(std::string_view name) const;
};

struct http_request {
    std::string_view method;
    std::string_view target;
    field_list fields; // beside Host and Content-Length
    std::string_view body;
};

// A blocking HTTP/1.1 client of one origin that keeps its connection between requests. No thread safety.
class http_connection {
public:
    using deadline = std::optional<std::chrono::steady_clock::time_point>;

    // `ca_file`: TLS, verified against this bundle and the host's name; without it, none.
    http_connection(std::string host, std::string port, std::optional<std::string> ca_file = {});
    http_connection(const http_connection&) = delete;
    http_connection& operator=(const http_connection&) = delete;
    ~http_connection();

    // Sends a request and reads its answer, on a new connection where there is none. Without a deadline it
    // waits for as long as it takes, and SIGTERM, which the process blocks otherwise, ends the wait with
    // `stopped`. Throws network_error; the connection is closed then.
    http_answer exchange(const http_request& request, deadline until);

private:
    void connect(deadline until);
    void start_tls(deadline until);
    void wait(short events, deadline until) const;
    void wait_for_tls(int result, deadline until);
    void write(std::string_view bytes, deadline until);
    std::size_t read(char* into, std::size_t size, deadline until);
    http_answer receive(deadline until);
    void disconnect();

    std::string host_;
    std::string port_;
    std::optional<std::string> ca_file_;
    int socket_ = -1;
    ssl_ctx_st* tls_context_ = nullptr;
    ssl_st* tls_ = nullptr;
};

} // namespace cruddur::lambda
