// Whose calls local AWS takes: every operation and route of its own tables, so that a new one is in the walk
// by itself, sent as pages of anybody could have a browser send it.

#include "cloud/door/service.hpp"
#include "cloud/door/services.hpp"
#include "support/http_client.hpp"
#include "support/server.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <optional>

namespace cruddur::cloud {
using namespace door;
using namespace wire;
namespace {

using test::http_answer;
using test::http_client;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

// One request that a program could send.
struct sample {
    std::string name;
    std::string method;
    std::string target;
    std::string type; // of the body; "" where there is none
    http_client::fields fields;
    std::string body;
    bool for_pages = false; // AWS offers it to browsers
    bool unsigned_ = false; // nobody signs it
};

std::string signature_of(std::string_view scope) {
    return fmt::format("AWS4-HMAC-SHA256 Credential=test/20261130/us-east-1/{}/aws4_request, "
                       "SignedHeaders=host;x-amz-date, Signature={:064}",
                       scope, 0);
}

// Of a route, whose names begin with a colon, or of an operation, whose stand in braces.
std::string path_of(std::string_view pattern) {
    std::string out;
    bool in_name = false;
    for (const char c : pattern) {
        if (c == '/') in_name = false;
        if (!in_name) out += c == ':' || c == '{' ? 'x' : c;
        if (c == ':' || c == '{') in_name = true;
        if (c == '}') in_name = false;
    }
    return out;
}

sample call_at(std::string_view method, std::string_view pattern, bool for_pages) {
    const bool has_body = method == "POST" || method == "PUT";
    return {fmt::format("{} {}", method, pattern),
            std::string{method},
            path_of(pattern),
            has_body ? "application/json" : "",
            {},
            has_body ? "{}" : "",
            for_pages};
}

sample call_of(const wire::service& service, const operation& each) {
    const service_model& model = service.model;
    if (model.speaks == protocol::rest_json) {
        const model_operation& at = *model.find(each.name);
        return call_at(at.method, at.uri, each.is_public);
    }
    const auto signature = signature_of(model.service);
    if (service.speaks_query())
        return {std::string{each.name},
                "POST",
                "/",
                "application/x-www-form-urlencoded",
                {{"Authorization", signature}},
                fmt::format("Action={}&Version={}", each.name, model.version)};
    const std::string target = fmt::format("{}.{}", model.target, each.name);
    return {target,
            "POST",
            "/",
            "application/x-amz-json-1.1",
            {{"X-Amz-Target", target}, {"Authorization", signature}},
            "{}",
            each.is_public};
}

std::vector<sample> every_call() {
    std::vector<sample> out;
    for (const service_tables& service : all_services()) {
        if (service.operations != nullptr) {
            for (const operation& each : service.operations->operations)
                out.push_back(call_of(*service.operations, each));
        }
        for (const web_route& each : service.routes) {
            out.push_back(
                call_at(to_string(each.method), each.pattern, each.open_to == web_route::access::everyone));
            out.back().unsigned_ =
                each.open_to == web_route::access::programs || each.open_to == web_route::access::documents;
        }
    }
    return out;
}

// Counts what others have committed to the state.
class state_watch {
public:
    explicit state_watch(const std::filesystem::path& folder) {
        if (sqlite3_open_v2((folder / "state.db").c_str(), &file_, SQLITE_OPEN_READONLY, nullptr) !=
            SQLITE_OK)
            throw std::runtime_error{"the state cannot be opened"};
    }
    state_watch(const state_watch&) = delete;
    state_watch& operator=(const state_watch&) = delete;
    ~state_watch() { sqlite3_close(file_); }

    [[nodiscard]] int version() const {
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v2(file_, "pragma data_version", -1, &statement, nullptr);
        sqlite3_step(statement);
        const int out = sqlite3_column_int(statement, 0);
        sqlite3_finalize(statement);
        return out;
    }

private:
    sqlite3* file_ = nullptr;
};

class callers : public testing::Test {
protected:
    callers() {
        service_params params;
        params.port = 0;
        params.folder = folder_.path() / "data";
        aws_.emplace(params);
        port_ = aws_->start();
        watch_.emplace(params.folder);
    }

    http_answer send(const sample& what, http_client::fields more, std::string host = {}) {
        http_client client{port_};
        if (host.empty()) host = fmt::format("127.0.0.1:{}", port_);
        std::string bytes = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", what.method, what.target, host);
        const auto has = [&](std::string_view name) {
            return std::ranges::any_of(more,
                                       [&](const auto& each) { return boost::iequals(each.first, name); });
        };
        if (!what.type.empty() && !has("Content-Type")) more.emplace_back("Content-Type", what.type);
        more.insert(more.end(), what.fields.begin(), what.fields.end());
        for (const auto& [name, value] : more)
            bytes += fmt::format("{}: {}\r\n", name, value);
        bytes += fmt::format("Content-Length: {}\r\n\r\n{}", what.body.size(), what.body);
        client.send(bytes);
        return client.receive(what.method == "HEAD");
    }
    void refused(const sample& what, const http_client::fields& more, unsigned status, std::string_view code,
                 const std::string& host = {}) {
        const http_answer answer = send(what, more, host);
        const std::string of = fmt::format("{} {}{}", what.name, host, testing::PrintToString(more));
        EXPECT_EQ(answer.status, status) << of << answer.body;
        EXPECT_THAT(answer.body + answer.field("x-amzn-ErrorType"), HasSubstr(std::string{code})) << of;
        EXPECT_FALSE(answer.has("Access-Control-Allow-Origin")) << of;
    }

    test::temporary_folder folder_;
    std::optional<door::service> aws_;
    std::uint16_t port_ = 0;
    std::optional<state_watch> watch_;
};

TEST_F(callers, under_a_foreign_host_or_origin_reach_no_operation_and_no_route) {
    const int before = watch_->version();
    for (const sample& each : every_call()) {
        for (const std::string host : {"evil.example", "127.0.0.1.evil.example:4566", "8.8.8.8"})
            refused(each, {}, 403, "AccessDenied", host);
        for (const std::string origin : {"https://evil.example", "null", "http://localhost:3000"}) {
            if (!each.for_pages) {
                refused(each, {{"Origin", origin}}, 403, "AccessDenied");
            } else {
                const auto answer = send(each, {{"Origin", origin}});
                EXPECT_NE(answer.status, 403U) << each.name;
                EXPECT_EQ(answer.has("Access-Control-Allow-Origin"), origin == "http://localhost:3000")
                    << each.name << origin;
            }
        }
        if (!each.for_pages) refused(each, {{"Sec-Fetch-Site", "cross-site"}}, 403, "AccessDenied");
    }
    EXPECT_EQ(watch_->version(), before) << "something acted";
}

TEST_F(callers, with_what_a_form_can_send_reach_no_operation_and_no_route) {
    const int before = watch_->version();
    for (const sample& each : every_call()) {
        if (each.type.empty()) continue;
        for (const std::string type :
             {"text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"}) {
            if (type != each.type) refused(each, {{"Content-Type", type}}, 415, "UnsupportedMediaType");
        }
    }
    EXPECT_EQ(watch_->version(), before) << "something acted";
}

TEST_F(callers, by_a_link_reach_no_operation_of_the_query_protocol) {
    const int before = watch_->version();
    for (sample each : every_call()) {
        if (each.type != "application/x-www-form-urlencoded") continue;
        const bool reads = each.name.starts_with("Describe") || each.name.starts_with("Get") ||
                           each.name.starts_with("List");
        const std::string scope = each.fields.front().second;
        each.target = "/?" + each.body;
        each.body.clear();
        each.fields.clear();
        for (const std::string method : {"GET", "HEAD"}) {
            each.method = method;
            each.type.clear();
            EXPECT_EQ(send(each, {}).status, 403U) << method << each.name;
        }
        each.method = "GET";
        refused(each, {}, 403, "MissingAuthenticationToken");
        const auto begin = scope.find("us-east-1/") + 10;
        each.target +=
            fmt::format("&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20261130%2Fus-east-1%2F{}"
                        "%2Faws4_request&X-Amz-Date=20261130T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders="
                        "host&X-Amz-Signature=00",
                        scope.substr(begin, scope.find('/', begin) - begin));
        if (!reads) refused(each, {}, 403, "AccessDenied");
    }
    EXPECT_EQ(watch_->version(), before) << "something acted";
}

TEST_F(callers, of_this_machine_reach_all_of_it) {
    for (const sample& each : every_call()) {
        for (const std::string& host :
             {fmt::format("127.0.0.1:{}", port_), fmt::format("localhost:{}", port_), std::string{"aws"}}) {
            const auto answer = send(each, {}, host);
            EXPECT_NE(answer.status, 403U) << each.name << answer.body;
            EXPECT_NE(answer.status, 415U) << each.name << answer.body;
            EXPECT_LT(answer.status, 500U) << each.name << answer.body;
        }
    }
}

TEST_F(callers, that_are_pages_of_its_own_origin_reach_nothing_without_the_consoles_key) {
    const int before = watch_->version();
    const http_client::fields page{{"Origin", fmt::format("http://127.0.0.1:{}", port_)},
                                   {"Sec-Fetch-Site", "same-origin"}};
    for (const sample& each : every_call()) {
        if (each.for_pages || each.unsigned_) continue;
        for (const http_client::fields& more : {page, http_client::fields{page.front()}, {page.back()}}) {
            const auto answer = send(each, more);
            EXPECT_THAT(answer.body + answer.field("x-amzn-ErrorType"),
                        AnyOf(HasSubstr("MissingAuthenticationToken"), HasSubstr("InvalidClientTokenId")))
                << each.name;
        }
    }
    EXPECT_EQ(watch_->version(), before) << "something acted";
}

http_client::fields shown_as(std::string destination, std::string site = "none") {
    return {{"Sec-Fetch-Site", std::move(site)},
            {"Sec-Fetch-Mode", "navigate"},
            {"Sec-Fetch-Dest", std::move(destination)},
            {"Sec-Fetch-User", "?1"}};
}

sample console_document() {
    sample page;
    page.name = "the console";
    page.method = "GET";
    page.target = "/console";
    return page;
}

TEST_F(callers, are_handed_the_consoles_key_as_a_page_of_their_own_alone) {
    for (const std::string site : {"none", "same-origin", "cross-site"}) {
        const auto shown = send(console_document(), shown_as("document", site));
        EXPECT_EQ(shown.status, 200U);
        EXPECT_THAT(shown.body, HasSubstr("secretAccessKey"));
        EXPECT_THAT(shown.field("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
        EXPECT_THAT(shown.field("Content-Security-Policy"), Not(HasSubstr("unsafe")));
        EXPECT_EQ(shown.field("Cross-Origin-Opener-Policy"), "same-origin");
        EXPECT_EQ(shown.field("Cache-Control"), "no-store");
    }
    for (const std::string destination : {"empty", "iframe", "object", "script", "worker"}) {
        const auto refused = send(console_document(), shown_as(destination, "same-origin"));
        EXPECT_EQ(refused.status, 403U) << destination;
        EXPECT_THAT(refused.body, Not(HasSubstr("secretAccessKey"))) << destination;
    }
    const auto fetched = send(console_document(), {{"Origin", fmt::format("http://127.0.0.1:{}", port_)}});
    EXPECT_EQ(fetched.status, 403U);
    const auto rebound = send(console_document(), shown_as("document"), "evil.example");
    EXPECT_EQ(rebound.status, 403U);
    EXPECT_THAT(rebound.body, Not(HasSubstr("secretAccessKey")));
}

TEST_F(callers, are_handed_another_key_by_every_run_and_none_where_signatures_are_required) {
    const auto first = send(console_document(), shown_as("document")).body;
    const auto start_again = [&](std::string keys_file) {
        aws_.reset();
        service_params params;
        params.port = 0;
        params.folder = folder_.path() / "data";
        params.keys_file = std::move(keys_file);
        aws_.emplace(params);
        port_ = aws_->start();
        return send(console_document(), shown_as("document")).body;
    };
    EXPECT_THAT(first, HasSubstr("secretAccessKey"));
    EXPECT_NE(start_again(""), first);
    const auto keys = folder_.path() / "credentials";
    std::ofstream{keys} << "[default]\naws_access_key_id = admitted\naws_secret_access_key = secret\n";
    EXPECT_THAT(start_again(keys.string()), Not(HasSubstr("ccessKey")));
}

TEST_F(callers, who_follow_a_link_see_the_mailbox_and_no_page_frames_it) {
    const http_client::fields visit{{"Sec-Fetch-Site", "cross-site"},
                                    {"Sec-Fetch-Mode", "navigate"},
                                    {"Sec-Fetch-Dest", "document"},
                                    {"Sec-Fetch-User", "?1"}};
    const auto get = [&](std::string target) {
        sample page;
        page.method = "GET";
        page.target = std::move(target);
        return send(page, visit);
    };
    const auto mailbox = get("/_local/mailbox");
    EXPECT_EQ(mailbox.status, 200U);
    EXPECT_THAT(mailbox.field("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
    EXPECT_EQ(get("/_local/mailbox.json").status, 403U);
    EXPECT_EQ(get("/?Action=GetCallerIdentity&Version=2011-06-15").status, 403U);
}

TEST_F(callers, of_a_loopback_page_may_ask_whether_they_may_call) {
    sample preflight;
    preflight.method = "OPTIONS";
    preflight.target = "/";
    const auto asked = [&](std::string origin) {
        return send(preflight, {{"Origin", std::move(origin)},
                                {"Access-Control-Request-Method", "POST"},
                                {"Sec-Fetch-Site", "cross-site"}});
    };
    EXPECT_EQ(asked("http://localhost:3000").field("Access-Control-Allow-Origin"), "http://localhost:3000");
    EXPECT_FALSE(asked("https://evil.example").has("Access-Control-Allow-Origin"));
    EXPECT_FALSE(asked("null").has("Access-Control-Allow-Origin"));
}

} // namespace
} // namespace cruddur::cloud
