#include "lambda/http_connection.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

namespace cruddur::lambda {

namespace {

namespace beast_http = boost::beast::http;
using steady = std::chrono::steady_clock;

// An event is 6 MiB at most.
constexpr std::uint64_t body_bytes_max = 8ULL * 1024 * 1024;

class closed_before_answer : public network_error {
    using network_error::network_error;
};

volatile std::sig_atomic_t termination_asked = 0;

void ask_for_termination(int) {
    termination_asked = 1;
}

[[noreturn]] void fail(std::string_view act) {
    throw network_error{fmt::format("{}: {}", act, std::strerror(errno))};
}

[[noreturn]] void fail_tls(const std::string& host) {
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    throw network_error{fmt::format("TLS with {}: {}", host, text.data())};
}

struct addresses {
    addresses(const std::string& host, const std::string& port) {
        const addrinfo hints{.ai_flags = AI_ADDRCONFIG,
                             .ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_protocol = 0,
                             .ai_addrlen = 0,
                             .ai_addr = nullptr,
                             .ai_canonname = nullptr,
                             .ai_next = nullptr};
        if (const int failed = getaddrinfo(host.c_str(), port.c_str(), &hints, &first); failed != 0)
            throw network_error{
                fmt::format("the name {} cannot be resolved: {}", host, gai_strerror(failed))};
    }
    addresses(const addresses&) = delete;
    addresses& operator=(const addresses&) = delete;
    ~addresses() { freeaddrinfo(first); }

    addrinfo* first = nullptr;
};

std::string header_of(const http_request& request, std::string_view host, std::string_view port) {
    std::string out = fmt::format("{} {} HTTP/1.1\r\nHost: {}{}{}\r\nContent-Length: {}\r\n", request.method,
                                  request.target, host, port == "443" ? "" : ":", port == "443" ? "" : port,
                                  request.body.size());
    for (const auto& [name, value] : request.fields)
        out += fmt::format("{}: {}\r\n", name, value);
    return out + "\r\n";
}

} // namespace

std::string http_answer::field(std::string_view name) const {
    for (const auto& [key, value] : fields) {
        if (boost::iequals(key, name)) return value;
    }
    return {};
}

http_connection::http_connection(std::string host, std::string port, std::optional<std::string> ca_file)
    : host_{std::move(host)}
    , port_{std::move(port)}
    , ca_file_{std::move(ca_file)} {
    struct sigaction action {};
    action.sa_handler = ask_for_termination;
    ::sigaction(SIGTERM, &action, nullptr);
}

http_connection::~http_connection() {
    disconnect();
    SSL_CTX_free(tls_context_);
}

void http_connection::disconnect() {
    SSL_free(tls_);
    tls_ = nullptr;
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

void http_connection::wait(short events, deadline until) const {
    for (;;) {
        pollfd one{socket_, events, 0};
        int ready = 0;
        if (!until) {
            sigset_t mask;
            ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
            ::sigdelset(&mask, SIGTERM); // let in here alone, so that it cannot come between check and wait
            ready = ::ppoll(&one, 1, nullptr, &mask);
            if (termination_asked != 0) throw stopped{};
        } else {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - steady::now());
            if (left.count() <= 0) throw network_error{fmt::format("no answer from {} in time", host_)};
            ready = ::poll(&one, 1, static_cast<int>(left.count()));
        }
        if (ready > 0) return;
        if (ready < 0 && errno != EINTR) fail("poll");
    }
}

void http_connection::connect(deadline until) {
    const addresses found{host_, port_};
    std::string why = "no address";
    for (const addrinfo* one = found.first; one != nullptr; one = one->ai_next) {
        socket_ = ::socket(one->ai_family, one->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (socket_ < 0) fail("socket");
        int failed = ::connect(socket_, one->ai_addr, one->ai_addrlen) == 0 ? 0 : errno;
        if (failed == EINPROGRESS) {
            wait(POLLOUT, until);
            socklen_t size = sizeof failed;
            ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &failed, &size);
        }
        if (failed == 0) {
            const int on = 1;
            ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            if (ca_file_) start_tls(until);
            return;
        }
        why = std::strerror(failed);
        disconnect();
    }
    throw network_error{fmt::format("{} port {} cannot be reached: {}", host_, port_, why)};
}

void http_connection::start_tls(deadline until) {
    if (tls_context_ == nullptr) {
        tls_context_ = SSL_CTX_new(TLS_client_method());
        if (tls_context_ == nullptr ||
            SSL_CTX_load_verify_locations(tls_context_, ca_file_->c_str(), nullptr) != 1)
            fail_tls(host_);
        SSL_CTX_set_min_proto_version(tls_context_, TLS1_2_VERSION);
        SSL_CTX_set_verify(tls_context_, SSL_VERIFY_PEER, nullptr);
    }
    tls_ = SSL_new(tls_context_);
    if (tls_ == nullptr || SSL_set_fd(tls_, socket_) != 1 || SSL_set1_host(tls_, host_.c_str()) != 1 ||
        SSL_ctrl(tls_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host_.data()) != 1)
        fail_tls(host_);
    for (int done = SSL_connect(tls_); done != 1; done = SSL_connect(tls_))
        wait_for_tls(done, until);
}

void http_connection::wait_for_tls(int result, deadline until) {
    switch (SSL_get_error(tls_, result)) {
    case SSL_ERROR_WANT_READ:
        wait(POLLIN, until);
        return;
    case SSL_ERROR_WANT_WRITE:
        wait(POLLOUT, until);
        return;
    default:
        fail_tls(host_);
    }
}

void http_connection::write(std::string_view bytes, deadline until) {
    while (!bytes.empty()) {
        ssize_t sent = 0;
        if (tls_ != nullptr) {
            sent = SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()));
            if (sent <= 0) wait_for_tls(static_cast<int>(sent), until);
        } else {
            sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
                throw closed_before_answer{host_ + " closed the connection"};
            if (sent < 0 && errno != EAGAIN && errno != EINTR) fail("sending");
            if (sent < 0) wait(POLLOUT, until);
        }
        if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

// 0 at the end of input.
std::size_t http_connection::read(char* into, std::size_t size, deadline until) {
    for (;;) {
        if (tls_ != nullptr) {
            const int got = SSL_read(tls_, into, static_cast<int>(size));
            if (got > 0) return static_cast<std::size_t>(got);
            if (SSL_get_error(tls_, got) == SSL_ERROR_ZERO_RETURN) return 0;
            wait_for_tls(got, until);
        } else {
            const ssize_t got = ::recv(socket_, into, size, 0);
            if (got >= 0) return static_cast<std::size_t>(got);
            if (errno == ECONNRESET) return 0;
            if (errno != EAGAIN && errno != EINTR) fail("reading");
            wait(POLLIN, until);
        }
    }
}

http_answer http_connection::receive(deadline until) {
    beast_http::response_parser<beast_http::string_body> parser;
    parser.body_limit(body_bytes_max);
    parser.eager(true);
    std::string pending;
    std::array<char, 16'384> part{};
    boost::system::error_code failed;
    while (!parser.is_done()) {
        const std::size_t got = read(part.data(), part.size(), until);
        if (got == 0 && !parser.got_some()) throw closed_before_answer{host_ + " closed the connection"};
        if (got == 0) {
            parser.put_eof(failed);
            if (failed || !parser.is_done())
                throw network_error{fmt::format("{} closed before its answer was whole", host_)};
            break;
        }
        pending.append(part.data(), got);
        const std::size_t used = parser.put(boost::asio::buffer(pending), failed);
        if (failed && failed != beast_http::error::need_more)
            throw network_error{fmt::format("{} did not answer in HTTP: {}", host_, failed.message())};
        pending.erase(0, used);
    }
    http_answer out;
    out.status = parser.get().result_int();
    for (const auto& one : parser.get())
        out.fields.emplace_back(one.name_string(), one.value());
    out.body = std::move(parser.get().body());
    if (!parser.keep_alive()) disconnect();
    return out;
}

http_answer http_connection::exchange(const http_request& request, deadline until) {
    const bool kept = socket_ >= 0;
    try {
        if (!kept) connect(until);
        write(header_of(request, host_, port_), until);
        write(request.body, until);
        return receive(until);
    } catch (const closed_before_answer&) {
        disconnect();
        if (!kept) throw;
    } catch (...) {
        disconnect();
        throw;
    }
    // The peer had closed the kept connection, and has not seen the request.
    return exchange(request, until);
}

} // namespace cruddur::lambda
