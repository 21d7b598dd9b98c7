#include "support/gate.hpp"

#include "postgres/url.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace cruddur::test {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

struct pair_of_sockets {
    explicit pair_of_sockets(asio::io_context& loop)
        : client(loop)
        , server(loop) {}
    tcp::socket client;
    tcp::socket server;

    void close(bool with_reset) {
        for (tcp::socket* each : {&client, &server}) {
            boost::system::error_code ignored;
            if (with_reset) each->set_option(asio::socket_base::linger{true, 0}, ignored);
            each->close(ignored);
        }
    }
};

} // namespace

struct gate::state {
    explicit state(std::uint16_t to)
        : acceptor(loop, {asio::ip::address_v4::loopback(), 0})
        , opened(loop)
        , server_port(to) {}

    asio::io_context loop{1};
    tcp::acceptor acceptor;
    asio::steady_timer opened; // cancelled when the gate may have opened
    std::uint16_t server_port;
    std::vector<std::weak_ptr<pair_of_sockets>> pairs;
    bool dropping = false;
    std::chrono::milliseconds wait{0};
    std::atomic<std::size_t> accepted{0};
    std::atomic<std::size_t> open{0};
    std::thread thread;

    asio::awaitable<void> held() {
        while (dropping) {
            opened.expires_at(std::chrono::steady_clock::time_point::max());
            co_await opened.async_wait(no_throw);
        }
    }

    asio::awaitable<void> pump(std::shared_ptr<pair_of_sockets> both, tcp::socket& from, tcp::socket& to) {
        std::array<char, 16 * 1024> bytes{};
        asio::steady_timer pause(loop);
        for (;;) {
            const auto [ended, size] = co_await from.async_read_some(asio::buffer(bytes), no_throw);
            co_await held(); // a dropped peer does not hear of the other's end either
            if (ended) break;
            if (wait.count() > 0) {
                pause.expires_after(wait);
                co_await pause.async_wait(no_throw);
            }
            const auto [failed, written] =
                co_await asio::async_write(to, asio::buffer(bytes, size), no_throw);
            if (failed) break;
        }
        both->close(false);
    }

    asio::awaitable<void> serve(std::shared_ptr<pair_of_sockets> both) {
        const std::shared_ptr<void> counted{nullptr, [this](void*) { --open; }};
        co_await held();
        const tcp::endpoint server{asio::ip::address_v4::loopback(), server_port};
        const auto [failed] = co_await both->server.async_connect(server, no_throw);
        if (failed) {
            both->close(true);
            co_return;
        }
        boost::system::error_code ignored;
        both->client.set_option(tcp::no_delay{true}, ignored);
        both->server.set_option(tcp::no_delay{true}, ignored);
        asio::co_spawn(loop, pump(both, both->client, both->server), asio::detached);
        co_await pump(both, both->server, both->client);
    }

    asio::awaitable<void> accept() {
        for (;;) {
            auto both = std::make_shared<pair_of_sockets>(loop);
            const auto [failed] = co_await acceptor.async_accept(both->client, no_throw);
            if (failed) co_return;
            ++accepted;
            ++open;
            std::erase_if(pairs, [](const auto& one) { return one.expired(); });
            pairs.push_back(both);
            asio::co_spawn(loop, serve(both), asio::detached);
        }
    }

    // Runs on the gate's thread, and is done when it returns.
    template<class Change>
    void change(Change what) {
        std::promise<void> done;
        asio::post(loop, [&] {
            what();
            opened.cancel();
            done.set_value();
        });
        done.get_future().get();
    }
};

gate::gate(std::uint16_t server_port)
    : state_(std::make_unique<state>(server_port)) {
    asio::co_spawn(state_->loop, state_->accept(), asio::detached);
    state_->thread = std::thread([this] { state_->loop.run(); });
}

gate::~gate() {
    state_->loop.stop();
    state_->thread.join();
}

std::uint16_t gate::port() const {
    return state_->acceptor.local_endpoint().port();
}

std::string gate::through(const std::string& server_url) const {
    const auto url = postgres::connection_url::parse(server_url).value();
    return url.with("port", std::to_string(port())).to_string();
}

void gate::pass() {
    state_->change([this] {
        state_->dropping = false;
        state_->wait = std::chrono::milliseconds{0};
    });
}

void gate::drop() {
    state_->change([this] { state_->dropping = true; });
}

void gate::delay(std::chrono::milliseconds by) {
    state_->change([this, by] { state_->wait = by; });
}

void gate::reset() {
    state_->change([this] {
        for (const auto& each : state_->pairs)
            if (const auto both = each.lock()) both->close(true);
    });
}

std::size_t gate::connections() const {
    return state_->open;
}

std::size_t gate::accepted() const {
    return state_->accepted;
}

} // namespace cruddur::test
