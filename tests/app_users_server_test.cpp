#include "support/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cruddur::app {
namespace {

using test::app_service;
using test::object_of;
using test::text_of;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class users_routes : public testing::Test {
protected:
    [[nodiscard]] test::http_answer show(const std::string& handle) const {
        return service_.get("/api/users/@" + handle + "/short");
    }

    std::string query(const std::string& text) const { return database_.query(text); }
    // The handles of a list, as the seed's person of that handle sees it; "" is nobody.
    [[nodiscard]] std::vector<std::string> handles(const std::string& target,
                                                   const std::string& who = "") const {
        const auto answer =
            who.empty() ? service_.get(target) : service_.get(target, {app_service::as("MOCK-" + who)});
        EXPECT_EQ(answer.status, 200U) << target;
        return test::texts_of(test::array_of(answer), "handle");
    }
    // All pages, by their links.
    [[nodiscard]] std::vector<std::string> all_handles(std::string target) const {
        std::vector<std::string> made;
        for (int page = 0; page < 50 && !target.empty(); ++page) {
            const auto answer = service_.get(target);
            for (auto& each : test::texts_of(test::array_of(answer), "handle"))
                made.push_back(std::move(each));
            const std::string link = answer.field("link");
            target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
        }
        return made;
    }
    // Makes the first follow the second, so many minutes ago.
    void follow(const std::string& follower, const std::string& followed, int minutes_ago) const {
        query("insert into follows (follower_uuid, followed_uuid, created_at) select a.uuid, b.uuid, now() - "
              "interval '" +
              std::to_string(minutes_ago) + " minutes' from users a, users b where a.handle = '" + follower +
              "' and b.handle = '" + followed + "'");
    }
    void block(const std::string& blocker, const std::string& blocked) const {
        query("insert into blocks (blocker_uuid, blocked_uuid) select a.uuid, b.uuid from users a, users b "
              "where a.handle = '" +
              blocker + "' and b.handle = '" + blocked + "'");
    }

    test::seeded_database database_;
    app_service service_{database_.url()};
};

TEST_F(users_routes, show_who_has_a_handle_in_whatever_case) {
    for (const auto* handle : {"andrewbrown", "AndrewBrown", "%61ndrewbrown"}) {
        const auto answer = show(handle);
        EXPECT_EQ(answer.status, 200) << handle;
        const auto user = object_of(answer);
        EXPECT_EQ(user.size(), 3U);
        EXPECT_EQ(text_of(user, "handle"), "andrewbrown");
        EXPECT_EQ(text_of(user, "display_name"), "Andrew Brown");
        EXPECT_EQ(text_of(user, "uuid").size(), 36U);
    }
}

TEST_F(users_routes, know_nobody_by_what_is_no_handle) {
    for (const std::string& handle : {std::string{"nobody"}, std::string(51, 'a'), std::string{"%27--"},
                                      std::string{"andrew%20brown"}, std::string{"%C3%A9"}}) {
        const auto answer = show(handle);
        EXPECT_EQ(answer.status, 404) << handle;
        EXPECT_EQ(answer.body, R"(["not_found"])") << handle;
    }
}

TEST_F(users_routes, list_who_follows_whom_newest_first_and_paged) {
    const std::vector<std::string> people{"amara", "bayko", "hanako", "ingrid", "layla"};
    for (int at = 0; at < 5; ++at)
        follow(people[static_cast<std::size_t>(at)], "worf", at);
    follow("worf", "londo", 1);
    follow("worf", "priya", 0);
    EXPECT_EQ(handles("/api/users/@worf/followers"), people);
    EXPECT_EQ(all_handles("/api/users/@Worf/followers?limit=2"), people);
    EXPECT_THAT(handles("/api/users/@worf/following"), ElementsAre("priya", "londo"));
    EXPECT_THAT(handles("/api/users/@londo/followers"), ElementsAre("worf"));
    EXPECT_THAT(handles("/api/users/@londo/following"), IsEmpty());
    for (const auto* list : {"/followers", "/following"}) {
        const auto target = [&](const std::string& handle) { return "/api/users/@" + handle + list; };
        EXPECT_EQ(service_.get(target("nobody")).status, 404U);
        EXPECT_EQ(service_.get(target("worf") + "?cursor=x").body, R"(["cursor_invalid"])");
        EXPECT_EQ(service_.get(target("worf"), {app_service::as("MOCK-stranger")}).status, 401U);
    }
}

TEST_F(users_routes, hide_from_lists_and_search_whoever_is_blocked_either_way) {
    for (const auto* who : {"amara", "bayko", "hanako"})
        follow(who, "worf", 1);
    follow("worf", "amara", 1);
    block("amara", "londo");
    block("londo", "bayko");
    EXPECT_THAT(handles("/api/users/@worf/followers", "londo"), ElementsAre("hanako"));
    EXPECT_THAT(handles("/api/users/@worf/following", "londo"), IsEmpty());
    EXPECT_EQ(handles("/api/users/@worf/followers").size(), 3U);
    EXPECT_THAT(handles("/api/users/search?term=am", "londo"), IsEmpty());
    EXPECT_THAT(handles("/api/users/search?term=bayko", "londo"), IsEmpty());
    EXPECT_THAT(handles("/api/users/search?term=am"), ElementsAre("amara"));
    for (const auto* list : {"/followers", "/following"}) {
        const auto hidden =
            service_.get("/api/users/@amara" + std::string{list}, {app_service::as("MOCK-londo")});
        EXPECT_EQ(hidden.status, 404U);
        EXPECT_EQ(handles("/api/users/@londo" + std::string{list}, "amara"), std::vector<std::string>{});
    }
}

TEST_F(users_routes, search_by_how_a_handle_or_a_name_begins_in_whatever_case) {
    EXPECT_THAT(handles("/api/users/search?term=ANDREW"), UnorderedElementsAre("andrewbrown", "bayko"));
    EXPECT_THAT(handles("/api/users/search?term=%40andrew"), ElementsAre("andrewbrown"));
    EXPECT_THAT(handles("/api/users/search?term=siobh%C3%81n+o"), ElementsAre("siobhan"));
    EXPECT_THAT(handles("/api/users/search?term=%E5%B1%B1"), ElementsAre("hanako"));
    for (const auto* none : {"brown", "%25", "_", "%40", "a%27--", "a%5C", "zzz"})
        EXPECT_THAT(handles("/api/users/search?term=" + std::string{none}), IsEmpty()) << none;
    EXPECT_EQ(service_.get("/api/users/search?term=+").body, R"(["search_term_blank"])");
    EXPECT_EQ(service_.get("/api/users/search").body, R"(["search_term_blank"])");
    EXPECT_EQ(service_.get("/api/users/search?term=a", {app_service::as("MOCK-stranger")}).status, 401U);
}

TEST_F(users_routes, search_has_the_exact_handle_first_then_the_newest_and_is_paged) {
    query("insert into users (display_name, handle, cognito_user_id, created_at) "
          "select 'Q' || n, 'quark' || n, 'q' || n, now() - n * interval '1 minute' from generate_series(1, "
          "30) n;"
          "insert into users (display_name, handle, cognito_user_id, created_at) values ('Bar', 'Quark', "
          "'q', now() - interval '1 year')");
    std::vector<std::string> expected{"Quark"};
    for (int n = 1; n <= 30; ++n)
        expected.push_back("quark" + std::to_string(n));
    for (const auto* limit : {"1", "7", "31", "100"})
        EXPECT_EQ(all_handles("/api/users/search?term=quark&limit=" + std::string{limit}), expected) << limit;
}

} // namespace
} // namespace cruddur::app
