#include "cloud/fleet/gate.hpp"

#include "cluster/port.hpp"
#include "http/run_loop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <future>
#include <optional>
#include <thread>
#include <utility>

namespace cruddur::cloud::fleet {

namespace asio = boost::asio;
using asio::ip::tcp;
using steady = std::chrono::steady_clock;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr auto try_again_after = std::chrono::milliseconds(10);
constexpr auto accept_again_after = std::chrono::milliseconds(100); // when descriptors have run out
constexpr auto sweep_every = std::chrono::seconds(1);
constexpr auto log_every = std::chrono::seconds(10);

// One message: the client's address, and with it the connection itself. False when the server did not get it.
bool send_connection(int to, int connection, const tcp::endpoint& client) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec part{const_cast<asio::detail::socket_addr_type*>(client.data()), client.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &connection, sizeof connection);
    return ::sendmsg(to, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == static_cast<ssize_t>(client.size());
}

void reset(tcp::socket& connection) {
    boost::system::error_code ignored;
    connection.set_option(asio::socket_base::linger{true, 0}, ignored);
    connection.close(ignored);
}

bool has_left(tcp::socket& peer) {
    pollfd ended{peer.native_handle(), POLLRDHUP, 0};
    return ::poll(&ended, 1, 0) == 1;
}

} // namespace

struct gate_loop::state {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::thread thread;
};

gate_loop::gate_loop()
    : state_{std::make_unique<state>()} {
    state_->thread = std::thread{[this] { http::run_loop(state_->context, "the gates"); }};
}

gate_loop::~gate_loop() {
    state_->context.stop();
    state_->thread.join();
}

// All of it is the loop's thread's. What waits on the loop holds a share of it.
struct gate::state : std::enable_shared_from_this<gate::state> {
    state(asio::io_context& on, gate_params with)
        : loop{on}
        , params{std::move(with)}
        , acceptor{on}
        , sweep{on} {}

    asio::io_context& loop;
    gate_params params;
    tcp::acceptor acceptor;
    std::uint16_t port = 0;
    std::optional<std::filesystem::path> target; // none: connections wait
    bool listening = false;
    std::uint64_t closings = 0;   // the accept loop of before one is over
    std::uint64_t generation = 0; // of the target: what was begun under an older one is begun again
    gate_counts counts;
    std::deque<tcp::socket> held;
    asio::steady_timer sweep;
    steady::time_point logged_at{};
    std::uint64_t unlogged = 0;

    void bind() {
        try {
            // Named, since the kernel takes a port back that it chose when the socket listens no more.
            port = params.port == 0 ? cluster::free_port(params.address) : params.port;
            const tcp::endpoint where{asio::ip::make_address(params.address), port};
            acceptor.open(where.protocol());
            acceptor.set_option(asio::socket_base::reuse_address{true});
            acceptor.bind(where);
        } catch (const boost::system::system_error& failed) {
            throw gate_error{fmt::format("Cannot listen on {} port {}: {}.", params.address, params.port,
                                         failed.code().message())};
        }
    }

    void lead_to(std::optional<std::filesystem::path> where) {
        if (listening && target == where) return; // what is on its way there is not begun again
        target = std::move(where);
        ++generation;
        if (listening) return;
        boost::system::error_code failed;
        acceptor.listen(asio::socket_base::max_listen_connections, failed);
        if (failed) {
            throw gate_error{
                fmt::format("Cannot listen on {} port {}: {}.", params.address, port, failed.message())};
        }
        listening = true;
        asio::co_spawn(loop, accept(shared_from_this()), asio::detached);
    }

    void close() {
        target.reset();
        ++generation;
        ++closings;
        listening = false;
        // The socket stays bound, so that nobody else is given the address meanwhile, but listens no more.
        ::shutdown(acceptor.native_handle(), SHUT_RDWR);
        boost::system::error_code ignored;
        acceptor.cancel(ignored);
        for (auto& peer : held)
            reset(peer);
        held.clear();
        sweep.cancel();
    }

    static asio::awaitable<void> pause_for(asio::io_context& loop, steady::duration time) {
        asio::steady_timer timer{loop, time};
        co_await timer.async_wait(no_throw);
    }

    static asio::awaitable<void> accept(std::shared_ptr<state> self) {
        const auto begun = self->closings;
        while (begun == self->closings) {
            tcp::socket peer{self->loop};
            tcp::endpoint from;
            const auto [failed] = co_await self->acceptor.async_accept(peer, from, no_throw);
            if (begun != self->closings) co_return;
            if (failed == boost::system::errc::connection_aborted) continue;
            if (failed) {
                spdlog::error("gate {}: cannot accept a connection: {}", self->params.name, failed.message());
                co_await pause_for(self->loop, accept_again_after);
                continue;
            }
            self->receive(std::move(peer), from);
        }
    }

    void receive(tcp::socket peer, const tcp::endpoint& from) {
        const gate_verdict verdict = judge(from, peer.native_handle());
        if (!verdict.admitted) {
            log_drop(from, verdict.reason);
            return hold(std::move(peer));
        }
        ++counts.admitted;
        if (counts.waiting >= params.waiting_max) {
            ++counts.failed;
            return reset(peer);
        }
        asio::co_spawn(loop, hand_over(shared_from_this(), std::move(peer), from), asio::detached);
    }

    [[nodiscard]] gate_verdict judge(const tcp::endpoint& from, int connection) const {
        try {
            return params.judge({from.address().to_string(), from.port(), connection});
        } catch (const std::exception& failed) {
            return {false, failed.what()};
        }
    }

    void log_drop(const tcp::endpoint& from, const std::string& reason) {
        ++counts.dropped;
        const auto now = steady::now();
        if (now - logged_at < log_every && logged_at != steady::time_point{}) {
            ++unlogged;
            return;
        }
        spdlog::warn("gate {}: {}:{} is not admitted and hangs: {}{}", params.name,
                     from.address().to_string(), from.port(), reason,
                     unlogged == 0 ? "" : fmt::format(" ({} more since the last such line)", unlogged));
        logged_at = now;
        unlogged = 0;
    }

    void hold(tcp::socket peer) {
        if (params.held_max == 0) return reset(peer);
        if (held.empty()) asio::co_spawn(loop, sweep_held(shared_from_this()), asio::detached);
        if (held.size() >= params.held_max) {
            reset(held.front());
            held.pop_front();
        }
        held.push_back(std::move(peer));
    }

    // Forgets those that gave up.
    static asio::awaitable<void> sweep_held(std::shared_ptr<state> self) {
        do {
            self->sweep.expires_after(sweep_every);
            const auto [cancelled] = co_await self->sweep.async_wait(no_throw);
            if (cancelled) co_return;
            std::erase_if(self->held, has_left);
        } while (!self->held.empty());
    }

    static asio::awaitable<void> hand_over(std::shared_ptr<state> self, tcp::socket peer,
                                           tcp::endpoint from) {
        ++self->counts.waiting;
        const std::shared_ptr<void> waits{nullptr, [self](void*) { --self->counts.waiting; }};
        const auto deadline = steady::now() + self->params.wait;
        while (self->listening && steady::now() < deadline && !has_left(peer)) {
            if (self->target && co_await taken(self, peer, from, deadline)) co_return;
            co_await pause_for(self->loop, try_again_after);
        }
        ++self->counts.failed;
        reset(peer);
    }

    // Whether the server took it: it says so with one byte. A server that died before is one that did not.
    static asio::awaitable<bool> taken(const std::shared_ptr<state>& self, tcp::socket& peer,
                                       const tcp::endpoint& from, steady::time_point deadline) {
        const auto server = std::make_shared<asio::local::stream_protocol::socket>(self->loop);
        const auto begun = self->generation;
        const auto [failed] = co_await server->async_connect({self->target->string()}, no_throw);
        if (failed || begun != self->generation) co_return false;
        if (!send_connection(server->native_handle(), peer.native_handle(), from)) co_return false;
        asio::steady_timer limit{self->loop};
        char byte = 0;
        // Asked in short turns, so that a new target, or the end, is seen while a server hangs.
        while (begun == self->generation && steady::now() < deadline) {
            const ssize_t got = ::recv(server->native_handle(), &byte, 1, MSG_DONTWAIT);
            if (got == 1) co_return true;
            if (got == 0 || (errno != EAGAIN && errno != EINTR)) co_return false;
            limit.expires_after(try_again_after);
            limit.async_wait([server](boost::system::error_code cancelled) {
                boost::system::error_code ignored;
                if (!cancelled) server->cancel(ignored);
            });
            co_await server->async_wait(asio::socket_base::wait_read, no_throw);
            limit.cancel();
        }
        co_return false;
    }
};

gate::gate(gate_loop& loop, gate_params params)
    : state_{std::make_shared<state>(loop.state_->context, std::move(params))} {
    state_->bind();
}

gate::~gate() {
    run([this] {
        state_->close();
        boost::system::error_code ignored;
        state_->acceptor.close(ignored);
    });
}

// Runs on the loop's thread, and is done, or has thrown, when it returns.
template<class Change>
void gate::run(Change what) const {
    std::packaged_task<void()> task{std::move(what)};
    auto done = task.get_future();
    asio::post(state_->loop, [task = std::move(task)]() mutable { task(); });
    done.get();
}

std::uint16_t gate::port() const {
    return state_->port;
}

void gate::open(const std::filesystem::path& handover_socket) {
    run([&] { state_->lead_to(handover_socket); });
}

void gate::pause() {
    run([&] { state_->lead_to(std::nullopt); });
}

void gate::close() {
    run([&] { state_->close(); });
}

gate_counts gate::counts() const {
    gate_counts out;
    run([&] {
        out = state_->counts;
        out.held = state_->held.size();
    });
    return out;
}

} // namespace cruddur::cloud::fleet
