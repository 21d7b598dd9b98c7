#include "app/input/blank_code_points.hpp"
#include "app/input/validation.hpp"
#include "db/queries.hpp"
#include "support/http_server.hpp"
#include "support/service.hpp"

#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <thread>

namespace cruddur::app {
using namespace input;
namespace {

using namespace std::chrono_literals;
using test::app_service;
using test::array_of;
using test::http_answer;
using test::object_of;
using test::post_body;
using test::post_json;
using test::seed_post;
using test::seed_reply;
using test::sql;
using test::text_of;
using test::unknown_uuid;
using testing::HasSubstr;
using fields = test::http_client::fields;

constexpr std::string_view activities_path = "/api/activities";

const std::vector<std::string> typed{
    "'); DROP TABLE users;--",
    R"($1 \' " \\ %s {} {"a":1} \u0041 \n)",
    "<script>alert(1)</script> & &amp;",
    "多摩川 🚲👩‍👩‍👧 مساء الخير é e\u0301",
    "two\nlines\tand a tab",
    "-- /* a comment */ ;",
    "  spaces around  ",
};

class activities_routes : public testing::Test {
protected:
    std::string query(const std::string& text) const { return database_.query(text); }
    [[nodiscard]] http_answer show(std::string_view uuid, const fields& more = {}) {
        return client_.get(std::string{activities_path} + "/" + std::string{uuid}, more);
    }
    http_answer create(std::string_view body, fields more = {}) {
        more.push_back(andrew_);
        return post_json(client_, activities_path, body, std::move(more));
    }
    [[nodiscard]] std::string posts() const { return query("select count(*) from activities"); }

    test::seeded_database database_;
    app_service service_{database_.url()};
    test::http_client client_ = service_.client();
    const std::pair<std::string, std::string> andrew_ = app_service::as("MOCK-andrewbrown");
};

TEST_F(activities_routes, show_one_post_or_reply) {
    const auto answer = show(seed_post);
    EXPECT_EQ(answer.status, 200U);
    const auto post = object_of(answer);
    EXPECT_EQ(text_of(post, "uuid"), seed_post);
    EXPECT_EQ(text_of(post, "message"), "This was imported as seed data!");
    EXPECT_EQ(post.size(), 11U);
    EXPECT_EQ(text_of(object_of(show(seed_reply)), "reply_to_activity_uuid"), seed_post);
    EXPECT_EQ(show("5EED0000-0000-4000-8000-000000000101").body, answer.body);
    EXPECT_EQ(show(seed_post, {{"If-None-Match", answer.field("etag")}}).status, 304U);
    const auto seen = object_of(show(seed_post, {andrew_}));
    EXPECT_TRUE(seen.at("liked").is_bool());
    EXPECT_EQ(seen.size(), 13U);
}

TEST_F(activities_routes, answer_404_for_what_is_not_there) {
    query("update activities set expires_at = now() where uuid = '" + std::string{seed_reply} + "'");
    for (const std::string& none :
         {unknown_uuid, std::string{seed_reply}, std::string{"1"}, std::string{"home2"}, unknown_uuid + "0",
          std::string{"00000000000040008000000000000000"}, std::string{"%27%3B--"}}) {
        const auto answer = show(none);
        EXPECT_EQ(answer.status, 404U) << none;
        EXPECT_EQ(answer.body, R"(["not_found"])") << none;
    }
    EXPECT_EQ(show(seed_post, {app_service::as("nobody")}).status, 401U);
}

TEST_F(activities_routes, create_a_post_that_lives_as_long_as_asked) {
    const std::vector<std::pair<std::string, std::string>> lives{
        {"30-days", "30 days"},   {"7-days", "7 days"},    {"3-days", "3 days"},  {"1-day", "1 day"},
        {"12-hours", "12:00:00"}, {"3-hours", "03:00:00"}, {"1-hour", "01:00:00"}};
    for (const auto& [ttl, interval] : lives) {
        const auto answer = create(post_body("for " + ttl, ttl));
        ASSERT_EQ(answer.status, 200U) << answer.body;
        const std::string uuid = text_of(object_of(answer), "uuid");
        EXPECT_EQ(query("select expires_at - created_at from activities where uuid = '" + uuid + "'"),
                  interval);
        EXPECT_EQ(show(uuid, {andrew_}).body, answer.body);
    }
}

TEST_F(activities_routes, store_a_message_as_it_was_typed) {
    for (const std::string& message : typed) {
        const auto answer = create(post_body(message));
        ASSERT_EQ(answer.status, 200U) << message << answer.body;
        const auto made = object_of(answer);
        EXPECT_EQ(text_of(made, "message"), message);
        const std::string uuid = text_of(made, "uuid");
        EXPECT_EQ(query("select message from activities where uuid = '" + uuid + "'"), message);
        EXPECT_EQ(text_of(array_of(service_.get("/api/activities/home")).front(), "message"), message);
    }
    EXPECT_EQ(query("select count(*) from users"), "12");
}

TEST_F(activities_routes, count_characters_as_people_do) {
    std::string bicycles;
    for (int at = 0; at < 280; ++at)
        bicycles += "🚲";
    EXPECT_EQ(create(post_body(bicycles)).status, 200U);
    EXPECT_EQ(create(post_body(bicycles + "!")).body, R"(["message_exceed_max_chars"])");
}

TEST_F(activities_routes, refuse_what_is_wrong_with_every_code_and_store_nothing) {
    const std::string before = posts();
    const std::vector<std::pair<std::string, std::string>> table{
        {R"({})", R"(["message_blank","ttl_blank"])"},
        {R"([])", R"(["message_blank","ttl_blank"])"},
        {R"("text")", R"(["message_blank","ttl_blank"])"},
        {R"({"message":"","ttl":""})", R"(["message_blank","ttl_blank"])"},
        {R"({"message":" \t\n\u00a0\u200b","ttl":"1-day"})", R"(["message_blank"])"},
        {R"({"message":"hi"})", R"(["ttl_blank"])"},
        {R"({"message":"hi","ttl":"2-days"})", R"(["ttl_blank"])"},
        {R"({"message":"hi","ttl":" 1-day"})", R"(["ttl_blank"])"},
        {R"({"message":"hi","ttl":1})", R"(["ttl_blank"])"},
        {R"({"message":1,"ttl":"1-day"})", R"(["message_blank"])"},
        {R"({"message":null,"ttl":"1-day"})", R"(["message_blank"])"},
        {R"({"message":true,"ttl":"1-day"})", R"(["message_blank"])"},
        {R"({"message":["hi"],"ttl":"1-day"})", R"(["message_blank"])"},
        {R"({"message":{"a":"hi"},"ttl":"1-day"})", R"(["message_blank"])"},
        {R"({"message":"a\u0000b","ttl":"1-day"})", R"(["message_blank"])"},
        {R"({"message":"a\ud800b","ttl":"1-day"})", R"(["message_blank"])"},
        {R"({"message":"a\udc00\ud800b","ttl":"1-day"})", R"(["message_blank"])"},
        {R"({"message":")" + std::string(281, 'x') + R"(","ttl":"x"})",
         R"(["message_exceed_max_chars","ttl_blank"])"},
    };
    for (const auto& [body, codes] : table) {
        const auto answer = create(body);
        EXPECT_EQ(answer.status, 422U) << body;
        EXPECT_EQ(answer.body, codes) << body;
        EXPECT_EQ(answer.field("content-type"), "application/json");
    }
    EXPECT_EQ(posts(), before);
}

TEST_F(activities_routes, refuse_what_is_no_json) {
    const std::string before = posts();
    for (const std::string& body :
         {std::string{"{"}, std::string{"message=hi"}, std::string{R"({"message":"hi",})"},
          std::string{R"({"message":"a","message":"b","ttl":"1-day"})"},
          std::string{"{\"message\":\"\xff\"}"}, std::string(1'000, '['),
          std::string{R"({"message":"hi"} x)"}}) {
        const auto answer = create(body);
        EXPECT_EQ(answer.status, 400U) << body;
        EXPECT_EQ(answer.body, R"(["malformed_json"])") << body;
    }
    const auto form =
        client_.request("POST", activities_path,
                        {andrew_, {"Content-Type", "application/x-www-form-urlencoded"}}, "message=hi");
    EXPECT_EQ(form.status, 415U);
    EXPECT_EQ(form.body, R"(["unsupported_media_type"])");
    const auto huge = create(post_body(std::string(70'000, 'x')));
    EXPECT_EQ(huge.status, 413U);
    EXPECT_EQ(huge.body, R"(["payload_too_large"])");
    EXPECT_EQ(posts(), before);
}

TEST_F(activities_routes, create_for_known_callers_only) {
    const std::string before = posts();
    const auto expired = [] {
        auto claims = test::token_issuer::claims("MOCK-andrewbrown");
        claims["exp"] = 1'000'000'000;
        return app_service::issuer().sign(app_service::issuer().header(), claims);
    }();
    const auto refused = [&](const fields& who, const std::string& body) {
        const auto answer = post_json(client_, activities_path, body, who);
        EXPECT_EQ(answer.status, 401U) << body;
        EXPECT_EQ(answer.body, R"(["generic_401"])");
        EXPECT_EQ(answer.field("www-authenticate"), "Bearer");
    };
    for (const auto* token : {"Bearer null", "Bearer nonsense", "Basic YTpi"}) {
        refused({{"Authorization", token}}, post_body("hi"));
        refused({{"Authorization", token}}, "{"); // who asks is judged before what is asked
    }
    refused({}, post_body("hi"));
    refused({{"Authorization", "Bearer " + expired}}, post_body("hi"));
    refused({app_service::as("nobody")}, post_body("hi"));
    EXPECT_EQ(posts(), before);
}

TEST_F(activities_routes, give_the_first_answer_again_for_the_same_idempotency_key) {
    const std::string before = posts();
    const fields key{{"Idempotency-Key", "key-1"}};
    const auto first = create(post_body("once"), key);
    ASSERT_EQ(first.status, 200U);
    for (int again = 0; again < 3; ++again) {
        const auto repeated = create(post_body("once"), key);
        EXPECT_EQ(repeated.status, 200U);
        EXPECT_EQ(repeated.body, first.body);
    }
    EXPECT_EQ(std::stoi(posts()), std::stoi(before) + 1);
    for (const std::string& other : {post_body("twice"), post_body("once", "7-days")}) {
        const auto reused = create(other, key);
        EXPECT_EQ(reused.status, 422U);
        EXPECT_EQ(reused.body, R"(["idempotency_key_reused"])");
    }
    const auto others =
        post_json(client_, activities_path, post_body("once"), {app_service::as("MOCK-bayko"), key[0]});
    EXPECT_EQ(others.status, 200U);
    EXPECT_NE(others.body, first.body) << "a key is its caller's own";
    query("update idempotency_keys set created_at = created_at - interval '25 hours'");
    EXPECT_NE(create(post_body("once"), key).body, first.body) << "a key is kept for a day";
    EXPECT_EQ(post_json(client_, activities_path, post_body("x"), {app_service::as("nobody"), key[0]}).status,
              401U);
    EXPECT_EQ(create(post_body("x"), {{"Idempotency-Key", std::string(256, 'k')}}).body,
              R"(["idempotency_key_invalid"])");
    EXPECT_EQ(std::stoi(posts()), std::stoi(before) + 3);
}

TEST_F(activities_routes, keep_no_text_under_an_idempotency_key_that_could_outlive_its_post) {
    const auto kept = [&] { return query("select string_agg(k::text, ' ') from idempotency_keys k"); };
    const fields expires{{"Idempotency-Key", "expires"}};
    const fields goes{{"Idempotency-Key", "goes"}};
    ASSERT_EQ(create(post_body("a secret that expires"), expires).status, 200U);
    ASSERT_EQ(create(post_body("a secret that goes"), goes).status, 200U);
    EXPECT_THAT(kept(), testing::Not(HasSubstr("secret")));
    query("update activities set expires_at = now() where message = 'a secret that expires'");
    query("delete from activities where message = 'a secret that goes'");
    for (const auto& [message, key] :
         {std::pair{"a secret that expires", expires}, std::pair{"a secret that goes", goes}}) {
        const auto again = create(post_body(message), key);
        EXPECT_EQ(again.status, 404U) << "it was made, so nothing is made again";
        EXPECT_EQ(again.body, R"(["not_found"])");
    }
    EXPECT_EQ(query("select count(*) from activities where message ~ 'secret' and expires_at > now()"), "0");
}

// The API's table and the schema's list are made by one script: they agree at both ends of every range.
TEST_F(activities_routes, show_something_by_the_schemas_measure_too) {
    for (const auto& range : blank_code_points) {
        for (const char32_t point :
             std::array<char32_t, 4>{range.first - 1, range.first, range.last, range.last + 1}) {
            if (point == 0 || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) continue;
            const auto text = "chr(" + std::to_string(static_cast<std::uint32_t>(point)) + ")";
            EXPECT_EQ(query("select not has_visible_character(" + text + ")"),
                      is_blank(query("select " + text)) ? "t" : "f")
                << text;
        }
    }
    for (const auto* column : {"message", "display_name"}) {
        const std::string table = column == std::string{"message"} ? "activities" : "users";
        EXPECT_THROW(query("update " + table + " set " + column + " = chr(10240) || chr(12644)"),
                     std::exception);
    }
}

TEST_F(activities_routes, create_once_however_many_ask_at_once_under_one_key) {
    const std::string before = posts();
    std::mutex mutex;
    std::multiset<std::string> answers;
    std::vector<std::jthread> threads;
    for (int at = 0; at < 8; ++at)
        threads.emplace_back([&] {
            auto client = service_.client();
            const auto made =
                post_json(client, activities_path, post_body("race"), {andrew_, {"Idempotency-Key", "race"}});
            const std::lock_guard lock{mutex};
            answers.insert(std::to_string(made.status) + made.body);
        });
    threads.clear();
    EXPECT_EQ(answers.count(*answers.begin()), 8U) << *answers.begin() << "\n" << *answers.rbegin();
    EXPECT_THAT(*answers.begin(), HasSubstr("200{"));
    EXPECT_EQ(std::stoi(posts()), std::stoi(before) + 1);
}

class search_route : public activities_routes {
protected:
    [[nodiscard]] http_answer search(const std::string& query) {
        return client_.get("/api/activities/search?" + query);
    }
    [[nodiscard]] std::vector<std::string> found(const std::string& term) {
        return test::texts_of(array_of(search("term=" + term)), "message");
    }
};

TEST_F(search_route, finds_words_in_posts_and_replies_in_any_case) {
    EXPECT_THAT(found("IMPORTED+as"), testing::ElementsAre("This was imported as seed data!"));
    EXPECT_THAT(found("as+imported"), testing::SizeIs(1)) << "in any order";
    EXPECT_THAT(found("import"), testing::IsEmpty()) << "a word, not a part of one";
    EXPECT_THAT(found("confirmed"), testing::ElementsAre("Confirmed: it was."));
    EXPECT_EQ(search("term=nothing+like+it").body, "[]");
}

TEST_F(search_route, finds_beginnings_of_words_and_phrases) {
    EXPECT_THAT(found("import*+data"), testing::ElementsAre("This was imported as seed data!"));
    EXPECT_THAT(found("%22as+seed+data%22"), testing::ElementsAre("This was imported as seed data!"));
    EXPECT_THAT(found("%22seed+as%22"), testing::IsEmpty());
    EXPECT_THAT(found("%22imported+as"), testing::SizeIs(1)) << "to the end of the term";
    EXPECT_THAT(found("%E8%87%AA*"), testing::IsEmpty());
    EXPECT_THAT(found("%E6%96%B0%E3%81%97%E3%81%84*"), testing::SizeIs(1))
        << "what begins a run of such letters";
}

TEST_F(search_route, takes_tags_and_handles_for_words_of_their_own) {
    for (const auto* message :
         {"all of #PgBouncer", "pgbouncer without a tag", "#pg_15, in parentheses (#rds)", "ask @Worf.",
          "worf@example.com is no handle"})
        ASSERT_EQ(create(post_body(message)).status, 200U);
    EXPECT_THAT(found("%23pgbouncer"), testing::ElementsAre("all of #PgBouncer"));
    EXPECT_THAT(found("pgbouncer"), testing::SizeIs(2));
    EXPECT_THAT(found("%23pg*"), testing::SizeIs(2));
    EXPECT_THAT(found("%23rds"), testing::SizeIs(1));
    EXPECT_THAT(found("%40WORF"), testing::ElementsAre("ask @Worf."));
    EXPECT_THAT(found("%40worf+%23rds"), testing::IsEmpty());
}

TEST_F(search_route, finds_what_a_person_wrote) {
    EXPECT_THAT(found("from:WORF"), testing::SizeIs(3));
    EXPECT_THAT(found("from:%40worf+juice"), testing::ElementsAre("Prune juice."));
    EXPECT_THAT(found("from:londo+juice"), testing::IsEmpty());
    EXPECT_THAT(found("juice+from:londo+From:worf"), testing::SizeIs(1)) << "by any of them";
    EXPECT_THAT(found("from:nobody"), testing::IsEmpty());
}

TEST_F(search_route, takes_every_character_for_itself) {
    for (const auto* message :
         {"100% sure", "100 cats", "snake_case", "snakeXcase", R"(back\slash)", "it's O'Brien"})
        ASSERT_EQ(create(post_body(message)).status, 200U);
    EXPECT_THAT(found("snake_case"), testing::ElementsAre("snake_case"));
    EXPECT_THAT(found("back%5Cslash"), testing::ElementsAre(R"(back\slash)"));
    EXPECT_THAT(found("O%27brien"), testing::ElementsAre("it's O'Brien"));
    EXPECT_THAT(found("%27%29%3B+DROP+TABLE"), testing::SizeIs(1));
    for (const auto* operators : {"%26", "%7C", "%21+%26+%28", "%3C-%3E", "%3A*", "*", "**+*", "%23", "%40",
                                  "%23*", "%22%22", "%22", "%27", "%5C", "%27%5C%27", "%25%25", "from:"}) {
        const auto answer = search(std::string{"term="} + operators);
        EXPECT_EQ(answer.status, 200U) << operators;
        EXPECT_EQ(answer.body, "[]") << operators;
    }
    EXPECT_THAT(found("cats+%26+%21"), testing::ElementsAre("100 cats")) << "no operator is one";
    EXPECT_THAT(found("cats+%7C+sure"), testing::IsEmpty());
    query("update activities set expires_at = now() where message = 'snake_case'");
    EXPECT_THAT(found("snake_case"), testing::IsEmpty());
    EXPECT_THAT(found("from:andrewbrown+snake_case"), testing::IsEmpty());
}

TEST_F(search_route, finds_nothing_of_whom_a_block_hides) {
    const auto juice = [&](std::string_view caller) {
        return array_of(client_.get("/api/activities/search?term=juice", {app_service::as(caller)})).size() +
               array_of(client_.get("/api/activities/search?term=from:worf", {app_service::as(caller)}))
                   .size();
    };
    EXPECT_EQ(juice("MOCK-londo"), 4U);
    query("insert into blocks (blocker_uuid, blocked_uuid) select a.uuid, b.uuid from users a, users b "
          "where (a.handle, b.handle) in (('worf', 'londo'), ('bayko', 'worf'))");
    EXPECT_EQ(juice("MOCK-londo"), 0U);
    EXPECT_EQ(juice("MOCK-bayko"), 0U);
    EXPECT_EQ(juice("MOCK-andrewbrown"), 4U);
}

TEST_F(search_route, refuses_a_blank_term_and_wrong_pages) {
    for (const auto* blank : {"", "term=", "term=+%09", "other=x", "term=%00", "term=%ff"}) {
        const auto answer = search(blank);
        EXPECT_EQ(answer.status, 422U) << blank;
        EXPECT_EQ(answer.body, R"(["search_term_blank"])") << blank;
    }
    EXPECT_EQ(search("term=" + std::string(281, 'x')).body, R"(["search_term_exceed_max_chars"])");
    EXPECT_EQ(search("limit=0&cursor=x").body, R"(["search_term_blank","limit_invalid","cursor_invalid"])");
}

TEST_F(search_route, is_paged_like_the_feed) {
    query("insert into activities (user_uuid, message) select u.uuid, 'needle & hay ' || n from users u, "
          "generate_series(1, 25) n where u.handle = 'worf'");
    std::set<std::string> seen;
    std::size_t shown = 0;
    int pages = 0;
    for (std::string at = "/api/activities/search?term=needle+hay&limit=10"; !at.empty(); ++pages) {
        const auto page = client_.get(at, {andrew_});
        ASSERT_EQ(page.status, 200U);
        for (const auto& each : array_of(page)) {
            seen.insert(text_of(each, "uuid"));
            EXPECT_TRUE(each.as_object().contains("liked"));
            ++shown;
        }
        const std::string link = page.field("link");
        at = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    EXPECT_EQ(pages, 3);
    EXPECT_EQ(shown, 25U);
    EXPECT_EQ(seen.size(), 25U);
}

class search_among_many : public search_route {
protected:
    search_among_many() {
        query("insert into activities (user_uuid, message, created_at) "
              "select u.uuid, case n when 1 then 'one zebra' when 2 then 'z9' else 'many a horse' end, "
              "now() - interval '1 day' + n * interval '1 second' "
              "from users u, generate_series(1, 12000) n where u.handle = 'worf'");
        query("vacuum analyze activities");
    }

    // Rows of the table that the statement of one search reads.
    [[nodiscard]] int reads(const std::string& words, const std::string& authors = "{}") const {
        return std::stoi(
            query("begin; prepare search(text, int, timestamptz, uuid, int, text, text[], text[]) as " +
                  std::string{queries::search_activities.sql} +
                  "; execute search(null, 20, 'infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 1000, '" +
                  words + "', '{}', '" + authors +
                  "'); select pg_stat_get_xact_tuples_fetched('activities'::regclass) + "
                  "pg_stat_get_xact_tuples_returned('activities'::regclass)"));
    }
};

TEST_F(search_among_many, finds_what_is_rare_and_old) {
    EXPECT_THAT(found("zebra"), testing::ElementsAre("one zebra"));
    EXPECT_THAT(found("z9"), testing::ElementsAre("z9"));
    EXPECT_THAT(found("horse"), testing::SizeIs(20));
    EXPECT_THAT(found("from:worf+horse"), testing::SizeIs(20));
}

TEST_F(search_among_many, reads_no_more_than_the_matches_of_a_rare_word_and_a_page_of_a_frequent_one) {
    EXPECT_LT(reads("zebra"), 100);
    constexpr int looked_at = 10'001; // to know that it is frequent
    EXPECT_LT(reads("horse"), looked_at + 200);
    EXPECT_LT(reads("horse", "{worf}"), looked_at + 200);
    EXPECT_LT(reads("", "{worf}"), 200);
}

// What many wrote once, and nobody of late.
TEST_F(search_among_many, reads_no_more_than_the_matches_of_a_word_of_older_posts) {
    query("insert into activities (user_uuid, message, created_at) "
          "select u.uuid, 'auk ' || n, now() - interval '3 days' + n * interval '1 second' "
          "from users u, generate_series(1, 2000) n where u.handle = 'worf'; analyze activities");
    constexpr int looked_at = 1'001; // to know that it is frequent
    constexpr int read_on = 5'000;
    EXPECT_LT(reads("auk"), looked_at + read_on + 2'000 + 500);
    std::vector<std::string> newest;
    for (int n = 2000; n > 1980; --n)
        newest.push_back("auk " + std::to_string(n));
    EXPECT_EQ(found("auk"), newest);
    EXPECT_THAT(found("from:worf+auk"), testing::ElementsAreArray(newest));
}

TEST_F(search_among_many, shows_the_newest_thousand) {
    for (const std::string term : {"horse", "m*", "from:worf"}) {
        std::set<std::string> seen;
        int pages = 0;
        std::string last;
        for (std::string at = "/api/activities/search?term=" + term + "&limit=90"; !at.empty(); ++pages) {
            const auto page = client_.get(at);
            ASSERT_EQ(page.status, 200U);
            for (const auto& each : array_of(page))
                seen.insert(text_of(each, "uuid"));
            const std::string link = page.field("link");
            last = at;
            at = link.empty() ? "" : link.substr(1, link.find('>') - 1);
        }
        EXPECT_EQ(pages, 12) << term;
        EXPECT_EQ(seen.size(), 1'000U) << term;
        EXPECT_NE(last.find("seen=990"), std::string::npos) << last;
    }
    for (const auto* seen : {"1000", "-1", "x", "", "99999999999"})
        EXPECT_EQ(search(std::string{"term=horse&seen="} + seen).body, R"(["cursor_invalid"])") << seen;
}

// Posts that wait at the same time become one statement. What fails one of them fails no other.
TEST_F(activities_routes, are_created_many_at_once_each_by_its_own_fate) {
    query("alter table activities add constraint refused check (message not like 'refused%')");
    constexpr int writers = 8;
    constexpr int rounds = 15;
    std::atomic<int> wrong{0};
    std::vector<std::jthread> threads;
    for (int writer = 0; writer < writers; ++writer)
        threads.emplace_back([&, writer] {
            auto client = service_.client();
            const std::string handle = writer % 2 == 0 ? "andrewbrown" : "bayko";
            const auto token = app_service::as(writer == 7 ? "nobody" : "MOCK-" + handle);
            const bool refused = writer == 6;
            for (int round = 0; round < rounds; ++round) {
                const std::string message = (refused ? "refused " : "post ") + std::to_string(writer) +
                                            " {\"," + std::to_string(round) + "}\\";
                const auto made = post_json(client, activities_path, post_body(message), {token});
                const unsigned wanted = refused ? 500 : writer == 7 ? 401 : 200;
                if (made.status != wanted) ++wrong;
                if (made.status != 200) continue;
                const auto post = object_of(made);
                if (text_of(post, "message") != message || text_of(post, "handle") != handle) ++wrong;
            }
        });
    threads.clear();
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(query("select count(*) from activities where message like 'post %'"),
              std::to_string((writers - 2) * rounds));
    EXPECT_EQ(query("select count(*) from activities where message like 'refused%'"), "0");
    EXPECT_EQ(
        query("select count(distinct substr(uuid::text, 15, 1)) from activities where message like 'post %'"),
        "1");
}

} // namespace
} // namespace cruddur::app
