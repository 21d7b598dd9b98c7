#include "http/server.hpp"

#include "http/context.hpp"
#include "http/poller.hpp"
#include "http/session.hpp"
#include "http/system_call.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace cruddur::http {
namespace {

namespace asio = boost::asio;
using error_code = boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr int takes_max = 4;     // in one turn of the loop
constexpr int accepts_max = 256; // in one turn of the loop
constexpr std::chrono::milliseconds sweep_period_max{250};
constexpr std::chrono::milliseconds sweep_period_min{10};

void set_option(int socket, int level, int name) {
    const int on = 1;
    checked(::setsockopt(socket, level, name, &on, sizeof on), "setsockopt");
}

std::chrono::milliseconds sweep_period(const limits& limit) {
    const auto shortest = std::min({limit.header_timeout, limit.body_timeout, limit.idle_timeout,
                                    limit.handler_timeout, limit.write_timeout});
    return std::clamp(shortest / 4, sweep_period_min, sweep_period_max);
}

// The peer's address as text; room is lent.
std::string_view address_of(const sockaddr_storage& peer, std::array<char, INET6_ADDRSTRLEN>& room) {
    const void* address = nullptr;
    if (peer.ss_family == AF_INET) address = &reinterpret_cast<const sockaddr_in&>(peer).sin_addr;
    if (peer.ss_family == AF_INET6) address = &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
    if (address == nullptr ||
        ::inet_ntop(peer.ss_family, address, room.data(), static_cast<socklen_t>(room.size())) == nullptr)
        return {};
    return room.data();
}

// Binds a socket of its own to see whether the address is free: SO_REUSEPORT would not tell.
void require_free(const tcp::endpoint& where) {
    asio::io_context alone;
    tcp::acceptor probe{alone};
    probe.open(where.protocol());
    probe.set_option(tcp::acceptor::reuse_address(true));
    probe.bind(where);
}

} // namespace

class server::implementation final : public context {
public:
    using context::context;
    ~implementation() override { close_listener(); }

    std::uint16_t start();
    void close_all();
    static asio::awaitable<void> stop(std::shared_ptr<implementation> self);

    void forget(int descriptor) override { poller_.remove(descriptor); }
    void bury(session& closed) override;
    void resume_later(session& busy) override;
    [[nodiscard]] std::size_t connections() const { return sessions_.size(); }

private:
    [[nodiscard]] std::shared_ptr<implementation> self() {
        return std::static_pointer_cast<implementation>(shared_from_this());
    }
    [[nodiscard]] int listen(const tcp::endpoint& where);
    void listen_beside(std::uint16_t port);
    void set_deaf(bool deaf);
    void watch();
    void serve_events();
    void accept();
    void admit(int descriptor, const sockaddr_storage& peer);
    void pause_accepting(int why);
    void resume_accepting();
    void close_listener();
    void schedule_sweep();
    void sweep();
    void tidy();
    void post_tidy();

    poller poller_{loop};
    asio::steady_timer sweeper_{loop};
    asio::steady_timer drained_{loop};
    std::vector<int> listeners_; // one, and maybe ::1's
    bool paused_ = false;
    bool tidying_ = false;
    clock::time_point next_warning_ = clock::time_point::min();
    std::vector<std::unique_ptr<session>> sessions_;
    std::vector<session*> buried_;
    std::vector<session*> busy_;
};

std::uint16_t server::implementation::start() {
    tcp::resolver resolver{loop};
    const auto found = resolver.resolve(params.host, std::to_string(params.port), tcp::resolver::passive);
    const tcp::endpoint where = found.begin()->endpoint();
    if (!params.shares_port && params.port != 0) require_free(where);
    poller_.open();
    listeners_.push_back(listen(where));
    refresh();
    watch();
    schedule_sweep();

    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    checked(::getsockname(listeners_.front(), reinterpret_cast<sockaddr*>(&bound), &size), "getsockname");
    // The port is at the same place in both families' addresses.
    const auto port = ntohs(reinterpret_cast<const sockaddr_in&>(bound).sin_port);
    if (params.both_loopbacks && where.address() == asio::ip::address_v4::loopback()) listen_beside(port);
    return port;
}

int server::implementation::listen(const tcp::endpoint& where) {
    const int listener =
        checked(::socket(where.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    try {
        set_option(listener, SOL_SOCKET, SO_REUSEADDR);
        set_option(listener, SOL_SOCKET, SO_REUSEPORT);
        set_option(listener, IPPROTO_TCP, TCP_NODELAY); // handed down to what is accepted
        checked(::bind(listener, where.data(), static_cast<socklen_t>(where.size())), "bind");
        checked(::listen(listener, SOMAXCONN), "listen");
        poller_.add_listener(listener);
    } catch (...) {
        ::close(listener);
        throw;
    }
    return listener;
}

void server::implementation::listen_beside(std::uint16_t port) {
    const tcp::endpoint where{asio::ip::address_v6::loopback(), port};
    try {
        if (!params.shares_port) require_free(where);
        listeners_.push_back(listen(where));
    } catch (const boost::system::system_error& failed) {
        if (failed.code() == boost::system::errc::address_in_use)
            spdlog::warn(
                "Port {} of ::1 is taken by another program: who asks for localhost may reach that one",
                port);
    }
}

void server::implementation::watch() {
    poller_.async_wait([self = self()](error_code failed) {
        if (failed) return;
        self->serve_events();
        if (self->poller_.is_open()) self->watch();
    });
}

void server::implementation::serve_events() {
    for (int round = 0; round < takes_max; ++round) {
        const auto events = poller_.take();
        if (events.empty()) return;
        refresh();
        for (const auto& event : events) {
            if (session* owner = poller::session_of(event))
                owner->ready(event.events);
            else
                accept();
        }
    }
}

void server::implementation::accept() {
    std::size_t at = 0; // of the listeners
    for (int round = 0; round < accepts_max && at < listeners_.size(); ++round) {
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        const int accepted = ::accept4(listeners_[at], reinterpret_cast<sockaddr*>(&peer), &size,
                                       SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted >= 0) {
            admit(accepted, peer);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            pause_accepting(errno);
            return;
        } else if (errno == EAGAIN) {
            ++at;
        } // else that connection alone has failed before it was accepted
    }
}

void server::implementation::admit(int descriptor, const sockaddr_storage& peer) {
    if (sessions_.size() >= params.limit.connections_max + params.limit.surplus_max) {
        // Told in a word, without a session; closed with bytes unread, the answer could be lost on its way.
        constexpr std::string_view refusal =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: "
            "0\r\nConnection: close\r\n\r\n";
        static_cast<void>(::send(descriptor, refusal.data(), refusal.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
        static_cast<void>(::recv(descriptor, discarded.data(), discarded.size(), MSG_DONTWAIT));
        ::close(descriptor);
        return;
    }
    if (params.admits && !params.admits(descriptor)) {
        ::close(descriptor);
        return;
    }
    std::array<char, INET6_ADDRSTRLEN> room;
    auto connection = std::make_unique<session>(*this, descriptor, address_of(peer, room));
    if (!poller_.add(descriptor, *connection)) return;
    connection->index = sessions_.size();
    auto& added = *sessions_.emplace_back(std::move(connection));
    if (sessions_.size() > params.limit.connections_max) added.turn_away();
}

// Out of descriptors or memory: connections wait in the backlog until the next sweep.
void server::implementation::pause_accepting(int why) {
    if (now >= next_warning_) {
        spdlog::warn("cannot accept connections: {}; trying again four times a second",
                     error_code{why, boost::system::system_category()}.message());
        next_warning_ = now + std::chrono::minutes{1};
    }
    set_deaf(true);
    paused_ = true;
}

void server::implementation::resume_accepting() {
    if (std::exchange(paused_, false)) set_deaf(false);
}

void server::implementation::set_deaf(bool deaf) {
    for (const int listener : listeners_)
        poller_.set_deaf(listener, deaf);
}

void server::implementation::close_listener() {
    for (const int listener : std::exchange(listeners_, {}))
        ::close(listener);
}

void server::implementation::schedule_sweep() {
    sweeper_.expires_after(sweep_period(params.limit));
    sweeper_.async_wait([self = self()](error_code failed) {
        if (failed || !self->poller_.is_open()) return;
        self->sweep();
        self->schedule_sweep();
    });
}

void server::implementation::sweep() {
    refresh();
    resume_accepting();
    for (const auto& each : sessions_)
        each->sweep();
}

void server::implementation::bury(session& closed) {
    buried_.push_back(&closed);
    post_tidy();
}

void server::implementation::resume_later(session& busy) {
    busy_.push_back(&busy);
    post_tidy();
}

void server::implementation::post_tidy() {
    if (std::exchange(tidying_, true)) return;
    asio::post(loop, [self = self()] { self->tidy(); });
}

void server::implementation::tidy() {
    tidying_ = false;
    refresh();
    for (const session* each : std::exchange(buried_, {})) {
        std::erase(busy_, each);
        const auto index = each->index;
        if (index + 1 < sessions_.size()) {
            sessions_[index].swap(sessions_.back());
            sessions_[index]->index = index;
        }
        sessions_.pop_back();
    }
    for (session* each : std::exchange(busy_, {}))
        each->resume();
    if (sessions_.empty() && draining) drained_.cancel();
}

void server::implementation::close_all() {
    close_listener();
    sweeper_.cancel();
    for (const auto& each : sessions_)
        each->abort();
    poller_.close();
}

asio::awaitable<void> server::implementation::stop(std::shared_ptr<implementation> self) {
    self->refresh();
    self->accept(); // what the system has taken for us is not turned down
    self->close_listener();
    self->draining = true;
    self->drained_.expires_after(self->params.limit.drain_timeout);
    for (std::size_t at = 0; at < self->sessions_.size(); ++at)
        self->sessions_[at]->drain();
    while (!self->sessions_.empty() && self->drained_.expiry() > clock::now()) {
        const auto waited = co_await self->drained_.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(waited);
    }
    self->close_all();
}

server::server(asio::io_context& loop, server_params params, std::shared_ptr<const router> routes)
    : implementation_(std::make_shared<implementation>(loop, std::move(params), std::move(routes))) {}

server::~server() {
    implementation_->close_all();
}

std::uint16_t server::start() {
    return implementation_->start();
}

asio::awaitable<void> server::stop() {
    return implementation::stop(implementation_);
}

std::size_t server::connections() const {
    return implementation_->connections();
}

} // namespace cruddur::http
