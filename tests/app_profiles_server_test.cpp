#include "support/http_server.hpp"
#include "support/service.hpp"

#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace cruddur::app {
namespace {

using test::app_service;
using test::array_of;
using test::http_answer;
using test::object_of;
using test::sql;
using test::text_of;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class profiles : public testing::Test {
protected:
    std::string query(const std::string& text) const { return database_.query(text); }
    // As the seed's person of that handle; "" is nobody.
    http_answer ask(std::string_view method, std::string_view target, std::string_view who,
                    std::string_view body = {}) const {
        test::http_client::fields more;
        if (!who.empty()) more.push_back(app_service::as("MOCK-" + std::string{who}));
        if (!body.empty()) more.emplace_back("Content-Type", "application/json");
        return service_.client().request(method, target, more, body);
    }
    [[nodiscard]] http_answer show(std::string_view handle, std::string_view who = "",
                                   const std::string& query = "") const {
        return ask("GET", "/api/activities/@" + std::string{handle} + query, who);
    }
    http_answer put(std::string_view handle, std::string_view what, std::string_view who) const {
        return ask("PUT", "/api/users/@" + std::string{handle} + "/" + std::string{what}, who);
    }
    http_answer remove(std::string_view handle, std::string_view what, std::string_view who) const {
        return ask("DELETE", "/api/users/@" + std::string{handle} + "/" + std::string{what}, who);
    }
    [[nodiscard]] boost::json::object profile(std::string_view handle, std::string_view who = "") const {
        return object_of(show(handle, who)).at("profile").as_object();
    }
    [[nodiscard]] std::vector<std::string> messages(std::string_view handle,
                                                    std::string_view who = "") const {
        return test::texts_of(object_of(show(handle, who)).at("activities").as_array(), "message");
    }

    test::seeded_database database_;
    app_service service_{database_.url()};
};

TEST_F(profiles, show_a_person_and_their_posts_newest_first_without_replies) {
    const auto answer = show("AndrewBrown");
    EXPECT_EQ(answer.status, 200U);
    const auto person = object_of(answer).at("profile").as_object();
    EXPECT_EQ(person.size(), 7U);
    EXPECT_EQ(text_of(person, "handle"), "andrewbrown");
    EXPECT_EQ(text_of(person, "bio"), "Teaching the cloud, one week at a time.");
    EXPECT_EQ(std::to_string(person.at("cruds_count").as_int64()),
              query("select count(*) from activities a join users u on u.uuid = a.user_uuid where u.handle = "
                    "'andrewbrown'"));
    EXPECT_TRUE(profile("londo").at("bio").is_null());
    const auto posts = messages("andrewbrown");
    EXPECT_EQ(posts.front(), "This was imported as seed data!");
    EXPECT_EQ(std::to_string(posts.size()),
              query("select count(*) from activities a join users u on u.uuid = a.user_uuid "
                    "where u.handle = 'andrewbrown' and reply_to_activity_uuid is null"));
    query("update activities set expires_at = now() where message = 'This was imported as seed data!'");
    EXPECT_THAT(messages("andrewbrown"), Not(testing::Contains("This was imported as seed data!")));
    EXPECT_EQ(show("nobody").status, 404U);
    EXPECT_EQ(show("%27--").status, 404U);
}

TEST_F(profiles, are_paged_and_marked_as_the_caller_sees_them) {
    std::vector<std::string> seen;
    std::string target = "/api/activities/@andrewbrown?limit=1";
    for (int page = 0; page < 10 && !target.empty(); ++page) {
        const auto answer = ask("GET", target, "worf");
        const auto shown = object_of(answer);
        for (const auto& each : shown.at("activities").as_array()) {
            seen.push_back(text_of(each, "message"));
            EXPECT_TRUE(each.at("liked").is_bool());
        }
        const std::string link = answer.field("link");
        target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    EXPECT_EQ(seen, messages("andrewbrown"));
    EXPECT_EQ(show("andrewbrown", "", "?cursor=x&limit=0").body, R"(["limit_invalid","cursor_invalid"])");
    EXPECT_EQ(show("andrewbrown", "stranger").status, 401U);
    EXPECT_EQ(profile("andrewbrown", "andrewbrown").size(), 11U); // one's own too
}

TEST_F(profiles, tell_what_stands_between_the_two_and_change_it_once) {
    EXPECT_FALSE(profile("worf", "londo").at("followed").as_bool());
    for (int again = 0; again < 2; ++again) {
        const auto followed = put("worf", "follow", "londo");
        EXPECT_EQ(followed.status, 200U);
        EXPECT_TRUE(object_of(followed).at("followed").as_bool());
        EXPECT_EQ(object_of(followed).at("followers_count").as_int64(), 1);
        EXPECT_TRUE(object_of(put("worf", "mute", "londo")).at("muted").as_bool());
    }
    EXPECT_TRUE(profile("londo", "worf").at("follows_you").as_bool());
    EXPECT_EQ(profile("londo").at("following_count").as_int64(), 1);
    for (int again = 0; again < 2; ++again) {
        const auto ended = remove("worf", "follow", "londo");
        EXPECT_EQ(ended.status, 200U);
        EXPECT_FALSE(object_of(ended).at("followed").as_bool());
        EXPECT_EQ(object_of(ended).at("followers_count").as_int64(), 0);
        EXPECT_FALSE(object_of(remove("worf", "mute", "londo")).at("muted").as_bool());
    }
}

TEST_F(profiles, refuse_oneself_nobody_and_whoever_is_no_user) {
    for (const auto* what : {"follow", "mute", "block"}) {
        for (const auto* method : {"PUT", "DELETE"}) {
            const auto target = [&](const std::string& handle) {
                return "/api/users/@" + handle + "/" + what;
            };
            const auto self = ask(method, target("Worf"), "worf");
            EXPECT_EQ(self.status, 422U) << method << what;
            EXPECT_EQ(self.body, R"(["user_is_self"])");
            EXPECT_EQ(ask(method, target("nobody"), "worf").status, 404U) << method << what;
            EXPECT_EQ(ask(method, target("a%20b"), "worf").status, 404U) << method << what;
            EXPECT_EQ(ask(method, target("worf"), "").status, 401U) << method << what;
            EXPECT_EQ(ask(method, target("worf"), "stranger").status, 401U) << method << what;
        }
    }
    EXPECT_EQ(query("select (select count(*) from follows) + (select count(*) from mutes) + (select count(*) "
                    "from blocks)"),
              "0");
}

TEST_F(profiles, of_who_has_blocked_are_nobodys_and_the_blocker_sees_enough_to_end_it) {
    put("worf", "follow", "londo");
    put("londo", "follow", "worf");
    const auto blocked = put("londo", "block", "worf");
    EXPECT_EQ(blocked.status, 200U);
    EXPECT_TRUE(object_of(blocked).at("blocked").as_bool());
    EXPECT_EQ(object_of(blocked).at("followers_count").as_int64(), 0);
    EXPECT_EQ(object_of(blocked).at("following_count").as_int64(), 0);
    EXPECT_EQ(query("select count(*) from follows"), "0");

    const auto missing = show("worf", "londo");
    EXPECT_EQ(missing.status, 404U);
    EXPECT_EQ(missing.body, show("nobody", "londo").body);
    for (const auto* what : {"follow", "mute", "block"}) {
        EXPECT_EQ(put("worf", what, "londo").status, 404U) << what;
        EXPECT_EQ(remove("worf", what, "londo").status, 404U) << what;
    }
    EXPECT_EQ(query("select count(*) from follows"), "0");
    EXPECT_TRUE(profile("londo", "worf").at("blocked").as_bool());
    EXPECT_THAT(messages("londo", "worf"), IsEmpty());
    EXPECT_THAT(messages("londo"), Not(IsEmpty()));
    EXPECT_EQ(put("londo", "follow", "worf").status, 404U);

    EXPECT_FALSE(object_of(remove("londo", "block", "worf")).at("blocked").as_bool());
    EXPECT_EQ(show("worf", "londo").status, 200U);
    EXPECT_THAT(messages("londo", "worf"), Not(IsEmpty()));
}

TEST_F(profiles, let_two_who_have_blocked_each_other_end_it_one_after_the_other) {
    query("insert into blocks (blocker_uuid, blocked_uuid) select a.uuid, b.uuid from users a, users b "
          "where (a.handle, b.handle) in (('worf', 'londo'), ('londo', 'worf'))");
    EXPECT_EQ(show("worf", "londo").status, 404U);
    EXPECT_EQ(remove("worf", "block", "londo").status, 404U);
    EXPECT_EQ(query("select count(*) from blocks"), "1");
    EXPECT_EQ(remove("londo", "block", "worf").status, 200U);
    EXPECT_EQ(show("worf", "londo").status, 200U);
}

TEST_F(profiles, have_no_follow_beside_a_block_whoever_is_first) {
    std::vector<std::thread> both;
    both.emplace_back([&] {
        for (int turn = 0; turn < 40; ++turn)
            put("worf", "follow", "londo");
    });
    both.emplace_back([&] {
        for (int turn = 0; turn < 40; ++turn) {
            put("londo", "block", "worf");
            EXPECT_EQ(query("select count(*) from follows"), "0");
            remove("londo", "block", "worf");
        }
    });
    for (auto& each : both)
        each.join();
    EXPECT_EQ(query("select count(*) from users where followers_count <> "
                    "(select count(*) from follows where followed_uuid = users.uuid)"),
              "0");
}

TEST_F(profiles, are_written_by_their_owner_and_seen_in_the_feed_at_once) {
    EXPECT_THAT(ask("GET", "/api/activities/home", "").body, HasSubstr("Worf, Son of Mogh"));
    const auto written =
        ask("PUT", "/api/profile/update", "worf", R"({"display_name":"Worf 🖖","bio":"Qapla'"})");
    EXPECT_EQ(written.status, 200U);
    EXPECT_EQ(text_of(object_of(written), "display_name"), "Worf 🖖");
    EXPECT_EQ(text_of(object_of(written), "bio"), "Qapla'");
    const auto home = ask("GET", "/api/activities/home", "").body;
    EXPECT_THAT(home, HasSubstr("Worf 🖖"));
    EXPECT_THAT(home, Not(HasSubstr("Son of Mogh")));

    const auto bio_after = [&](std::string_view body) {
        return object_of(ask("POST", "/api/profile/update", "worf", body)).at("bio");
    };
    EXPECT_EQ(bio_after(R"({"display_name":"Worf"})"), boost::json::value("Qapla'"));
    EXPECT_TRUE(bio_after(R"({"display_name":"Worf","bio":null})").is_null());
    EXPECT_EQ(bio_after(R"({"display_name":"Worf","bio":"a"})"), boost::json::value("a"));
    EXPECT_TRUE(bio_after(R"({"display_name":"Worf","bio":" "})").is_null());
    EXPECT_EQ(query("select count(*) from users where display_name = 'Worf'"), "1");
}

TEST_F(profiles, name_all_that_is_wrong_with_what_was_written) {
    const auto codes = [&](const std::string& body) {
        const auto answer = ask("PUT", "/api/profile/update", "worf", body);
        EXPECT_EQ(answer.status, 422U) << body;
        return answer.body;
    };
    const auto text = [](std::size_t size) { return "\"" + std::string(size, 'x') + "\""; };
    EXPECT_EQ(codes("{}"), R"(["display_name_blank"])");
    EXPECT_EQ(codes("[]"), R"(["display_name_blank"])");
    EXPECT_EQ(codes(R"({"display_name":7,"bio":{}})"), R"(["display_name_blank","bio_invalid"])");
    EXPECT_EQ(codes(R"({"display_name":"\u200b","bio":"\u0000"})"),
              R"(["display_name_blank","bio_invalid"])");
    EXPECT_EQ(codes("{\"display_name\":" + text(51) + ",\"bio\":" + text(161) + "}"),
              R"(["display_name_exceed_max_chars","bio_exceed_max_chars"])");
    EXPECT_EQ(ask("PUT", "/api/profile/update", "worf",
                  "{\"display_name\":" + text(50) + ",\"bio\":" + text(160) + "}")
                  .status,
              200U);
    EXPECT_EQ(ask("PUT", "/api/profile/update", "worf", "{").status, 400U);
    EXPECT_EQ(ask("PUT", "/api/profile/update", "stranger", R"({"display_name":"a"})").status, 401U);
}

// Until it is known whether a follow was written, whoever follows asks again.
TEST_F(profiles, count_a_thousand_followers_once_though_connections_are_killed) {
    query("insert into users (display_name, handle, cognito_user_id) "
          "select 'F' || n, 'f' || n, 'MOCK-f' || n from generate_series(0, 999) n");
    std::atomic<int> followed{0};
    std::atomic<bool> over{false};
    int kills = 0;
    // Each time that some more have followed: a slow machine gets its turn.
    std::thread killer{[&] {
        for (int at = 0; at < 1'000 && !over; at += 40) {
            while (followed < at && !over)
                std::this_thread::sleep_for(std::chrono::milliseconds{5});
            kills += std::stoi(query("select count(pg_terminate_backend(pid)) from pg_stat_activity "
                                     "where datname = current_database() and pid <> pg_backend_pid()"));
        }
    }};
    std::vector<std::thread> people;
    for (int lane = 0; lane < 8; ++lane)
        people.emplace_back([&, lane] {
            auto client = service_.client();
            for (int n = lane; n < 1'000; n += 8) {
                const auto who = app_service::as("MOCK-f" + std::to_string(n));
                for (int again = 0; again < 2; ++again)
                    EXPECT_TRUE(test::eventually([&] {
                        return client.request("PUT", "/api/users/@worf/follow", {who}).status == 200;
                    }));
                ++followed;
            }
        });
    for (auto& each : people)
        each.join();
    over = true;
    killer.join();
    EXPECT_GT(kills, 0);
    EXPECT_EQ(query("select count(*) from follows"), "1000");
    EXPECT_EQ(query("select followers_count from users where handle = 'worf'"), "1000");
    EXPECT_EQ(query("select count(*) from users where following_count = 1"), "1000");
}

} // namespace
} // namespace cruddur::app
