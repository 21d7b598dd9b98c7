#include "postgres/plain_connection.hpp"
#include "support/gate.hpp"
#include "support/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace cruddur::postgres {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

connection_url url_of(std::string_view text) {
    return *connection_url::parse(text);
}

plain_connection opened(const std::string& url, plain_params params = {}) {
    auto made = plain_connection::open(url_of(url), std::move(params));
    if (!made.has_value()) throw std::runtime_error(made.error().describe());
    return std::move(*made);
}

TEST(plain_connection, binds_parameters_as_they_are) {
    test::database place;
    auto session = opened(place.url());
    const std::string hostile = "'); DROP TABLE users;-- 🙂 \\ \n";
    const auto answer =
        session.execute({"echo", "select $1::text, $2::text, $3::int + 1"}, {hostile, std::nullopt, "41"});
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->get(0, 0), hostile);
    EXPECT_EQ(answer->get(0, 1), std::nullopt);
    EXPECT_EQ(answer->get(0, 2), "42");
}

TEST(plain_connection, goes_on_after_an_error_and_tells_its_place) {
    test::database place;
    auto session = opened(place.url());
    const auto failed = session.execute("select 1 from\n  nowhere");
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().kind, failure::server);
    EXPECT_EQ(failed.error().sqlstate, "42P01");
    EXPECT_EQ(failed.error().position, 17);
    EXPECT_TRUE(session.execute("select 1").has_value());
}

TEST(plain_connection, takes_one_statement_at_a_time) {
    test::database place;
    auto session = opened(place.url());
    const auto failed = session.execute("select 1; select 2");
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().sqlstate, "42601");
}

TEST(plain_connection, copies_rows_in_parts) {
    test::database place;
    auto session = opened(place.url());
    ASSERT_TRUE(session.execute("create table copied (n int primary key, text text)").has_value());
    int parts = 0;
    const auto numbers = [&parts](std::string& part) {
        for (int n = 0; n < 10'000; ++n)
            part += std::to_string(parts * 10'000 + n) + "\tit's \\\\ a row\n";
        return parts++ < 20;
    };
    const auto copied = session.copy("copy copied from stdin", numbers);
    ASSERT_TRUE(copied.has_value());
    EXPECT_EQ(*copied, 200'000);
    EXPECT_EQ(session.execute("select count(*), min(text) from copied")->get(0, 1), "it's \\ a row");

    parts = 0;
    const auto twice = session.copy("copy copied from stdin", numbers);
    ASSERT_FALSE(twice.has_value());
    EXPECT_EQ(twice.error().sqlstate, "23505");
    EXPECT_EQ(session.copy("copy nowhere from stdin", numbers).error().sqlstate, "42P01");
    EXPECT_EQ(session.copy("select 1", numbers).error().kind, failure::usage);
    EXPECT_EQ(session.execute("select count(*) from copied")->get(0, 0), "200000") << "it goes on afterwards";
}

TEST(plain_connection, passes_notices_on) {
    test::database place;
    plain_params params;
    std::vector<std::string> heard;
    params.notice = [&](const error& notice) { heard.push_back(notice.message); };
    auto session = opened(place.url(), params);
    ASSERT_TRUE(session.execute("do $$ begin raise warning 'mind the gap'; end $$").has_value());
    EXPECT_THAT(heard, testing::ElementsAre("mind the gap"));
}

TEST(plain_connection, reads_an_answer_larger_than_any_buffer) {
    test::database place;
    auto session = opened(place.url());
    const auto answer = session.execute("select repeat('x', 20000000)");
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->get(0, 0)->size(), 20'000'000U);
    const std::string large(20'000'000, 'y');
    const auto back = session.execute({"length", "select length($1)"}, {large});
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->get(0, 0), "20000000");
}

TEST(plain_connection, says_that_copy_is_not_supported_instead_of_hanging) {
    test::database place;
    auto session = opened(place.url());
    const auto failed = session.execute("copy public.users to stdout");
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().kind, failure::usage);
}

TEST(plain_connection, has_the_server_stop_a_statement_at_its_time) {
    test::database place;
    plain_params params;
    params.statement_timeout = 100ms;
    auto session = opened(place.url(), params);
    const auto failed = session.execute("select pg_sleep(100)");
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().sqlstate, "57014");
    EXPECT_TRUE(session.execute("select 1").has_value());
}

TEST(plain_connection, stops_waiting_for_a_server_that_went_silent) {
    test::database place;
    test::gate between{test::shared_server().port()};
    plain_params params;
    params.statement_timeout = 100ms;
    auto session = opened(between.through(place.url()), params);
    between.drop();
    const auto failed = session.execute("select 1");
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().kind, failure::timeout);
    EXPECT_EQ(session.execute("select 1").error().kind, failure::lost);
}

TEST(plain_connection, stops_waiting_for_a_connection_that_is_never_answered) {
    test::database place;
    test::gate between{test::shared_server().port()};
    between.drop();
    plain_params params;
    params.connect_timeout = 100ms;
    const auto failed = plain_connection::open(url_of(between.through(place.url())), params);
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().kind, failure::connect);
    EXPECT_THAT(failed.error().message, HasSubstr("no answer"));
}

TEST(plain_connection, tells_a_session_that_was_ended_with_its_reason) {
    test::database place;
    auto session = opened(place.url());
    auto other = opened(place.url());
    const auto pid = std::to_string(session.server_pid());
    ASSERT_TRUE(other.execute({"end", "select pg_terminate_backend($1::int, 5000)"}, {pid}).has_value());
    const auto failed = session.execute("select 1");
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().kind, failure::lost);
    EXPECT_EQ(failed.error().sqlstate, "57P01");
}

TEST(plain_connection, tells_a_missing_database_by_its_sqlstate) {
    test::database place;
    const auto failed = plain_connection::open(url_of(place.url()).with("dbname", "nowhere"));
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().kind, failure::connect);
    EXPECT_EQ(failed.error().sqlstate, "3D000");
}

} // namespace
} // namespace cruddur::postgres
