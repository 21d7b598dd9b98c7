#include "database/probe.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <future>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

namespace cruddur::database {
namespace {

resolution look_up(const std::string& host, const std::string& port) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    resolution out;
    if (const int failed = getaddrinfo(host.c_str(), port.c_str(), &wanted, &list); failed != 0) {
        out.failure = gai_strerror(failed);
        return out;
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{list, &freeaddrinfo};
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        address one;
        std::memcpy(&one.storage, entry->ai_addr, entry->ai_addrlen);
        one.size = entry->ai_addrlen;
        std::array<char, NI_MAXHOST> text{};
        if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0,
                        NI_NUMERICHOST) == 0)
            one.text = text.data();
        out.found.push_back(std::move(one));
    }
    return out;
}

connection_attempt outcome_of(int code) {
    if (code == 0) return {reachability::open, {}};
    const auto words = std::generic_category().message(code);
    if (code == ECONNREFUSED) return {reachability::refused, words};
    return {code == ETIMEDOUT ? reachability::silent : reachability::failed, words};
}

} // namespace

resolution resolve(const std::string& host, const std::string& port, std::chrono::milliseconds timeout) {
    // Shared with the thread, which may outlive this call: getaddrinfo cannot be interrupted.
    auto promised = std::make_shared<std::promise<resolution>>();
    auto found = promised->get_future();
    std::thread([promised, host, port] {
        try {
            promised->set_value(look_up(host, port));
        } catch (...) {
            promised->set_exception(std::current_exception());
        }
    }).detach();
    if (found.wait_for(timeout) == std::future_status::ready) return found.get();
    resolution out;
    out.timed_out = true;
    out.failure = "the resolver did not answer in time";
    return out;
}

connection_attempt try_tcp(const address& peer, std::chrono::milliseconds timeout) {
    const int descriptor = ::socket(peer.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return outcome_of(errno);
    struct closer {
        int descriptor;
        ~closer() { ::close(descriptor); }
    } const owner{descriptor};
    sockaddr_storage storage = peer.storage;
    void* raw = &storage;
    if (::connect(descriptor, static_cast<const sockaddr*>(raw), peer.size) == 0)
        return {reachability::open, {}};
    if (errno != EINPROGRESS) return outcome_of(errno);
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return {reachability::silent, "no answer"};
        pollfd socket{descriptor, POLLOUT, 0};
        const int ready = ::poll(&socket, 1, static_cast<int>(left.count()));
        if (ready < 0 && errno == EINTR) continue;
        if (ready > 0) break;
    }
    int code = 0;
    socklen_t size = sizeof code;
    ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size);
    return outcome_of(code);
}

} // namespace cruddur::database
