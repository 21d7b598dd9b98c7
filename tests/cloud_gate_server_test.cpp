#include "cloud/fleet/gate.hpp"
#include "cluster/process.hpp"
#include "cluster/server.hpp"
#include "postgres/url.hpp"
#include "support/server.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <memory>

namespace cruddur::cloud {
using namespace fleet;
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 20s; // of a test, on a loaded machine
const std::string address = "127.0.0.9";

cluster::server_params params_in(const std::filesystem::path& folder) {
    cluster::server_params params;
    params.folder = folder;
    params.address = "";
    params.takes_handovers = true;
    params.settings = test::fast_settings();
    params.dies_with_us = true;
    return params;
}

// One server and a gate before it, which admits whom the test lets in.
struct instance {
    test::temporary_folder folder;
    cluster::server server = cluster::server::start(params_in(folder.path() / "server"));
    std::atomic<bool> admits = true;
    gate_loop loop;
    std::unique_ptr<gate> door = std::make_unique<gate>(loop, params());

    [[nodiscard]] gate_params params() {
        gate_params out;
        out.name = "mine";
        out.address = address;
        out.port = 0;
        out.held_max = 3;
        out.judge = [this](const gate_peer&) { return gate_verdict{admits, "no rule"}; };
        return out;
    }
    [[nodiscard]] std::string url() const {
        return postgres::connection_url::parse(server.url("postgres"))
            .value()
            .with("host", address)
            .with("port", std::to_string(door->port()))
            .with("connect_timeout", "20")
            .with("sslmode", "disable")
            .to_string();
    }
};

class raw_peer {
public:
    explicit raw_peer(std::uint16_t port)
        : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        inet_pton(AF_INET, address.c_str(), &to.sin_addr);
        connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    }
    raw_peer(const raw_peer&) = delete;
    raw_peer& operator=(const raw_peer&) = delete;
    ~raw_peer() { ::close(socket_); }
    [[nodiscard]] bool connected() const { return connected_; }
    // Whether anything comes within the time: bytes, or the connection's end.
    [[nodiscard]] bool hears(std::chrono::milliseconds within) const {
        pollfd one{socket_, POLLIN, 0};
        return ::poll(&one, 1, static_cast<int>(within.count())) == 1;
    }
    // An SSLRequest, which PostgreSQL answers with a byte.
    void ask_for_tls() const {
        const unsigned char request[] = {0, 0, 0, 8, 4, 210, 22, 47};
        EXPECT_EQ(::send(socket_, request, sizeof request, MSG_NOSIGNAL), 8);
    }

private:
    int socket_;
    bool connected_ = false;
};

TEST(gate, hands_the_peer_itself_over_to_postgresql) {
    instance mine;
    mine.door->open(mine.server.handover_socket());
    const std::unique_ptr<PGconn, decltype(&PQfinish)> client(PQconnectdb(mine.url().c_str()), &PQfinish);
    ASSERT_EQ(PQstatus(client.get()), CONNECTION_OK) << PQerrorMessage(client.get());
    sockaddr_in own{};
    socklen_t size = sizeof own;
    ::getsockname(PQsocket(client.get()), reinterpret_cast<sockaddr*>(&own), &size);
    const std::unique_ptr<PGresult, decltype(&PQclear)> row(
        PQexec(client.get(), "SELECT host(inet_client_addr()), inet_client_port(), host(inet_server_addr()), "
                             "inet_server_port(), current_setting('listen_addresses')"),
        &PQclear);
    EXPECT_STREQ(PQgetvalue(row.get(), 0, 0), "127.0.0.1");
    EXPECT_EQ(PQgetvalue(row.get(), 0, 1), std::to_string(ntohs(own.sin_port)));
    EXPECT_EQ(PQgetvalue(row.get(), 0, 2), address);
    EXPECT_EQ(PQgetvalue(row.get(), 0, 3), std::to_string(mine.door->port()));
    EXPECT_STREQ(PQgetvalue(row.get(), 0, 4), "") << "there must be no way around the gate";
    EXPECT_EQ(mine.door->counts().admitted, 1U);
}

TEST(gate, tells_the_judge_the_peers_address_and_port) {
    instance mine;
    std::promise<gate_peer> seen;
    auto params = mine.params();
    params.judge = [&seen](const gate_peer& peer) {
        seen.set_value(peer);
        return gate_verdict{false, "seen"};
    };
    gate other{mine.loop, std::move(params)};
    other.open(mine.server.handover_socket());
    const raw_peer peer{other.port()};
    auto told = seen.get_future();
    ASSERT_EQ(told.wait_for(patience), std::future_status::ready);
    const auto who = told.get();
    EXPECT_EQ(who.address, "127.0.0.1");
    EXPECT_NE(who.port, 0);
}

TEST(gate, lets_a_peer_hang_that_is_not_admitted_and_a_new_rule_hold_from_the_next_connection_on) {
    instance mine;
    mine.door->open(mine.server.handover_socket());
    mine.admits = false;
    const raw_peer refused{mine.door->port()};
    ASSERT_TRUE(refused.connected());
    refused.ask_for_tls();
    ASSERT_TRUE(cluster::wait_until(patience, [&] { return mine.door->counts().held == 1; }));
    mine.admits = true;
    EXPECT_EQ(test::sql(mine.url(), "SELECT 1"), "1");
    EXPECT_FALSE(refused.hears(300ms));
    EXPECT_EQ(mine.door->counts().dropped, 1U);
}

TEST(gate, takes_a_judge_that_throws_for_a_refusal) {
    instance mine;
    auto params = mine.params();
    params.judge = [](const gate_peer&) -> gate_verdict { throw std::runtime_error("the rules are away"); };
    gate other{mine.loop, std::move(params)};
    other.open(mine.server.handover_socket());
    const raw_peer peer{other.port()};
    EXPECT_TRUE(cluster::wait_until(patience, [&] { return other.counts().dropped == 1; }));
}

TEST(gate, holds_a_bounded_number_and_drops_the_oldest_first) {
    instance mine;
    mine.door->open(mine.server.handover_socket());
    mine.admits = false;
    const raw_peer oldest{mine.door->port()};
    ASSERT_TRUE(cluster::wait_until(patience, [&] { return mine.door->counts().held == 1; }));
    const raw_peer second{mine.door->port()};
    const raw_peer third{mine.door->port()};
    ASSERT_TRUE(cluster::wait_until(patience, [&] { return mine.door->counts().held == 3; }));
    EXPECT_FALSE(oldest.hears(0ms));
    const raw_peer fourth{mine.door->port()};
    EXPECT_TRUE(oldest.hears(patience));
    EXPECT_FALSE(second.hears(100ms));
    EXPECT_EQ(mine.door->counts().held, 3U);
}

TEST(gate, forgets_a_hanging_peer_that_gave_up) {
    instance mine;
    mine.door->open(mine.server.handover_socket());
    mine.admits = false;
    auto peer = std::make_unique<raw_peer>(mine.door->port());
    ASSERT_TRUE(cluster::wait_until(patience, [&] { return mine.door->counts().held == 1; }));
    peer.reset();
    EXPECT_TRUE(cluster::wait_until(patience, [&] { return mine.door->counts().held == 0; }));
}

TEST(gate, refuses_connections_while_it_is_closed_and_takes_them_again) {
    instance mine;
    EXPECT_FALSE(raw_peer{mine.door->port()}.connected());
    for (int turn = 0; turn < 3; ++turn) {
        mine.door->open(mine.server.handover_socket());
        EXPECT_EQ(test::sql(mine.url(), "SELECT 1"), "1");
        mine.door->close();
        EXPECT_FALSE(raw_peer{mine.door->port()}.connected());
    }
}

TEST(gate, leaves_connections_to_their_server_when_it_goes) {
    instance mine;
    mine.door->open(mine.server.handover_socket());
    const std::unique_ptr<PGconn, decltype(&PQfinish)> client(PQconnectdb(mine.url().c_str()), &PQfinish);
    mine.door.reset();
    const std::unique_ptr<PGresult, decltype(&PQclear)> row(PQexec(client.get(), "SELECT 7"), &PQclear);
    ASSERT_EQ(PQntuples(row.get()), 1) << PQerrorMessage(client.get());
    EXPECT_STREQ(PQgetvalue(row.get(), 0, 0), "7");
}

TEST(gate, says_which_address_is_taken) {
    instance mine;
    mine.door->open(mine.server.handover_socket());
    auto params = mine.params();
    params.port = mine.door->port();
    try {
        const gate second{mine.loop, std::move(params)};
        FAIL() << "two gates with one address";
    } catch (const gate_error& failed) {
        EXPECT_NE(std::string{failed.what()}.find(address), std::string::npos) << failed.what();
    }
}

} // namespace
} // namespace cruddur::cloud
