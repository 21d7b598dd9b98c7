#include "cluster/backup.hpp"
#include "cluster/error.hpp"
#include "cluster/server.hpp"
#include "support/server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

namespace cruddur::cluster {
namespace {

using test::sql;

std::string backup_of(const server& from) {
    std::string tar;
    back_up(from, [&tar](std::span<const std::byte> part) {
        tar.append(reinterpret_cast<const char*>(part.data()), part.size());
    });
    return tar;
}

byte_source source_of(const std::string& tar, std::size_t bytes_max = std::string::npos) {
    return [&tar, at = std::size_t{0},
            end = std::min(tar.size(), bytes_max)](std::span<std::byte> into) mutable {
        const auto size = std::min(into.size(), end - at);
        std::memcpy(into.data(), tar.data() + at, size);
        at += size;
        return size;
    };
}

server_params params_in(const std::filesystem::path& folder) {
    server_params params;
    params.folder = folder;
    params.address = "";
    params.settings = test::fast_settings();
    params.dies_with_us = true;
    return params;
}

TEST(backup, holds_the_rows_of_its_moment_and_is_restored_with_a_password_of_its_own) {
    const test::temporary_folder folder;
    auto first = server::start(params_in(folder.path() / "first"));
    sql(first.url("postgres"), "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number");
    const auto tar = backup_of(first);
    sql(first.url("postgres"), "INSERT INTO kept VALUES (1001)");

    const auto params = params_in(folder.path() / "second");
    restore(source_of(tar), params);
    auto second = server::start(params);
    EXPECT_EQ(sql(second.url("postgres"), "SELECT count(*), sum(number) FROM kept"), "1000|500500");
    EXPECT_EQ(sql(first.url("postgres"), "SELECT count(*) FROM kept"), "1001");
    EXPECT_NE(first.url("postgres").substr(0, 60), second.url("postgres").substr(0, 60));
    EXPECT_EQ(sql(second.url("postgres"), "CREATE TABLE more (); SELECT pg_is_in_recovery()"), "f");
}

TEST(backup, leaves_no_data_folder_when_it_is_cut_short_or_its_source_fails) {
    const test::temporary_folder folder;
    auto first = server::start(params_in(folder.path() / "first"));
    const auto tar = backup_of(first);
    const auto params = params_in(folder.path() / "second");
    EXPECT_THROW(restore(source_of(tar, tar.size() / 2), params), error);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "second" / "data"));
    EXPECT_THROW(
        restore([](std::span<std::byte>) -> std::size_t { throw std::runtime_error("damaged"); }, params),
        std::runtime_error);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "second" / "data"));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "second" / "data.new"));
    restore(source_of(tar), params);
    EXPECT_THROW(restore(source_of(tar), params), error) << "what is there is not overwritten";
    auto second = server::start(params);
    EXPECT_EQ(sql(second.url("postgres"), "SELECT 1"), "1");
}

TEST(backup, ends_when_its_sink_fails_and_leaves_the_server_as_it_was) {
    const test::temporary_folder folder;
    auto first = server::start(params_in(folder.path() / "first"));
    EXPECT_THROW(back_up(first, [](std::span<const std::byte>) { throw std::runtime_error("disk full"); }),
                 std::runtime_error);
    EXPECT_EQ(sql(first.url("postgres"), "SELECT count(*) FROM pg_replication_slots"), "0");
    EXPECT_FALSE(backup_of(first).empty());
}

} // namespace
} // namespace cruddur::cluster
