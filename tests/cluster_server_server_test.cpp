#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/postmaster.hpp"
#include "cluster/server.hpp"
#include "support/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/prctl.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace cruddur::cluster {
namespace {

using test::sql;

server_params fast_params_in(const std::filesystem::path& folder) {
    server_params params;
    params.folder = folder;
    params.settings = test::fast_settings();
    params.dies_with_us = true;
    return params;
}

TEST(server, keeps_its_rows_and_its_port_from_one_start_to_the_next) {
    const test::temporary_folder folder;
    std::string first_url;
    {
        auto first = server::start(fast_params_in(folder.path() / "server"));
        first_url = first.url("postgres");
        sql(first_url, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('crud')");
    }
    auto second = server::start(fast_params_in(folder.path() / "server"));
    EXPECT_EQ(second.url("postgres"), first_url);
    EXPECT_EQ(sql(second.url("postgres"), "SELECT word FROM kept"), "crud");
}

TEST(server, has_nothing_to_say_of_its_settings) {
    const test::temporary_folder folder;
    auto one = server::start(fast_params_in(folder.path() / "server"));
    one.reload();
    one.stop();
    std::ifstream log(one.folder() / "log" / "server.log");
    const std::string said{std::istreambuf_iterator<char>(log), {}};
    EXPECT_THAT(said, testing::HasSubstr("reloading configuration files"));
    EXPECT_THAT(said, testing::Not(testing::HasSubstr("configuration file \"")));
}

TEST(server, gives_each_test_a_database_of_its_own) {
    const test::database one;
    const test::database other(test::database::content::empty);
    sql(one.url(), "CREATE TABLE mine ()");
    EXPECT_EQ(sql(other.url(), "SELECT to_regclass('mine') IS NULL"), "t");
}

TEST(server, comes_back_on_its_port_after_it_was_killed) {
    test::private_server mine;
    const auto port = mine->port();
    // At once, while its newest processes still have the sockets of the one that forked them.
    for (int kills = 0; kills < 5; ++kills) {
        mine->kill();
        EXPECT_FALSE(mine->running());
        mine->restart();
        EXPECT_EQ(mine->port(), port);
    }
    EXPECT_EQ(sql(mine->url("postgres"), "SELECT 1"), "1");
}

// Who starts it as root has lent its memory to children that were another user's.
TEST(server, leaves_whoever_starts_it_a_memory_that_can_be_dumped) {
    std::vector<std::jthread> starting;
    for (int count = 0; count < 3; ++count)
        starting.emplace_back([] {
            const test::temporary_folder folder;
            auto mine = server::start(fast_params_in(folder.path()));
            mine.stop();
        });
    starting.clear();
    EXPECT_EQ(prctl(PR_GET_DUMPABLE), 1);
}

TEST(files, read_nothing_of_what_cannot_be_read) {
    EXPECT_EQ(read_file("/proc"), ""); // a folder opens, and its reading fails
    EXPECT_EQ(read_file("/proc/none"), "");
}

// A recovery that takes longer than a start may: what restores its log is held up.
server_params held_in_recovery(const test::temporary_folder& in) {
    auto params = fast_params_in(in.path() / "server");
    {
        auto before = server::start(params);
        sql(before.url("postgres"), "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('crud')");
    }
    const std::ofstream made{params.folder / "data" / "recovery.signal"};
    std::filesystem::permissions(params.folder / "data" / "recovery.signal", std::filesystem::perms::all);
    params.settings.emplace_back("restore_command", "sleep 3; false");
    params.start_timeout = std::chrono::seconds(3); // within which even a busy machine begins to recover
    return params;
}

TEST(server, is_waited_for_while_it_recovers) {
    const test::temporary_folder folder;
    auto params = held_in_recovery(folder);
    std::vector<std::string> told;
    params.progress = [&told](const std::string& line) { told.push_back(line); };
    auto server = server::start(params);
    EXPECT_EQ(sql(server.url("postgres"), "SELECT word FROM kept"), "crud");
    EXPECT_THAT(told, testing::Contains(testing::StartsWith("PostgreSQL is recovering, for ")));
}

TEST(server, stops_at_once_when_asked_to_while_it_recovers) {
    const test::temporary_folder folder;
    auto params = held_in_recovery(folder);
    for (auto& [name, value] : params.settings)
        if (name == "restore_command") value = "sleep 60; false";
    std::stop_source stop;
    params.stopping = stop.get_token();
    const std::jthread asks{[&stop] {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        stop.request_stop();
    }};
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_THROW(server::start(params), interrupted);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(40));
    EXPECT_FALSE(find_postmaster(params.folder / "data").has_value());
}

} // namespace
} // namespace cruddur::cluster
