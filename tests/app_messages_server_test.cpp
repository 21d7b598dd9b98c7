#include "db/queries.hpp"
#include "support/http_server.hpp"
#include "support/service.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace cruddur::app {
namespace {

using test::app_service;
using test::array_of;
using test::http_answer;
using test::object_of;
using test::text_of;
using test::texts_of;
using test::unknown_uuid;
using testing::ElementsAre;
using testing::IsEmpty;
using fields = test::http_client::fields;

const std::string groups = "/api/message_groups";
const std::string messages = "/api/messages";

std::string body_of(std::string_view message, std::string_view member, std::string_view to) {
    return boost::json::serialize(boost::json::object{{"message", message}, {member, to}});
}

// The target of a Link.
std::string next_page_of(const http_answer& answer) {
    const std::string link = answer.field("link");
    return link.empty() ? "" : link.substr(1, link.find('>') - 1);
}

class messages_routes : public testing::Test {
protected:
    std::string query(const std::string& text) const { return database_.query(text); }
    http_answer get(std::string_view handle, const std::string& target) {
        return client_.get(target, {as(handle)});
    }
    http_answer send(std::string_view handle, std::string_view body, fields more = {}) {
        more.push_back(as(handle));
        return test::post_json(client_, messages, body, std::move(more));
    }
    http_answer change(std::string_view handle, std::string_view method, const std::string& target,
                       std::string_view body = {}) {
        fields with{as(handle)};
        if (!body.empty()) with.emplace_back("Content-Type", "application/json");
        return client_.request(method, target, with, body);
    }
    // Opens the conversation with a first message, or finds it.
    std::string open(std::string_view from, std::string_view to, std::string_view message) {
        return text_of(object_of(send(from, body_of(message, "handle", to))), "message_group_uuid");
    }
    void block(std::string_view blocker, std::string_view blocked) {
        query("insert into blocks (blocker_uuid, blocked_uuid) select a.uuid, b.uuid from users a, users b "
              "where a.handle = '" +
              std::string{blocker} + "' and b.handle = '" + std::string{blocked} + "'");
    }
    static std::pair<std::string, std::string> as(std::string_view handle) {
        return app_service::as("MOCK-" + std::string{handle});
    }

    test::seeded_database database_;
    test::app_login login_{database_};
    app_service service_{login_.url()};
    test::http_client client_ = service_.client();
};

TEST_F(messages_routes, open_a_conversation_by_either_name_of_the_receiver_and_find_it_again) {
    const auto first = send("andrewbrown", body_of("hello", "user_receiver_handle", "Worf"));
    EXPECT_EQ(first.status, 200U) << first.body;
    const std::string group = text_of(object_of(first), "message_group_uuid");
    EXPECT_EQ(object_of(first).size(), 1U);
    EXPECT_EQ(open("andrewbrown", "worf", "again"), group);
    EXPECT_EQ(open("worf", "andrewbrown", "well met"), group);
    EXPECT_EQ(query("select count(*) from message_groups"), "1");

    const auto written = send("worf", body_of("Qapla'", "message_group_uuid", group));
    EXPECT_EQ(written.status, 200U) << written.body;
    const auto message = object_of(written);
    EXPECT_EQ(message.size(), 6U);
    EXPECT_EQ(text_of(message, "message_group_uuid"), group);
    EXPECT_EQ(text_of(message, "handle"), "worf");
    EXPECT_EQ(text_of(message, "display_name"), "Worf, Son of Mogh");

    for (const auto* who : {"andrewbrown", "worf"}) {
        const auto read = get(who, messages + "/" + group);
        EXPECT_EQ(read.status, 200U);
        const auto list = array_of(read);
        EXPECT_THAT(texts_of(list, "message"), ElementsAre("hello", "again", "well met", "Qapla'"));
        EXPECT_THAT(texts_of(list, "handle"), ElementsAre("andrewbrown", "andrewbrown", "worf", "worf"));
        EXPECT_EQ(list[0].as_object().size(), 5U);
        EXPECT_EQ(text_of(list[3], "created_at"), text_of(message, "created_at"));
        EXPECT_EQ(text_of(list[3], "uuid"), text_of(message, "uuid"));
    }
    EXPECT_EQ(get("andrewbrown", messages + "/@Worf").body, get("worf", messages + "/@andrewbrown").body);
}

TEST_F(messages_routes, list_conversations_with_the_other_party_and_what_is_unread) {
    EXPECT_EQ(get("londo", groups).body, "[]");
    const std::string with_worf = open("andrewbrown", "worf", "one");
    const std::string with_layla = open("layla", "andrewbrown", "\"two\"\n");
    open("layla", "andrewbrown", "three");
    auto list = array_of(get("andrewbrown", groups));
    EXPECT_THAT(texts_of(list, "uuid"), ElementsAre(with_layla, with_worf));
    EXPECT_THAT(texts_of(list, "handle"), ElementsAre("layla", "worf"));
    EXPECT_THAT(texts_of(list, "message"), ElementsAre("three", "one"));
    EXPECT_EQ(text_of(list[0], "display_name"), "ليلى حداد");
    EXPECT_EQ(list[0].at("unread_count").as_int64(), 2);
    EXPECT_EQ(list[1].at("unread_count").as_int64(), 0);
    EXPECT_EQ(list[0].as_object().size(), 6U);
    EXPECT_THAT(texts_of(array_of(get("layla", groups)), "handle"), ElementsAre("andrewbrown"));

    open("worf", "andrewbrown", "four");
    list = array_of(get("andrewbrown", groups));
    EXPECT_THAT(texts_of(list, "handle"), ElementsAre("worf", "layla"));

    const auto page = get("andrewbrown", groups + "?limit=1");
    EXPECT_THAT(texts_of(array_of(page), "handle"), ElementsAre("worf"));
    const auto rest = get("andrewbrown", next_page_of(page));
    EXPECT_THAT(texts_of(array_of(rest), "handle"), ElementsAre("layla"));
    EXPECT_EQ(next_page_of(rest), "");
}

TEST_F(messages_routes, show_the_newest_twenty_and_lead_to_older_ones) {
    const std::string group = open("andrewbrown", "worf", "0");
    for (int at = 1; at < 45; ++at)
        open("worf", "andrewbrown", std::to_string(at));
    const auto expect = [](int from, int to) {
        std::vector<std::string> made;
        for (int at = from; at < to; ++at)
            made.push_back(std::to_string(at));
        return made;
    };
    for (const std::string& target : {messages + "/" + group, messages + "/@worf"}) {
        const auto newest = get("andrewbrown", target);
        EXPECT_EQ(texts_of(array_of(newest), "message"), expect(25, 45));
        const auto older = get("andrewbrown", next_page_of(newest));
        EXPECT_EQ(texts_of(array_of(older), "message"), expect(5, 25));
        const auto oldest = get("andrewbrown", next_page_of(older));
        EXPECT_EQ(texts_of(array_of(oldest), "message"), expect(0, 5));
        EXPECT_EQ(next_page_of(oldest), "");
    }
    const auto all = get("andrewbrown", messages + "/" + group + "?limit=45");
    EXPECT_EQ(array_of(all).size(), 45U);
    EXPECT_EQ(next_page_of(all), "");
    EXPECT_EQ(get("andrewbrown", messages + "/" + group + "?cursor=x&limit=0").body,
              R"(["limit_invalid","cursor_invalid"])");
}

TEST_F(messages_routes, are_nothing_to_who_is_no_member) {
    const std::string group = open("andrewbrown", "worf", "secret");
    const std::string uuid = query("select uuid from messages");
    for (const std::string& of : {group, unknown_uuid, std::string{"1"}}) {
        const std::string target = messages + "/" + of;
        EXPECT_EQ(get("londo", target).status, 404U) << of;
        EXPECT_EQ(send("londo", body_of("hi", "message_group_uuid", of)).status, 404U) << of;
        EXPECT_EQ(change("londo", "PUT", target + "/read", R"({"until":"2030-01-01T00:00:00Z"})").status,
                  404U);
        EXPECT_EQ(change("londo", "DELETE", target + "/" + uuid).status, 404U);
    }
    EXPECT_EQ(change("worf", "DELETE", messages + "/" + unknown_uuid + "/" + uuid).status, 404U);
    EXPECT_EQ(get("londo", messages + "/@worf").body, "[]");
    EXPECT_EQ(get("londo", messages + "/@nobody").status, 404U);
    EXPECT_EQ(get("londo", messages + "/@londo").status, 404U);
    EXPECT_EQ(query("select count(*) from messages"), "1");
    for (const std::string& target : {groups, messages + "/" + group, messages + "/@worf"}) {
        EXPECT_EQ(client_.get(target).status, 401U) << target;
        EXPECT_EQ(get("nobody", target).status, 401U) << target;
    }
    EXPECT_EQ(send("nobody", body_of("hi", "handle", "worf")).status, 401U);
    EXPECT_EQ(send("nobody", body_of("hi", "message_group_uuid", group)).status, 401U);
}

// The policy of the table holds alone: another's conversation stays empty for a statement that forgot to ask
// whose it is, and the owner of the tables, whom no policy holds, sees that it did forget.
TEST_F(messages_routes, stay_their_members_where_a_statement_forgets_to_ask_for_membership) {
    const std::string group = open("andrewbrown", "worf", "secret");
    const std::string asks = "k.user_uuid between caller.uuid and caller.uuid";
    const std::string forgets = "k.user_uuid = (select g.first_user_uuid from message_groups g "
                                "where g.uuid = k.message_group_uuid)";
    std::string text{queries::messages.sql};
    ASSERT_NE(text.find(asks), std::string::npos);
    const auto run = [&](const std::string& url, const std::string& statement, const std::string& callers) {
        return test::sql(url, "prepare forgetful as " + statement + "; execute forgetful('{" + callers +
                                  "}', array_fill('" + group + "'::text, array[cardinality('{" + callers +
                                  "}'::text[])]), 20, 'infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff')");
    };
    EXPECT_THAT(run(login_.url(), text, "MOCK-worf"), testing::HasSubstr("secret"));
    EXPECT_EQ(run(login_.url(), text, "MOCK-londo"), "1|f|||||");
    boost::algorithm::replace_all(text, asks, forgets);
    EXPECT_THAT(run(database_.url(), text, "MOCK-londo"), testing::HasSubstr("secret"));
    EXPECT_EQ(run(login_.url(), text, "MOCK-londo"), "1|t|||||");
    // Also beside members, with whom the statement is shared.
    const auto shared = run(login_.url(), text, "MOCK-worf,MOCK-londo,MOCK-andrewbrown,MOCK-layla");
    for (const auto* member : {"1|t|", "3|t|"})
        EXPECT_THAT(shared, testing::ContainsRegex(member + std::string{"[^\n]*secret"}));
    for (const auto* stranger : {"2|t|||||", "4|t|||||"})
        EXPECT_THAT(shared, testing::HasSubstr(stranger));
    EXPECT_EQ(test::sql(login_.url(), "select count(*) from messages"), "0");
}

TEST_F(messages_routes, refuse_what_is_wrong_with_every_code) {
    const std::string group = open("andrewbrown", "worf", "first");
    const std::vector<std::pair<std::string, std::string>> table{
        {R"({})", R"(["message_blank","user_reciever_handle_blank"])"},
        {R"([])", R"(["message_blank","user_reciever_handle_blank"])"},
        {R"({"message":"hi"})", R"(["user_reciever_handle_blank"])"},
        {R"({"message":"hi","handle":" "})", R"(["user_reciever_handle_blank"])"},
        {R"({"message":"hi","handle":7})", R"(["user_reciever_handle_blank"])"},
        {R"({"message":"hi","message_group_uuid":""})", R"(["message_group_uuid_blank"])"},
        {R"({"message":"hi","message_group_uuid":7})", R"(["message_group_uuid_blank"])"},
        {R"({"message":" \u200b","message_group_uuid":[]})",
         R"(["message_blank","message_group_uuid_blank"])"},
        {R"({"message":1,"handle":"worf"})", R"(["message_blank"])"},
        {R"({"message":"a\u0000b","handle":"worf"})", R"(["message_blank"])"},
        {body_of(std::string(1025, 'x'), "handle", "worf"), R"(["message_exceed_max_chars_1024"])"},
        {body_of(std::string(1025, 'x'), "message_group_uuid", ""),
         R"(["message_exceed_max_chars_1024","message_group_uuid_blank"])"},
        {body_of("hi", "handle", "andrewbrown"), R"(["user_is_self"])"},
    };
    for (const auto& [body, codes] : table) {
        const auto answer = send("andrewbrown", body);
        EXPECT_EQ(answer.status, 422U) << body;
        EXPECT_EQ(answer.body, codes) << body;
    }
    for (const auto* handle : {"nobody", "'; --", "x/y"})
        EXPECT_EQ(send("andrewbrown", body_of("hi", "handle", handle)).status, 404U) << handle;
    EXPECT_EQ(send("andrewbrown", "{").status, 400U);
    EXPECT_EQ(query("select count(*) from messages"), "1");

    std::string bicycles;
    for (int at = 0; at < 1024; ++at)
        bicycles += "🚲";
    EXPECT_EQ(send("andrewbrown", body_of(bicycles, "handle", "worf")).status, 200U);
    const auto null_group =
        send("andrewbrown", R"({"message":"hi","handle":"worf","message_group_uuid":null})");
    EXPECT_EQ(text_of(object_of(null_group), "message_group_uuid"), group);
}

TEST_F(messages_routes, write_once_under_an_idempotency_key) {
    const std::pair<std::string, std::string> key{"Idempotency-Key", "once"};
    const auto first = send("andrewbrown", body_of("hello", "handle", "worf"), {key});
    ASSERT_EQ(first.status, 200U) << first.body;
    EXPECT_EQ(send("andrewbrown", body_of("hello", "handle", "worf"), {key}).body, first.body);
    EXPECT_EQ(send("andrewbrown", body_of("other", "handle", "worf"), {key}).body,
              R"(["idempotency_key_reused"])");
    EXPECT_EQ(send("andrewbrown", body_of("hello", "handle", "layla"), {key}).status, 422U);
    const std::string group = text_of(object_of(first), "message_group_uuid");
    const auto again = send("andrewbrown", body_of("hello", "message_group_uuid", group), {key});
    EXPECT_EQ(again.status, 422U);
    // A post's key is a message's key.
    fields as_andrew{as("andrewbrown"), key};
    EXPECT_EQ(test::post_json(client_, "/api/activities", test::post_body("hello"), as_andrew).body,
              R"(["idempotency_key_reused"])");

    const std::pair<std::string, std::string> second{"Idempotency-Key", "twice"};
    const auto written = send("worf", body_of("hello", "message_group_uuid", group), {second});
    EXPECT_EQ(send("worf", body_of("hello", "message_group_uuid", group), {second}).body, written.body);
    EXPECT_EQ(query("select count(*) from messages"), "2");
    EXPECT_EQ(send("worf", "{}", {{"Idempotency-Key", ""}}).body,
              R"(["message_blank","user_reciever_handle_blank","idempotency_key_invalid"])");

    query("delete from messages where uuid = '" + text_of(object_of(written), "uuid") + "'");
    EXPECT_EQ(send("worf", body_of("hello", "message_group_uuid", group), {second}).status, 404U);
    // A day later the key is new, whatever it was for.
    query("update idempotency_keys set created_at = now() - interval '25 hours'");
    EXPECT_EQ(send("andrewbrown", body_of("new", "handle", "worf"), {key}).status, 200U);
    query("update idempotency_keys set created_at = now() - interval '25 hours'");
    EXPECT_EQ(test::post_json(client_, "/api/activities", test::post_body("hello"), as_andrew).status, 200U);
    query("update idempotency_keys set created_at = now() - interval '25 hours'");
    EXPECT_EQ(send("andrewbrown", body_of("newer", "handle", "worf"), {key}).status, 200U);
}

TEST_F(messages_routes, are_read_up_to_a_time_that_never_moves_back) {
    const std::string group = open("andrewbrown", "worf", "one");
    const std::string read = messages + "/" + group + "/read";
    const std::string first = text_of(array_of(get("worf", messages + "/" + group)).front(), "created_at");
    open("andrewbrown", "worf", "two");
    const auto until = [&](const std::string& time) {
        return change("worf", "PUT", read, R"({"until":")" + time + "\"}").body;
    };
    EXPECT_EQ(until(first), R"({"unread_count":1})");
    EXPECT_EQ(until("2020-02-29T00:00:00+02:00"), R"({"unread_count":1})");
    EXPECT_EQ(array_of(get("worf", groups)).front().at("unread_count").as_int64(), 1);
    EXPECT_EQ(until("9999-12-31T23:59:59.999999Z"), R"({"unread_count":0})");
    open("andrewbrown", "worf", "three"); // which the time to come has not read
    EXPECT_EQ(array_of(get("worf", groups)).front().at("unread_count").as_int64(), 1);

    for (const auto* wrong :
         {R"({})", R"({"until":7})", R"({"until":""})", R"({"until":"now"})", R"({"until":"infinity"})",
          R"({"until":"2026-02-30T00:00:00Z"})", R"({"until":"2026-02-03"})",
          R"({"until":"2026-02-03T00:00:00"})", R"({"until":"2026-02-03T24:00:00Z"})",
          R"({"until":"2026-02-03T00:00:00.Z"})", R"({"until":"2026-02-03T00:00:00+24:00"})",
          R"({"until":"2026-02-03T00:00:00ZZ"})"}) {
        const auto answer = change("worf", "PUT", read, wrong);
        EXPECT_EQ(answer.status, 422U) << wrong;
        EXPECT_EQ(answer.body, R"(["until_invalid"])") << wrong;
    }
    EXPECT_EQ(change("nobody", "PUT", read, R"({"until":"2026-02-03T00:00:00Z"})").status, 401U);
}

TEST_F(messages_routes, are_deleted_by_their_sender_alone) {
    const std::string group = open("andrewbrown", "worf", "one");
    const std::string target = messages + "/" + group + "/" + query("select uuid from messages");
    const auto theirs = change("worf", "DELETE", target);
    EXPECT_EQ(theirs.status, 403U);
    EXPECT_EQ(theirs.body, R"(["generic_403"])");
    EXPECT_EQ(change("nobody", "DELETE", target).status, 401U);
    EXPECT_EQ(change("andrewbrown", "DELETE", target + "0").status, 404U);
    const auto own = change("andrewbrown", "DELETE", target);
    EXPECT_EQ(own.status, 200U);
    EXPECT_EQ(own.body, R"({"uuid":")" + target.substr(target.size() - 36) + "\"}");
    EXPECT_EQ(change("andrewbrown", "DELETE", target).status, 404U);
    EXPECT_EQ(get("worf", messages + "/" + group).body, "[]");
    EXPECT_EQ(get("worf", groups).body, "[]");
}

TEST_F(messages_routes, end_for_both_where_one_blocks_the_other) {
    for (const auto& [blocker, blocked] : {std::pair{"andrewbrown", "worf"}, std::pair{"layla", "amara"}}) {
        open(blocker, blocked, "before");
        block(blocker, blocked);
        const std::string of = query("select message_group_uuid from message_group_members k join users u on "
                                     "u.uuid = k.user_uuid where u.handle = '" +
                                     std::string{blocker} + "'");
        for (const auto& [who, other] : {std::pair{blocker, blocked}, std::pair{blocked, blocker}}) {
            EXPECT_EQ(get(who, groups).body, "[]") << who;
            EXPECT_EQ(get(who, messages + "/" + of).status, 404U) << who;
            EXPECT_EQ(get(who, messages + "/@" + other).status, 404U) << who;
            EXPECT_EQ(send(who, body_of("hi", "handle", other)).status, 404U) << who;
            EXPECT_EQ(send(who, body_of("hi", "message_group_uuid", of)).status, 404U) << who;
            EXPECT_EQ(change(who, "PUT", messages + "/" + of + "/read", R"({"until":"2030-01-01T00:00:00Z"})")
                          .status,
                      404U);
        }
        // One's own words can be taken back all the same.
        const std::string uuid = query("select m.uuid from messages m join users u on u.uuid = m.sender_uuid "
                                       "where u.handle = '" +
                                       std::string{blocker} + "' limit 1");
        EXPECT_EQ(change(blocker, "DELETE", messages + "/" + of + "/" + uuid).status, 200U);
    }
}

TEST_F(messages_routes, open_one_conversation_where_both_write_first_at_the_same_time) {
    constexpr int senders = 8;
    std::vector<std::thread> threads;
    for (int at = 0; at < senders; ++at) {
        threads.emplace_back([this, at] {
            auto client = service_.client();
            const auto* from = at % 2 == 0 ? "mateo" : "priya";
            const auto* to = at % 2 == 0 ? "priya" : "mateo";
            EXPECT_EQ(test::post_json(client, messages, body_of("hi", "handle", to), {as(from)}).status,
                      200U);
        });
    }
    for (auto& each : threads)
        each.join();
    EXPECT_EQ(query("select count(*) from message_groups"), "1");
    EXPECT_EQ(query("select count(*) from messages"), "8");
    EXPECT_EQ(query("select sum(unread_count) from message_group_members"), "8");
}

// Those who ask at the same time share statements.
TEST_F(messages_routes, are_each_callers_own_where_many_read_theirs_at_the_same_time) {
    const std::vector<std::pair<std::string, std::string>> pairs{
        {"andrewbrown", "worf"}, {"londo", "layla"}, {"mateo", "priya"}};
    std::vector<std::string> groups_of_pairs;
    for (const auto& [one, other] : pairs) {
        groups_of_pairs.push_back(open(one, other, one + " writes"));
        open(other, one, other + " answers");
    }
    constexpr int rounds = 60;
    std::vector<std::jthread> threads;
    for (std::size_t at = 0; at < 2 * pairs.size(); ++at) {
        threads.emplace_back([&, at] {
            const auto& [one, other] = pairs[at / 2];
            auto client = service_.client();
            for (int round = 0; round < rounds; ++round) {
                const bool own = round % 3 != 0;
                const auto& group = groups_of_pairs[own ? at / 2 : (at / 2 + 1) % pairs.size()];
                const auto got = client.get(messages + "/" + group, {as(at % 2 == 0 ? one : other)});
                ASSERT_EQ(got.status, own ? 200U : 404U);
                if (!own) continue;
                ASSERT_THAT(texts_of(array_of(got), "message"),
                            ElementsAre(one + " writes", other + " answers"));
            }
        });
    }
}

} // namespace
} // namespace cruddur::app
