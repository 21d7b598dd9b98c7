#include "cluster/error.hpp"
#include "cluster/server.hpp"
#include "support/server.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace cruddur::cluster {
namespace {

using test::sql;

server_params params_in(const std::filesystem::path& folder) {
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
        auto first = server::start(params_in(folder.path() / "server"));
        first_url = first.url("postgres");
        sql(first_url, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('crud')");
    }
    auto second = server::start(params_in(folder.path() / "server"));
    EXPECT_EQ(second.url("postgres"), first_url);
    EXPECT_EQ(sql(second.url("postgres"), "SELECT word FROM kept"), "crud");
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

} // namespace
} // namespace cruddur::cluster
