#include "cloud/fleet/gate.hpp"
#include "cluster/process.hpp"
#include "cluster/server.hpp"
#include "postgres/url.hpp"
#include "support/server.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <future>

namespace cruddur::cloud {
using namespace fleet;
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 20s; // of a test, on a loaded machine
const std::string address = "127.0.0.10";

cluster::server start_in(const std::filesystem::path& folder) {
    cluster::server_params params;
    params.folder = folder;
    params.address = "";
    params.takes_handovers = true;
    params.settings = test::fast_settings();
    params.dies_with_us = true;
    return cluster::server::start(std::move(params));
}

gate_params admitting(std::chrono::milliseconds wait) {
    gate_params out;
    out.name = "mine";
    out.address = address;
    out.port = 0;
    out.judge = [](const gate_peer&) { return gate_verdict{true, ""}; };
    out.wait = wait;
    return out;
}

std::string url_of(const cluster::server& server, const gate& door) {
    return postgres::connection_url::parse(server.url("postgres"))
        .value()
        .with("host", address)
        .with("port", std::to_string(door.port()))
        .with("connect_timeout", "60")
        .with("sslmode", "disable")
        .to_string();
}

TEST(gate, keeps_a_connection_waiting_until_the_killed_server_is_back) {
    const test::temporary_folder folder;
    auto server = start_in(folder.path() / "server");
    gate_loop loop;
    gate door{loop, admitting(60s)};
    door.open(server.handover_socket());
    server.kill();
    auto answer = std::async(std::launch::async, [&] { return test::sql(url_of(server, door), "SELECT 1"); });
    ASSERT_TRUE(cluster::wait_until(patience, [&] { return door.counts().waiting == 1; }));
    door.pause(); // a server that recovers would tell it that it's starting up
    server.restart();
    door.open(server.handover_socket());
    EXPECT_EQ(answer.get(), "1");
    EXPECT_EQ(door.counts().failed, 0U);
}

TEST(gate, leads_waiting_connections_to_the_server_that_takes_over) {
    const test::temporary_folder folder;
    auto one = start_in(folder.path() / "one");
    auto other = start_in(folder.path() / "other");
    gate_loop loop;
    gate door{loop, admitting(60s)};
    door.pause();
    // Their passwords differ: it is the other's that is let in.
    auto answer = std::async(std::launch::async, [&] { return test::sql(url_of(other, door), "SELECT 1"); });
    ASSERT_TRUE(cluster::wait_until(patience, [&] { return door.counts().waiting == 1; }));
    door.open(other.handover_socket());
    EXPECT_EQ(answer.get(), "1");
    door.open(one.handover_socket());
    EXPECT_EQ(test::sql(url_of(one, door), "SELECT 2"), "2");
}

TEST(gate, takes_a_connection_back_from_a_server_that_hangs) {
    const test::temporary_folder folder;
    auto one = start_in(folder.path() / "one");
    auto other = start_in(folder.path() / "other");
    gate_loop loop;
    gate door{loop, admitting(60s)};
    door.open(one.handover_socket());
    ::kill(one.pid(), SIGSTOP);
    auto answer = std::async(std::launch::async, [&] { return test::sql(url_of(other, door), "SELECT 1"); });
    EXPECT_TRUE(cluster::wait_until(patience, [&] { return door.counts().waiting == 1; }));
    one.kill();
    door.open(other.handover_socket());
    EXPECT_EQ(answer.get(), "1");
}

TEST(gate, resets_a_connection_whose_wait_is_over) {
    const test::temporary_folder folder;
    auto server = start_in(folder.path() / "server");
    gate_loop loop;
    gate door{loop, admitting(50ms)};
    door.pause();
    EXPECT_THROW(test::sql(url_of(server, door), "SELECT 1"), std::runtime_error);
    EXPECT_EQ(door.counts().failed, 1U);
    EXPECT_EQ(door.counts().waiting, 0U);
}

TEST(gate, resets_a_waiting_connection_when_it_is_closed) {
    const test::temporary_folder folder;
    auto server = start_in(folder.path() / "server");
    gate_loop loop;
    gate door{loop, admitting(60s)};
    door.pause();
    auto answer = std::async(std::launch::async, [&] { return test::sql(url_of(server, door), "SELECT 1"); });
    ASSERT_TRUE(cluster::wait_until(patience, [&] { return door.counts().waiting == 1; }));
    door.close();
    EXPECT_THROW(answer.get(), std::runtime_error);
}

} // namespace
} // namespace cruddur::cloud
