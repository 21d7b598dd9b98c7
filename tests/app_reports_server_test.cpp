#include "support/http_server.hpp"
#include "support/service.hpp"

#include <gtest/gtest.h>

namespace cruddur::app {
namespace {

using test::app_service;
using test::seed_post;
using test::seed_reply;
using test::unknown_uuid;
using fields = test::http_client::fields;

class reports_routes : public testing::Test {
protected:
    std::string query(const std::string& text) const { return database_.query(text); }
    test::http_answer report(std::string_view handle, const std::string& uuid,
                             std::string_view body = R"({"reason":"spam"})") {
        return test::post_json(client_, "/api/activities/" + uuid + "/report", body,
                               {app_service::as("MOCK-" + std::string{handle})});
    }

    test::seeded_database database_;
    test::app_login login_{database_};
    app_service service_{login_.url()};
    test::http_client client_ = service_.client();
};

TEST_F(reports_routes, keep_the_text_as_it_was_when_the_post_is_gone) {
    const auto answer = report("worf", seed_post);
    EXPECT_EQ(answer.status, 200U) << answer.body;
    EXPECT_EQ(answer.body, R"({"uuid":")" + seed_post + "\"}");
    query("update activities set message = 'innocent' where uuid = '" + seed_post + "'");
    query("delete from activities where uuid = '" + seed_post + "'");
    EXPECT_EQ(query("select r.reason, a.handle, b.handle, r.message, r.closed_at is null from reports r "
                    "join users a on a.uuid = r.author_uuid join users b on b.uuid = r.reporter_uuid"),
              "spam|andrewbrown|worf|This was imported as seed data!|t");
}

TEST_F(reports_routes, take_one_of_a_caller_and_post) {
    const auto first = report("worf", seed_post);
    EXPECT_EQ(report("worf", seed_post, R"({"reason":"other"})").body, first.body);
    EXPECT_EQ(query("select count(*), min(reason) from reports"), "1|spam");
    EXPECT_EQ(report("layla", seed_post, R"({"reason":"abuse"})").status, 200U);
    EXPECT_EQ(report("worf", seed_reply, R"({"reason":"illegal"})").status, 200U);
    EXPECT_EQ(query("select count(*) from reports"), "3");
}

TEST_F(reports_routes, refuse_a_reason_that_is_none) {
    for (const auto* body : {R"({})", R"([])", R"({"reason":""})", R"({"reason":"Spam"})", R"({"reason":1})",
                             R"({"reason":null})", R"({"reason":["spam"]})"}) {
        const auto answer = report("worf", seed_post, body);
        EXPECT_EQ(answer.status, 422U) << body;
        EXPECT_EQ(answer.body, R"(["reason_invalid"])") << body;
    }
    EXPECT_EQ(query("select count(*) from reports"), "0");
}

TEST_F(reports_routes, are_of_what_the_caller_can_see) {
    query("update activities set expires_at = now() where uuid = '" + seed_reply + "'");
    for (const std::string& uuid : {unknown_uuid, seed_reply, std::string{"1"}})
        EXPECT_EQ(report("worf", uuid).status, 404U) << uuid;
    for (const auto* pair : {"a.handle = 'andrewbrown' and b.handle = 'layla'",
                             "a.handle = 'amara' and b.handle = 'andrewbrown'"})
        query(
            std::string{"insert into blocks (blocker_uuid, blocked_uuid) select a.uuid, b.uuid from users a, "
                        "users b where "} +
            pair);
    EXPECT_EQ(report("layla", seed_post).status, 404U);
    EXPECT_EQ(report("amara", seed_post).status, 404U);
    EXPECT_EQ(report("nobody", seed_post).status, 401U);
    EXPECT_EQ(test::post_json(client_, "/api/activities/" + seed_post + "/report", "{}").status, 401U);
    EXPECT_EQ(query("select count(*) from reports"), "0");
}

TEST_F(reports_routes, are_deleted_after_ninety_days) {
    report("worf", seed_post);
    report("layla", seed_post);
    query("update reports set created_at = now() - interval '90 days 1 second' where reason = 'spam' and "
          "reporter_uuid = (select uuid from users where handle = 'worf')");
    query("update reports set created_at = now() - interval '89 days' where created_at > now() - interval '1 "
          "day'");
    EXPECT_TRUE(test::eventually([&] { return query("select count(*) from reports") == "1"; }));
    EXPECT_EQ(query("select u.handle from reports r join users u on u.uuid = r.reporter_uuid"), "layla");
}

} // namespace
} // namespace cruddur::app
