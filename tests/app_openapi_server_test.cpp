#include "cluster/process.hpp"
#include "support/http_server.hpp"
#include "support/paths.hpp"
#include "support/service.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <fstream>

namespace cruddur::app {
namespace {

using test::app_service;
using test::post_body;
using test::post_json;

constexpr std::string_view activities_path = "/api/activities";
constexpr std::string_view home_path = "/api/activities/home";
constexpr std::string_view search = "/api/activities/search";
constexpr std::string_view one_path = "/api/activities/{uuid}";
constexpr std::string_view user = "/api/users/@{handle}/short";
constexpr std::string_view thread_path = "/api/activities/@{handle}/status/{uuid}";
constexpr std::string_view notifications = "/api/activities/notifications";
constexpr std::string_view unread = "/api/activities/notifications/unread";
constexpr std::string_view report = "/api/activities/{uuid}/report";
constexpr std::string_view message_groups = "/api/message_groups";
constexpr std::string_view conversation = "/api/messages/{message_group_uuid}";
constexpr std::string_view conversation_with = "/api/messages/@{handle}";
constexpr std::string_view messages_path = "/api/messages";
constexpr std::string_view conversation_read = "/api/messages/{message_group_uuid}/read";
constexpr std::string_view message = "/api/messages/{message_group_uuid}/{uuid}";
constexpr std::string_view profile = "/api/activities/@{handle}";
constexpr std::string_view followers = "/api/users/@{handle}/followers";
constexpr std::string_view following_path = "/api/users/@{handle}/following";
constexpr std::string_view user_search = "/api/users/search";
constexpr std::string_view account_path = "/api/account";
constexpr std::string_view account_export = "/api/account/export";
constexpr std::string_view update = "/api/profile/update";
const std::string nothing = "00000000-0000-4000-8000-000000000000";
constexpr std::array operations{"/api/health-check", "/livez", "/readyz", "/api/configuration"};
const std::string post_path = "/api/activities/5eed0000-0000-4000-8000-000000000101";
const std::string reply_path = "/api/activities/5eed0000-0000-4000-8000-000000000201";
// A target of each route that reads, and the route.
const std::array reads{
    std::pair{std::string{home_path}, home_path},
    std::pair{std::string{search} + "?term=a&limit=100", search},
    std::pair{post_path, one_path},
    std::pair{std::string{"/api/users/@andrewbrown/short"}, user},
    std::pair{std::string{"/api/activities/@andrewbrown"}, profile},
    std::pair{std::string{"/api/users/@worf/followers"}, followers},
    std::pair{std::string{"/api/users/@worf/following"}, following_path},
    std::pair{std::string{user_search} + "?term=a", user_search},
    std::pair{std::string{"/api/activities/@andrewbrown/status/5eed0000-0000-4000-8000-000000000101"},
              thread_path}};
// Those that only a caller can read.
const std::array own_reads{std::pair{std::string{notifications}, notifications},
                           std::pair{std::string{unread}, unread}};
// The writes whose targets are below an activity: method, path, and what is added to the activity's own.
struct write {
    std::string_view method;
    std::string_view path;
    std::string_view below;
};
constexpr std::array reactions{write{"PUT", "/api/activities/{uuid}/like", "/like"},
                               write{"DELETE", "/api/activities/{uuid}/like", "/like"},
                               write{"PUT", "/api/activities/{uuid}/repost", "/repost"},
                               write{"DELETE", "/api/activities/{uuid}/repost", "/repost"}};
// What stands between two people.
constexpr std::array relations{write{"PUT", "/api/users/@{handle}/follow", "/follow"},
                               write{"DELETE", "/api/users/@{handle}/follow", "/follow"},
                               write{"PUT", "/api/users/@{handle}/mute", "/mute"},
                               write{"DELETE", "/api/users/@{handle}/mute", "/mute"},
                               write{"PUT", "/api/users/@{handle}/block", "/block"},
                               write{"DELETE", "/api/users/@{handle}/block", "/block"}};
constexpr std::array updates{write{"PUT", update, ""}, write{"POST", update, ""}};
constexpr std::string_view new_profile = R"({"display_name":"Andrew Brown","bio":null})";
constexpr write reply{"POST", "/api/activities/{uuid}/reply", "/reply"};
constexpr write removal{"DELETE", "/api/activities/{uuid}", ""};

// What requests were answered, as tests/openapi/lint.mjs reads it.
class recording {
public:
    explicit recording(const app_service& of)
        : of_{of}
        , client_{of.client()} {}

    test::http_answer get(std::string_view path, std::string_view target,
                          const test::http_client::fields& more = {}) {
        return add("get", path, client_.get(target, more));
    }
    test::http_answer post(std::string_view body, test::http_client::fields more = {}) {
        return add("post", activities_path, post_json(client_, activities_path, body, std::move(more)));
    }
    // A write, with a body of JSON where there is one.
    test::http_answer send(std::string_view method, std::string_view path, std::string_view target,
                           test::http_client::fields more, std::string_view body = {}) {
        if (!body.empty()) more.emplace_back("Content-Type", "application/json");
        return send_as_it_is(method, path, target, std::move(more), body);
    }
    test::http_answer send_as_it_is(std::string_view method, std::string_view path, std::string_view target,
                                    const test::http_client::fields& more, std::string_view body) {
        std::string lower{method};
        boost::algorithm::to_lower(lower);
        auto client = of_.client(); // which the server may close
        return add(lower, path, client.request(method, target, more, body));
    }
    // What every route answers that wants a caller and a body.
    void refusals_of_body(std::string_view method, std::string_view path, std::string_view target) {
        const auto andrew = app_service::as("MOCK-andrewbrown");
        send(method, path, target, {}, "{}");
        send(method, path, target, {andrew}, "{}");
        send(method, path, target, {andrew}, "{");
        send_as_it_is(method, path, target, {andrew}, "no type");
    }
    // Bytes that are no request.
    void malformed(const app_service& of, std::string_view path) {
        auto client = of.client();
        client.send("GET " + std::string{path} + " HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
        add("get", path, client.receive());
    }
    test::http_answer add(std::string_view method, std::string_view path, test::http_answer answer) {
        answers_.push_back(boost::json::object{{"method", method},
                                               {"path", path},
                                               {"status", answer.status},
                                               {"type", answer.field("content-type")},
                                               {"body", answer.body}});
        return answer;
    }
    void append(const recording& other) {
        answers_.insert(answers_.end(), other.answers_.begin(), other.answers_.end());
    }
    [[nodiscard]] std::string text() const { return boost::json::serialize(answers_); }

private:
    const app_service& of_;
    test::http_client client_;
    boost::json::array answers_;
};

void record_reads(recording& into) {
    const auto andrew = app_service::as("MOCK-andrewbrown");
    const std::pair<std::string, std::string> nobody{"Authorization", "Bearer x.y.z"};
    for (const auto* path : operations)
        into.get(path, path);
    for (const test::http_client::fields& who : {test::http_client::fields{}, {andrew}, {nobody}}) {
        for (const auto& [target, path] : reads)
            into.get(path, target, who);
        into.get(one_path, reply_path, who);
    }
    for (const auto& [target, path] : reads)
        into.get(path, target, {{"If-None-Match", into.get(path, target).field("etag")}});
    for (const auto& [target, path] : own_reads) {
        into.get(path, target);
        into.get(path, target, {andrew, {"If-None-Match", into.get(path, target, {andrew}).field("etag")}});
    }
    into.get(notifications, std::string{notifications} + "?limit=0", {andrew});
    into.get(thread_path, reads.back().first + "?limit=0");
    into.get(thread_path, "/api/activities/@worf/status/5eed0000-0000-4000-8000-000000000101");
    into.get(home_path, std::string{home_path} + "?limit=0&cursor=x");
    into.get(search, search);
    into.get(one_path, "/api/activities/none");
    into.get(user, "/api/users/@nobody/short");
}

void record_posts(recording& into, const std::string& database_url) {
    const auto andrew = app_service::as("MOCK-andrewbrown");
    const std::pair<std::string, std::string> key{"Idempotency-Key", "once"};
    into.post(post_body("hello"), {andrew});
    into.post(post_body("hello"));
    into.post("{}", {andrew});
    into.post("{", {andrew});
    into.post(post_body("once"), {andrew, key});
    into.post(post_body("once"), {andrew, key});
    into.post(post_body("other"), {andrew, key});
    test::sql(database_url, "delete from activities where message = 'once'");
    into.post(post_body("once"), {andrew, key});
    into.send("POST", activities_path, activities_path, {andrew}, post_body(std::string(70'000, 'x')));
}

// What a body can be wrong in, and a caller who is nobody.
void record_wrong_bodies(recording& into, const write& how, std::string_view target) {
    into.refusals_of_body(how.method, how.path, target);
    into.send(how.method, how.path, target, {app_service::as("MOCK-andrewbrown")},
              post_body(std::string(70'000, 'x')));
}

void record_writes(recording& into) {
    const auto andrew = app_service::as("MOCK-andrewbrown");
    for (const write& each : reactions) {
        into.send(each.method, each.path, post_path + std::string{each.below}, {andrew});
        into.send(each.method, each.path, post_path + std::string{each.below}, {});
        into.send(each.method, each.path, "/api/activities/none" + std::string{each.below}, {andrew});
    }
    into.send(reply.method, reply.path, post_path + "/reply", {andrew}, post_body("a reply"));
    into.send(reply.method, reply.path, "/api/activities/none/reply", {andrew}, post_body("a reply"));
    record_wrong_bodies(into, reply, post_path + "/reply");
    const write read{"PUT", "/api/activities/notifications/read", ""};
    into.send(read.method, read.path, read.path, {andrew}, R"({"until":"2026-11-30T14:08:36.153980Z"})");
    record_wrong_bodies(into, read, read.path);
    for (const auto* who : {"MOCK-worf", "MOCK-andrewbrown", "MOCK-andrewbrown", "nobody"})
        into.send(removal.method, removal.path, post_path, {app_service::as(who)});
}

void record_people(recording& into) {
    const auto andrew = app_service::as("MOCK-andrewbrown");
    const auto target = [](const std::string& handle, const write& of) {
        return "/api/users/@" + handle + std::string{of.below};
    };
    for (const write& each : relations) {
        into.send(each.method, each.path, target("worf", each), {andrew});
        into.send(each.method, each.path, target("worf", each), {});
        into.send(each.method, each.path, target("nobody", each), {andrew});
        into.send(each.method, each.path, target("andrewbrown", each), {andrew});
    }
    into.get(profile, "/api/activities/@nobody");
    into.get(profile, "/api/activities/@worf?limit=0");
    for (const auto& [path, below] :
         {std::pair{followers, "/followers"}, std::pair{following_path, "/following"}}) {
        into.get(path, "/api/users/@nobody" + std::string{below});
        into.get(path, "/api/users/@worf" + std::string{below} + "?limit=0");
    }
    into.get(user_search, user_search);
    for (const write& each : updates) {
        into.send(each.method, each.path, update, {andrew}, new_profile);
        record_wrong_bodies(into, each, update);
    }
    const auto tomasz = app_service::as("MOCK-tomasz");
    into.get(account_path, account_path);
    into.get(account_path, account_path,
             {tomasz, {"If-None-Match", into.get(account_path, account_path, {tomasz}).field("etag")}});
    into.get(account_export, account_export, {tomasz});
    into.get(account_export, account_export);
    into.send("DELETE", account_path, account_path, {tomasz});
    into.send("DELETE", account_path, account_path, {tomasz}); // who is nobody by now
}

// Each route that looks at a token, as a caller whom none of them serves.
void record_refusals(recording& into) {
    const auto andrew = app_service::as("MOCK-andrewbrown");
    into.get("/readyz", "/readyz");
    for (const auto& [target, path] : reads) {
        into.get(path, target);
        into.get(path, target, {andrew});
    }
    for (const auto& [target, path] : own_reads)
        into.get(path, target, {andrew});
    into.post(post_body("hello"), {andrew});
    for (const write& each : reactions)
        into.send(each.method, each.path, post_path + std::string{each.below}, {andrew});
    into.send(reply.method, reply.path, post_path + "/reply", {andrew}, post_body("a reply"));
    into.send(removal.method, removal.path, post_path, {andrew});
    for (const write& each : relations)
        into.send(each.method, each.path, "/api/users/@worf" + std::string{each.below}, {andrew});
    for (const write& each : updates)
        into.send(each.method, each.path, update, {andrew}, new_profile);
    into.get(account_path, account_path, {andrew});
    into.get(account_export, account_export, {andrew});
    into.send("DELETE", account_path, account_path, {andrew});
    into.send("PUT", "/api/activities/notifications/read", "/api/activities/notifications/read", {andrew},
              R"({"until":"2026-11-30T14:08:36.153980Z"})");
    into.send("POST", report, post_path + "/report", {andrew}, R"({"reason":"spam"})");
    into.get(message_groups, message_groups, {andrew});
    const std::string group = std::string{messages_path} + "/" + nothing;
    into.get(conversation, group, {andrew});
    into.get(conversation_with, std::string{messages_path} + "/@worf", {andrew});
    into.send("POST", messages_path, messages_path, {andrew}, R"({"message":"hello","handle":"worf"})");
    into.send("PUT", conversation_read, group + "/read", {andrew}, R"({"until":"2030-01-01T00:00:00Z"})");
    into.send("DELETE", message, group + "/" + nothing, {andrew});
}

void record_reports(recording& into) {
    const auto andrew = app_service::as("MOCK-andrewbrown");
    const std::string target = post_path + "/report";
    into.send("POST", report, target, {andrew}, R"({"reason":"other"})");
    into.send("POST", report, "/api/activities/" + nothing + "/report", {andrew}, R"({"reason":"other"})");
    into.refusals_of_body("POST", report, target);
}

void record_messages(recording& into) {
    const auto andrew = app_service::as("MOCK-andrewbrown");
    const auto worf = app_service::as("MOCK-worf");
    const auto opened =
        into.send("POST", messages_path, messages_path, {andrew}, R"({"message":"hello","handle":"worf"})");
    const std::string group = test::text_of(test::object_of(opened), "message_group_uuid");
    const auto written = into.send("POST", messages_path, messages_path, {andrew},
                                   R"({"message":"again","message_group_uuid":")" + group + "\"}");
    into.send("POST", messages_path, messages_path, {andrew}, R"({"message":"hello","handle":"nobody"})");
    into.refusals_of_body("POST", messages_path, messages_path);

    const std::string own = std::string{messages_path} + "/" + group;
    const std::string others = std::string{messages_path} + "/" + nothing;
    for (const auto& [target, path] :
         {std::pair{std::string{message_groups}, message_groups}, std::pair{own, conversation},
          std::pair{std::string{messages_path} + "/@worf", conversation_with}}) {
        const auto page = into.get(path, target, {andrew});
        into.get(path, target, {andrew, {"If-None-Match", page.field("etag")}});
        into.get(path, target);
        into.get(path, target + "?limit=0", {andrew});
    }
    into.get(conversation, others, {andrew});
    into.get(conversation_with, std::string{messages_path} + "/@nobody", {andrew});

    constexpr std::string_view until = R"({"until":"2030-01-01T00:00:00Z"})";
    into.send("PUT", conversation_read, own + "/read", {worf}, until);
    into.send("PUT", conversation_read, others + "/read", {worf}, until);
    into.refusals_of_body("PUT", conversation_read, own + "/read");

    const std::string target = own + "/" + test::text_of(test::object_of(written), "uuid");
    into.send("DELETE", message, target, {});
    into.send("DELETE", message, target, {worf});
    into.send("DELETE", message, target, {andrew});
    into.send("DELETE", message, target, {andrew});
}

TEST(openapi, describes_what_every_route_answers_and_nothing_else) {
    const test::seeded_database database;
    const app_service running{database.url()};
    // Until its first connection is there a service may say that it is not ready.
    ASSERT_TRUE(test::eventually([&] { return running.get("/readyz").status == 200; }));
    recording answers{running};
    record_reads(answers);
    record_reports(answers);
    record_messages(answers);
    record_posts(answers, database.url());
    record_writes(answers);
    record_people(answers);
    for (const auto* path : operations)
        answers.malformed(running, path);
    auto client = running.client();
    answers.add("post", activities_path,
                client.request("POST", activities_path, {app_service::as("MOCK-andrewbrown")}, "no type"));

    const app_service with_pool{database.url(), [](app::door::service_params& params) {
                                    params.sign_in = {"us-east-1", "us-east-1_pool", "client",
                                                      "https://cognito-idp.us-east-1.amazonaws.com"};
                                }};
    answers.add("get", "/api/configuration", with_pool.get("/api/configuration"));

    const app_service limited{database.url(), [](app::door::service_params& params) {
                                  params.rates = {.requests = 0, .writings = 1, .reactions = 1};
                              }};
    recording too_many{limited};
    for (int at = 0; at < 2; ++at) {
        too_many.post(post_body("hello"), {app_service::as("MOCK-bayko")});
        too_many.send("POST", messages_path, messages_path, {app_service::as("MOCK-bayko")}, "{}");
        too_many.send("POST", report, post_path + "/report", {app_service::as("MOCK-bayko")}, "{}");
        too_many.send("POST", reply.path, post_path + "/reply", {app_service::as("MOCK-bayko")}, "{}");
        for (const write& each : reactions)
            too_many.send(each.method, each.path, post_path + std::string{each.below},
                          {app_service::as("MOCK-bayko")});
    }
    for (const write& each : relations)
        too_many.send(each.method, each.path, "/api/users/@worf" + std::string{each.below},
                      {app_service::as("MOCK-bayko")});
    answers.append(too_many);

    database.query("update users set disabled_at = now(), hidden = true where handle = 'andrewbrown'");
    record_refusals(answers);

    const app_service without_database{"postgresql://nobody@127.0.0.1:1/none"};
    recording failures{without_database};
    record_refusals(failures);
    answers.append(failures);

    const test::temporary_folder folder;
    const auto file = folder.path() / "answers.json";
    std::ofstream{file} << answers.text();
    cluster::command linter;
    linter.arguments = {test::node_path, test::checkout_folder + "/tests/openapi/lint.mjs",
                        test::checkout_folder + "/openapi.yaml", file.string()};
    const auto linted = cluster::run(linter, std::chrono::minutes{1});
    EXPECT_EQ(linted.exit_status, 0) << linted.output
                                     << "Its packages are installed by: npm ci --prefix tests/openapi";
}

} // namespace
} // namespace cruddur::app
