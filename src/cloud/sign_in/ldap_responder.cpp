#include "cloud/sign_in/ldap_responder.hpp"

#include "cloud/ground/peer_socket.hpp"
#include "cloud/sign_in/ldap_message.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <list>
#include <utility>

namespace cruddur::cloud::sign_in {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr auto accept_again_after = std::chrono::milliseconds(100); // when descriptors have run out
constexpr std::size_t part_bytes = 4'096;
constexpr auto log_every = std::chrono::seconds(10);

} // namespace

// What waits on the loop holds a share of it.
struct ldap_responder::state : std::enable_shared_from_this<ldap_responder::state> {
    // One connection and its deadline, which closes it.
    struct session {
        explicit session(tcp::socket connected)
            : socket{std::move(connected)}
            , deadline{socket.get_executor()} {}
        tcp::socket socket;
        asio::steady_timer deadline;
    };

    state(const asio::any_io_executor& on, ldap_responder_params with)
        : loop{on}
        , params{std::move(with)}
        , acceptor{on, tcp::endpoint{asio::ip::address_v4::loopback(), 0}}
        , room{on} {}

    asio::any_io_executor loop;
    ldap_responder_params params;
    tcp::acceptor acceptor;
    asio::steady_timer room; // is cancelled when a session ends
    std::list<std::shared_ptr<session>> sessions;
    bool stopped = false;
    std::chrono::steady_clock::time_point logged_at{};

    static asio::awaitable<void> accept(std::shared_ptr<state> self) {
        while (!self->stopped) {
            if (self->sessions.size() >= self->params.sessions_max) {
                self->room.expires_after(self->params.session_timeout);
                co_await self->room.async_wait(no_throw);
                continue;
            }
            auto [failed, peer] = co_await self->acceptor.async_accept(no_throw);
            if (self->stopped) co_return;
            if (failed) {
                asio::steady_timer pause{self->loop, accept_again_after};
                co_await pause.async_wait(no_throw);
                continue;
            }
            if (!self->is_server(peer)) continue;
            const auto mine = std::make_shared<session>(std::move(peer));
            self->sessions.push_back(mine);
            asio::co_spawn(self->loop, serve(self, mine), asio::detached);
        }
    }

    [[nodiscard]] bool is_server(tcp::socket& peer) {
        try {
            const auto user = ground::peer_of(peer.native_handle()).user;
            if (params.is_server(user)) return true;
            log_stranger(fmt::format("a program of user {}, as whom no server runs, was turned away", user));
        } catch (const std::exception& failed) {
            log_stranger(fmt::format("a program was turned away: {}", failed.what()));
        }
        return false;
    }

    void log_stranger(const std::string& told) {
        const auto now = std::chrono::steady_clock::now();
        if (logged_at != std::chrono::steady_clock::time_point{} && now - logged_at < log_every) return;
        logged_at = now;
        spdlog::warn("sign-in by token: {}", told);
    }

    static asio::awaitable<void> serve(std::shared_ptr<state> self, std::shared_ptr<session> mine) {
        mine->deadline.expires_after(self->params.session_timeout);
        mine->deadline.async_wait([mine](boost::system::error_code cancelled) {
            boost::system::error_code ignored;
            if (!cancelled) mine->socket.close(ignored);
        });
        try {
            co_await talk(*self, mine->socket);
        } catch (const std::exception& failed) {
            self->log_stranger(fmt::format("a server's session ended: it sent {}", failed.what()));
        }
        mine->deadline.cancel();
        boost::system::error_code ignored;
        mine->socket.close(ignored);
        self->sessions.remove(mine);
        self->room.cancel();
    }

    static asio::awaitable<void> talk(state& in, tcp::socket& with) {
        ldap_reader reader;
        std::array<char, part_bytes> part{};
        while (true) {
            const auto [failed, size] = co_await with.async_read_some(asio::buffer(part), no_throw);
            if (failed) co_return;
            auto request = reader.read({part.data(), size});
            for (; request; request = reader.read({})) {
                if (request->is_unbind) co_return;
                const bind_verdict verdict = in.judge(*request);
                const std::string answer = bind_answer(request->id, verdict.admitted, verdict.reason);
                const auto [lost, written] = co_await asio::async_write(with, asio::buffer(answer), no_throw);
                if (lost) co_return;
            }
        }
    }

    [[nodiscard]] bind_verdict judge(const ldap_request& asked) const {
        try {
            return params.judge(asked.name, asked.password);
        } catch (const std::exception& failed) {
            spdlog::error("sign-in by token: it cannot be judged: {}", failed.what());
            return {false, "it cannot be judged at this moment"};
        }
    }
};

ldap_responder::ldap_responder(const boost::asio::any_io_executor& loop, ldap_responder_params params)
    : state_{std::make_shared<state>(loop, std::move(params))} {
    asio::co_spawn(loop, state::accept(state_), asio::detached);
}

ldap_responder::~ldap_responder() {
    stop();
}

std::uint16_t ldap_responder::port() const {
    return state_->acceptor.local_endpoint().port();
}

void ldap_responder::stop() {
    state_->stopped = true;
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
    state_->room.cancel();
    for (const auto& one : state_->sessions) {
        one->deadline.cancel();
        one->socket.close(ignored);
    }
}

} // namespace cruddur::cloud::sign_in
