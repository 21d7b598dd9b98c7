#include "postgres/plain_connection.hpp"
#include "support/http_server.hpp"
#include "support/service.hpp"

#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <set>

namespace cruddur::app {
namespace {

using test::app_service;
using test::http_answer;
using test::sql;

const std::string post = "5eed0000-0000-4000-8000-00000000c001"; // of worf
const std::string group = "5eed0000-0000-4000-8000-00000000c002";

struct request {
    std::string_view method;
    std::string target;
    std::string_view body;
};

// Every route that writes about a person, and every one that writes about a post.
const std::vector<request> about_person{
    {"PUT", "/api/users/@worf/follow", ""},
    {"DELETE", "/api/users/@worf/follow", ""},
    {"PUT", "/api/users/@worf/mute", ""},
    {"DELETE", "/api/users/@worf/mute", ""},
    {"PUT", "/api/users/@worf/block", ""},
    {"DELETE", "/api/users/@worf/block", ""},
    {"POST", "/api/messages", R"({"message":"hello","handle":"worf"})"},
    {"POST", "/api/messages",
     R"({"message":"hello","message_group_uuid":"5eed0000-0000-4000-8000-00000000c002"})"},
    {"PUT", "/api/messages/" + group + "/read", R"({"until":"2030-01-01T00:00:00Z"})"}};
const std::vector<request> about_post{
    {"PUT", "/api/activities/" + post + "/like", ""},
    {"DELETE", "/api/activities/" + post + "/like", ""},
    {"PUT", "/api/activities/" + post + "/repost", ""},
    {"DELETE", "/api/activities/" + post + "/repost", ""},
    {"POST", "/api/activities/" + post + "/reply", R"({"message":"a reply"})"},
    {"POST", "/api/activities/" + post + "/report", R"({"reason":"spam"})"}};

// A transaction deletes what a request is about; the request comes before that has been committed.
class overtaken : public testing::Test {
protected:
    void arrange(bool known) {
        database_.query("delete from users; delete from reports; " + std::string{cruddur::sql::seed.text});
        database_.query("insert into activities (uuid, user_uuid, message) select '" + post +
                        "', uuid, 'x' from users where handle = 'worf'");
        if (!known) return;
        database_.query(
            "insert into message_groups (uuid, first_user_uuid, second_user_uuid) select '" + group +
            "', least(a.uuid, b.uuid), greatest(a.uuid, b.uuid) from users a, users b "
            "where a.handle = 'worf' and b.handle = 'londo';"
            "insert into follows (follower_uuid, followed_uuid) select a.uuid, b.uuid from users a, "
            "users b "
            "where a.handle = 'londo' and b.handle = 'worf';"
            "insert into mutes (muter_uuid, muted_uuid) select a.uuid, b.uuid from users a, users b "
            "where a.handle = 'londo' and b.handle = 'worf'");
    }

    // What londo is answered. Where the answer waits for the transaction, that is committed then; where it
    // does not, the request came first, and nullopt is returned.
    std::optional<http_answer> answer(const request& asked, const std::string& deletion) {
        auto other =
            postgres::plain_connection::open(postgres::connection_url::parse(database_.url()).value())
                .value();
        EXPECT_TRUE(other.execute("begin").has_value());
        EXPECT_TRUE(other.execute(deletion).has_value());
        auto coming = std::async(std::launch::async, [&] {
            test::http_client::fields more{app_service::as("MOCK-londo")};
            if (!asked.body.empty()) more.emplace_back("Content-Type", "application/json");
            return service_.client().request(asked.method, asked.target, more, asked.body);
        });
        const std::string waits =
            "select count(*) > 0 from pg_stat_activity where datname = current_database() and "
            "wait_event_type = 'Lock' and application_name = 'cruddur serve'";
        const auto answered = [&] {
            return coming.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
        };
        EXPECT_TRUE(test::eventually([&] { return answered() || database_.query(waits) == "t"; }));
        const bool first = answered();
        EXPECT_TRUE(other.execute("commit").has_value());
        const auto made = coming.get();
        if (first) {
            EXPECT_TRUE(made.status == 200 || made.status == 404)
                << asked.method << asked.target << made.body;
            return std::nullopt;
        }
        return made;
    }

    // Those that waited were answered with one of these statuses then, and so many have to have waited.
    void hold(const std::vector<request>& all, const std::string& deletion,
              const std::set<unsigned>& refusals, std::size_t waiting) {
        std::size_t waited = 0;
        for (const request& each : all) {
            const bool begins = each.method == "PUT" && !each.target.ends_with("/read");
            arrange(!begins && each.body.find("handle") == std::string::npos);
            const auto made = answer(each, deletion);
            if (!made) continue;
            ++waited;
            EXPECT_TRUE(refusals.contains(made->status))
                << each.method << " " << each.target << " " << made->status;
        }
        EXPECT_GE(waited, waiting) << "a request that waits for nothing shows nothing";
    }

    test::seeded_database database_;
    // No reaper gets its turn: it would be in the way of the next arrangement.
    postgres::plain_connection held_ =
        postgres::plain_connection::open(postgres::connection_url::parse(database_.url()).value()).value();
    bool alone_ = held_.execute("select pg_advisory_lock(4567001), pg_advisory_lock(4567002)").has_value();
    app_service service_{database_.url()};
};

TEST_F(overtaken, by_the_deletion_of_the_person_is_as_if_there_were_nobody) {
    hold(about_person, "delete from users where handle = 'worf'", {404}, 8);
    hold(about_post, "delete from users where handle = 'worf'", {404}, 6);
}

TEST_F(overtaken, by_the_deletion_of_the_post_is_as_if_there_were_none) {
    hold(about_post, "delete from activities where uuid = '" + post + "'", {404}, 5);
}

TEST_F(overtaken, by_who_leaves_or_is_disabled_is_as_if_there_were_nobody) {
    hold(about_person, "select public.leave('MOCK-worf')", {404}, 4);
    hold(about_person, "update users set disabled_at = now(), hidden = true where handle = 'worf'", {404}, 4);
}

// Where both the caller and a conversation are gone, it is the one or the other that is missed.
TEST_F(overtaken, by_the_deletion_of_its_caller_is_refused) {
    hold(about_post, "delete from users where handle = 'londo'", {401}, 4);
    hold(about_person, "delete from users where handle = 'londo'", {401, 404}, 7);
}

} // namespace
} // namespace cruddur::app
