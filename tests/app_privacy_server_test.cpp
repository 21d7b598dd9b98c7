#include "cluster/process.hpp"
#include "postgres/plain_connection.hpp"
#include "support/paths.hpp"
#include "support/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace cruddur::app {
namespace {

using test::app_service;
using test::http_answer;
using testing::HasSubstr;
using testing::Not;
using fields = test::http_client::fields;

// The one whose privacy is looked after, whom they have blocked, and two others.
const std::string owner = "worf";
const std::string blocked_handle = "amara";
const std::string stranger = "londo";
const std::string friendly = "bayko";
const std::string owner_key = "key-of-the-owner";

// What the document says of a route.
struct operation {
    std::string method;
    std::string path;
    bool secured = false;
    std::vector<std::pair<std::string, std::string>> parameters; // name, place
    std::set<std::string> required;
    std::string body;
};

// Whose post, conversation and handle a path names.
struct names {
    std::string handle;
    std::string uuid;
    std::string group;
};
const names of_owner{owner, "5eed0000-0000-4000-8000-00000000a001", "5eed0000-0000-4000-8000-00000000b001"};
const names of_stranger{stranger, "5eed0000-0000-4000-8000-00000000a002",
                        "5eed0000-0000-4000-8000-00000000b002"};

// What may stand in a query, beside the cursor: a parameter that is not here has to be taught to this test.
const std::map<std::string, std::vector<std::string>, std::less<>> query_values{
    {"term", {"worf", "from:worf", "%40worf", "mine", "%23klingon"}},
    {"limit", {"100"}},
    {"following", {"1"}},
    {"seen", {"1"}},
    {"cursor", {}}};
const std::set<std::string, std::less<>> header_names{"If-None-Match", "Idempotency-Key"};

std::string replaced(std::string text, const std::string& name, const std::string& value) {
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
        text.replace(at, name.size(), value);
    return text;
}

// A path of these people; "" where it has a parameter that nobody knows.
std::string target_of(const operation& of, const names& people) {
    auto path = replaced(of.path, "{handle}", people.handle);
    path = replaced(std::move(path), "{message_group_uuid}", people.group);
    path = replaced(std::move(path), "{uuid}", people.uuid);
    return path.find('{') == std::string::npos ? path : "";
}

std::vector<operation> documented() {
    cluster::command reader;
    reader.arguments = {test::node_path, test::checkout_folder + "/tests/openapi/operations.mjs",
                        test::checkout_folder + "/openapi.yaml"};
    const auto read = cluster::run(reader, std::chrono::minutes{1});
    EXPECT_EQ(read.exit_status, 0) << read.output
                                   << "Its packages are installed by: npm ci --prefix tests/openapi";
    std::vector<operation> made;
    const auto document = boost::json::parse(read.output);
    for (const auto& each : document.as_array()) {
        operation one{test::text_of(each, "method"),
                      test::text_of(each, "path"),
                      each.at("secured").as_bool(),
                      {},
                      {},
                      {}};
        for (const auto& parameter : each.at("parameters").as_array()) {
            one.parameters.emplace_back(test::text_of(parameter, "name"), test::text_of(parameter, "place"));
            if (parameter.at("required").as_bool()) one.required.insert(test::text_of(parameter, "name"));
        }
        if (each.at("body").is_string()) one.body = test::text_of(each, "body");
        EXPECT_TRUE(each.at("json").as_bool())
            << one.path << ": this test reads JSON alone; teach it what this route sends";
        EXPECT_FALSE(each.at("body").is_string() && one.body.empty())
            << one.path << ": its body has no example";
        made.push_back(std::move(one));
    }
    // What ends an account comes last.
    std::ranges::partition(
        made, [](const operation& one) { return one.method != "DELETE" || one.path != "/api/account"; });
    return made;
}

class privacy : public testing::Test {
protected:
    // One session for all: a walk asks thousands of times.
    std::string query(const std::string& text) const {
        auto found = session_.execute(text);
        EXPECT_TRUE(found.has_value()) << (found ? "" : found.error().describe());
        return found && !found->empty() ? std::string{found->get(0, 0).value_or("")} : "";
    }

    // May be held more than once.
    void hold_reaper() const { query("select pg_advisory_lock(4567001), pg_advisory_lock(4567002)"); }
    void let_reaper_go() const { query("select pg_advisory_unlock(4567001), pg_advisory_unlock(4567002)"); }

    // All people and what stands between them, as before any request. False where nothing has changed it
    // since.
    bool arrange() {
        if (std::exchange(arranged_, true)) return false;
        hold_reaper(); // which would delete the same messages in another order
        database_.query("delete from public.users; delete from public.reports; " +
                        std::string{cruddur::sql::seed.text} + R"sql(
            update users set email = handle || '@secret.example';
            insert into activities (uuid, user_uuid, message, created_at)
            select p.uuid::uuid, u.uuid, p.message, now() - interval '1 minute'
            from (values ('5eed0000-0000-4000-8000-00000000a001', 'worf', 'a secret of mine #klingon @londo'),
                         ('5eed0000-0000-4000-8000-00000000a002', 'londo', 'mine as well')) p(uuid, handle, message)
            join users u using (handle);
            insert into activities (user_uuid, message, reply_to_activity_uuid)
            select uuid, 'a secret reply of mine', '5eed0000-0000-4000-8000-00000000a002' from users where handle = 'worf';
            insert into activity_likes (activity_uuid, user_uuid)
            select p.uuid, u.uuid from activities p, users u
            where u.handle = 'worf' and p.user_uuid in (select uuid from users where handle in ('londo', 'amara'))
            on conflict do nothing;
            insert into activity_reposts (activity_uuid, user_uuid)
            select p.uuid, u.uuid from activities p, users u
            where u.handle = 'worf' and p.user_uuid in (select uuid from users where handle in ('londo', 'amara'))
            on conflict do nothing;
            insert into follows (follower_uuid, followed_uuid)
            select a.uuid, b.uuid from users a, users b
            where a.handle <> b.handle and a.handle in ('worf', 'londo', 'bayko', 'amara') and b.handle in ('worf', 'londo', 'bayko', 'amara');
            insert into blocks (blocker_uuid, blocked_uuid)
            select a.uuid, b.uuid from users a, users b where a.handle = 'worf' and b.handle = 'amara';
            insert into mutes (muter_uuid, muted_uuid)
            select a.uuid, b.uuid from users a, users b where a.handle = 'worf' and b.handle = 'londo';
            insert into message_groups (uuid, first_user_uuid, second_user_uuid)
            select g.uuid::uuid, least(a.uuid, b.uuid), greatest(a.uuid, b.uuid)
            from (values ('5eed0000-0000-4000-8000-00000000b001', 'worf'), ('5eed0000-0000-4000-8000-00000000b002', 'londo')) g(uuid, handle)
            join users a using (handle) join users b on b.handle = 'bayko';
            insert into messages (message_group_uuid, sender_uuid, receiver_uuid, message)
            select m.message_group_uuid, m.user_uuid, m.other_user_uuid,
                   case m.message_group_uuid::text when '5eed0000-0000-4000-8000-00000000b001' then 'a secret message' else 'hello' end
            from message_group_members m;
            insert into idempotency_keys (user_uuid, key, request_hash, activity_uuid)
            select uuid, 'key-of-the-owner', sha256('x'), '5eed0000-0000-4000-8000-00000000a001' from users where handle = 'worf';
        )sql");
        let_reaper_go();
        return true;
    }

    // All that is the owner's alone to change.
    [[nodiscard]] std::string belongings() const {
        return query(R"sql(
            select md5(string_agg(part, '' order by part)) from (
              select row(display_name, handle, email, bio, cognito_user_id, notifications_read_until)::text from users where handle = 'worf'
              union all
              select row(uuid, message, expires_at, created_at)::text from activities
              where user_uuid = (select uuid from users where handle = 'worf')
              union all select m::text from mutes m where muter_uuid = (select uuid from users where handle = 'worf')
              union all select b::text from blocks b where blocker_uuid = (select uuid from users where handle = 'worf')
              union all select m::text from messages m where message_group_uuid = '5eed0000-0000-4000-8000-00000000b001'
              union all select k::text from idempotency_keys k where user_uuid = (select uuid from users where handle = 'worf')
            ) all_parts(part))sql");
    }

    http_answer ask(const operation& of, const std::string& target, const std::string& who,
                    fields more = {}) {
        if (!who.empty()) more.push_back(app_service::as("MOCK-" + who));
        if (!of.body.empty()) more.emplace_back("Content-Type", "application/json");
        const auto answer = service_.client().request(of.method, target, more, of.body);
        if (of.method != "GET" && answer.status < 400) arranged_ = false; // a refusal changes nothing
        EXPECT_LT(answer.status, 500U) << of.method << " " << target << " as " << who << ": " << answer.body;
        return answer;
    }

    // Holds an answer to what anybody may be told.
    void hold(const operation& of, const std::string& target, const std::string& who,
              const http_answer& answer) const {
        const auto place = of.method + " " + target + " as " + (who.empty() ? "nobody" : who);
        std::string text = answer.body;
        for (const auto& [name, value] : answer.fields)
            text += "\n" + name + ": " + value;
        const bool own = of.path.starts_with("/api/account"); // shows its caller to itself
        for (const auto& handle : handles_) {
            if (own && handle == who) continue;
            EXPECT_THAT(text, Not(HasSubstr(handle + "@secret.example"))) << place;
            EXPECT_THAT(text, Not(HasSubstr("MOCK-" + handle))) << place;
        }
        if (who != owner && who != friendly) {
            EXPECT_THAT(text, Not(HasSubstr("a secret message"))) << place;
        }
        if (who != blocked_handle || !of.secured) return;
        for (const auto* theirs :
             {"\"handle\":\"worf\"", "Son of Mogh", "a secret", "a good day to post", "000000000003"})
            EXPECT_THAT(text, Not(HasSubstr(theirs))) << place;
    }

    // A request with each of what the query may hold, and with what the owner was given for it.
    [[nodiscard]] static std::vector<std::string> targets_of(const operation& of, const std::string& path) {
        std::vector<std::string> targets{path};
        for (const auto& [name, where] : of.parameters) {
            if (where != "query") continue;
            const auto values = query_values.find(name);
            if (values == query_values.end()) continue;
            const bool required = of.required.contains(name);
            std::vector<std::string> with;
            for (const auto& target : targets)
                for (const auto& value : values->second)
                    with.push_back(target + (target.find('?') == std::string::npos ? "?" : "&") + name + "=" +
                                   value);
            if (required) targets.clear();
            targets.insert(targets.end(), with.begin(), with.end());
        }
        return targets;
    }

    void read(const operation& of, const std::string& path, const std::string& who) {
        for (const auto& target : targets_of(of, path)) {
            hold(of, target, who, ask(of, target, who));
            if (who == owner) continue;
            const auto given = ask(of, target, owner);
            const auto tagged = ask(of, target, who, {{"If-None-Match", given.field("etag")}});
            if (who == blocked_handle && of.secured && given.body.find("\"worf\"") != std::string::npos) {
                EXPECT_NE(tagged.status, 304U) << target;
            }
            const auto page =
                ask(of, target + (target.find('?') == std::string::npos ? "?" : "&") + "limit=1", owner);
            const std::string link = page.field("link");
            if (link.empty()) continue;
            const std::string next = link.substr(1, link.find('>') - 1);
            hold(of, next, who, ask(of, next, who));
        }
    }

    void write(const operation& of, const std::string& path, const std::string& who) {
        for (const fields& more : {fields{}, fields{{"Idempotency-Key", owner_key}}}) {
            if (!more.empty() && of.method != "POST") continue; // no other method has a key
            arrange();
            const auto before = belongings();
            const auto answer = ask(of, path, who, more);
            hold(of, path, who, answer);
            if (who == owner) continue;
            if (of.method == "POST") { // what the owner's key made is the owner's
                EXPECT_THAT(answer.body, Not(HasSubstr("a secret")))
                    << of.method << " " << path << " as " << who;
            }
            // What goes with one's own account or post goes with it: replies to it, likes, a conversation.
            const bool own = of.path == "/api/account" ||
                             (who == "londo" && path.find("00000000a002") != std::string::npos);
            if (of.method == "DELETE" && own) continue;
            EXPECT_EQ(belongings(), before) << of.method << " " << path << " as " << who;
        }
    }

    // Holds what others than the owner are told where the owner is hidden: nothing of the owner at all.
    void hold_nothing_of_owner(const operation& of, const std::string& target, const std::string& who) {
        const auto answer = ask(of, target, who);
        std::string text = answer.body;
        for (const auto& [name, value] : answer.fields)
            text += "\n" + name + ": " + value;
        for (const auto* theirs : {"\"handle\":\"worf\"", "Son of Mogh", "a secret", "a good day to post",
                                   "000000000003", "\"handle\":\"left."})
            EXPECT_THAT(text, Not(HasSubstr(theirs)))
                << of.method << " " << target << " as " << (who.empty() ? "nobody" : who);
    }

    // Walks all routes as nobody, a stranger and a friend once `hide` has hidden the owner.
    void walk_without_owner(const std::function<void()>& hide) {
        const names of_nobody{"nobody", "5eed0000-0000-4000-8000-00000000a009",
                              "5eed0000-0000-4000-8000-00000000b009"};
        for (const auto& each : documented()) {
            if (arrange()) {
                hide();
                arranged_ = true; // and hidden
            }
            for (const std::string& who : {std::string{}, stranger, friendly}) {
                if (each.path == "/api/account" && each.method == "DELETE") continue; // hides its caller
                const auto theirs = target_of(each, of_owner);
                for (const auto& target : targets_of(each, theirs))
                    hold_nothing_of_owner(each, target, who);
                for (const auto& target : targets_of(each, target_of(each, of_stranger)))
                    hold_nothing_of_owner(each, target, who);
                if (who.empty() || theirs == target_of(each, of_nobody)) continue;
                const auto answer = ask(each, theirs, who);
                const auto missing = ask(each, target_of(each, of_nobody), who);
                EXPECT_EQ(answer.status, missing.status) << each.method << " " << theirs << " as " << who;
                EXPECT_EQ(answer.body, missing.body) << each.method << " " << theirs << " as " << who;
            }
        }
    }

    void disable_owner() {
        arranged_ = false;
        query("update users set disabled_at = now(), hidden = true where handle = 'worf'");
    }

    const std::vector<std::string> handles_{"andrewbrown", "bayko", "worf",   "londo", "siobhan", "hanako",
                                            "layla",       "amara", "ingrid", "mateo", "priya",   "tomasz"};
    test::seeded_database database_;
    mutable postgres::plain_connection session_ =
        postgres::plain_connection::open(postgres::connection_url::parse(database_.url()).value()).value();
    app_service service_{database_.url()};
    bool arranged_ = false; // and nothing has changed it since
};

TEST_F(privacy, has_inputs_for_every_route_of_the_document) {
    const auto all = documented();
    EXPECT_FALSE(all.empty());
    for (const auto& each : all) {
        EXPECT_NE(target_of(each, of_owner), "")
            << each.path << ": a parameter of the path is new to this test";
        for (const auto& [name, place] : each.parameters) {
            if (place == "query") {
                EXPECT_TRUE(query_values.contains(name))
                    << each.path << " ?" << name << "= is new to this test";
            }
            if (place == "header") {
                EXPECT_TRUE(header_names.contains(name))
                    << each.path << " " << name << " is new to this test";
            }
        }
    }
}

TEST_F(privacy, of_who_is_disabled_is_that_of_one_who_is_not_there) {
    walk_without_owner([this] { disable_owner(); });
}

// While the rows are there still: no reaper gets its turn.
TEST_F(privacy, of_who_has_deleted_the_account_is_that_of_one_who_is_not_there) {
    hold_reaper();
    walk_without_owner([this] {
        const operation removal{"DELETE", "/api/account", true, {}, {}, {}};
        EXPECT_EQ(ask(removal, "/api/account", owner).status, 200U);
        EXPECT_EQ(query("select count(*) > 0 from activities where message like 'a secret%'"), "t");
    });
    let_reaper_go();
}

TEST_F(privacy, is_all_that_is_left_to_a_disabled_caller_until_enabled) {
    const auto all = documented();
    arrange();
    disable_owner();
    const auto before = belongings();
    for (const auto& each : all) {
        if (!each.secured) continue;
        for (const names& people : {of_owner, of_stranger}) {
            for (const auto& target : targets_of(each, target_of(each, people))) {
                const auto answer = ask(each, target, owner);
                // What asks for no caller may find first that what it is about is not there: nobody is.
                if (answer.status == 404 && ask(each, target, "").status == 404) continue;
                EXPECT_EQ(answer.status, 403U) << each.method << " " << target << answer.body;
                EXPECT_EQ(answer.body, R"(["generic_403"])") << each.method << " " << target;
            }
        }
    }
    EXPECT_EQ(belongings(), before) << "none of the requests has changed anything";
    query("update users set disabled_at = null, hidden = false where handle = 'worf'");
    for (const auto& each : all) {
        const auto target = target_of(each, of_owner);
        if (!each.secured || each.method != "GET" || each.required.contains("term")) continue;
        EXPECT_EQ(ask(each, target, owner).status,
                  target.find("@worf") != std::string::npos && target.starts_with("/api/messages/") ? 404U
                                                                                                    : 200U)
            << target;
    }
}

TEST_F(privacy, of_people_is_kept_by_every_route_whoever_asks_and_with_whatever_of_anothers) {
    for (const auto& each : documented()) {
        arrange();
        for (const std::string& who : {std::string{}, owner, stranger, blocked_handle}) {
            for (const names& people : {of_owner, of_stranger}) {
                const auto path = target_of(each, people);
                if (each.method == "GET")
                    read(each, path, who);
                else
                    write(each, path, who);
            }
        }
    }
}

// Whoever was blocked is answered as if there were nobody.
TEST_F(privacy, of_who_has_blocked_is_that_of_one_who_is_not_there) {
    const names of_nobody{"nobody", "5eed0000-0000-4000-8000-00000000a009",
                          "5eed0000-0000-4000-8000-00000000b009"};
    for (const auto& each : documented()) {
        const auto theirs = target_of(each, of_owner);
        const auto none = target_of(each, of_nobody);
        if (!each.secured || theirs == none) continue;
        arrange();
        const auto answer = ask(each, theirs, blocked_handle);
        const auto missing = ask(each, none, blocked_handle);
        EXPECT_EQ(answer.status, missing.status) << each.method << " " << theirs;
        EXPECT_EQ(answer.body, missing.body) << each.method << " " << theirs;
    }
}

} // namespace
} // namespace cruddur::app
