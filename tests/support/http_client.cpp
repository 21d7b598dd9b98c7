#include "support/http_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>

namespace cruddur::test {
namespace {

bool same(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](unsigned char one, unsigned char other) {
        return std::tolower(one) == std::tolower(other);
    });
}

void wait_for(int socket, short events, std::chrono::milliseconds timeout) {
    pollfd waiting{.fd = socket, .events = events, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(timeout.count()));
    if (ready == 0) throw http_error("nothing within the deadline");
}

} // namespace

std::string http_answer::field(std::string_view name) const {
    for (const auto& [key, value] : fields) {
        if (same(key, name)) return value;
    }
    return {};
}

std::string http_answer::list(std::string_view name) const {
    std::string joined;
    for (const auto& [key, value] : fields) {
        if (same(key, name)) joined += (joined.empty() ? "" : ", ") + value;
    }
    return joined;
}

bool http_answer::has(std::string_view name) const {
    return std::ranges::any_of(fields, [&](const auto& each) { return same(each.first, name); });
}

http_client::http_client(std::uint16_t port, std::chrono::milliseconds timeout)
    : timeout_(timeout) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket_ < 0 || ::connect(socket_, reinterpret_cast<const sockaddr*>(&where), sizeof where) < 0)
        throw http_error(std::string("cannot connect: ") + std::strerror(errno));
}

http_client::~http_client() {
    if (socket_ >= 0) ::close(socket_);
}

void http_client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        wait_for(socket_, POLLOUT, timeout_);
        const auto size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size < 0 && errno == EAGAIN) continue;
        if (size < 0) throw http_error(std::string("cannot send: ") + std::strerror(errno));
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
}

bool http_client::fill() {
    wait_for(socket_, POLLIN, timeout_);
    std::array<char, 65'536> bytes;
    const auto size = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (size <= 0) return false;
    received_.append(bytes.data(), static_cast<std::size_t>(size));
    return true;
}

std::string http_client::line() {
    auto end = received_.find("\r\n");
    while (end == std::string::npos) {
        if (!fill()) throw http_error("the connection closed within a line: \"" + received_ + '"');
        end = received_.find("\r\n");
    }
    std::string taken = received_.substr(0, end);
    received_.erase(0, end + 2);
    return taken;
}

std::string http_client::exactly(std::size_t size) {
    while (received_.size() < size) {
        if (!fill()) throw http_error("the connection closed within a body");
    }
    std::string taken = received_.substr(0, size);
    received_.erase(0, size);
    return taken;
}

http_answer http_client::receive(bool to_head) {
    http_answer answer;
    const std::string status = line();
    if (!status.starts_with("HTTP/1.1 ") || status.size() < 12) throw http_error("no status line: " + status);
    answer.status = static_cast<unsigned>(std::stoul(status.substr(9, 3)));
    for (std::string each = line(); !each.empty(); each = line()) {
        const auto colon = each.find(": ");
        if (colon == std::string::npos) throw http_error("no field: " + each);
        answer.fields.emplace_back(each.substr(0, colon), each.substr(colon + 2));
    }
    if (to_head || answer.status == 100 || answer.status == 204 || answer.status == 304) return answer;
    if (same(answer.field("transfer-encoding"), "chunked")) {
        for (auto size = std::stoul(line(), nullptr, 16); size > 0; size = std::stoul(line(), nullptr, 16)) {
            answer.body += exactly(size);
            line();
        }
        line();
    } else {
        answer.body = exactly(std::stoul(answer.field("content-length")));
    }
    return answer;
}

http_answer http_client::request(std::string_view method, std::string_view target, const fields& more,
                                 std::string_view body) {
    std::string bytes;
    bytes.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    for (const auto& [name, value] : more)
        bytes.append(name).append(": ").append(value).append("\r\n");
    if (!body.empty()) bytes.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    bytes.append("\r\n").append(body);
    send(bytes);
    return receive(method == "HEAD");
}

std::string http_client::receive_all() {
    while (fill()) {
    }
    return std::exchange(received_, {});
}

void http_client::finish_sending() {
    ::shutdown(socket_, SHUT_WR);
}

void http_client::reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(socket_, -1));
}

} // namespace cruddur::test
