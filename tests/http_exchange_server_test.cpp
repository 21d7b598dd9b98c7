#include "http/caller_check.hpp"
#include "support/decompress.hpp"
#include "support/http_server.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <mutex>
#include <utility>

namespace cruddur::http {
namespace {

namespace asio = boost::asio;
using test::http_server;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

const std::string large = [] {
    std::string text = "[";
    for (int at = 0; at < 1'000; ++at)
        text += "{\"message\":\"number " + std::to_string(at) + "\"},";
    return text + "0]";
}();

std::shared_ptr<const rendered> feed() {
    static const auto made = std::make_shared<const rendered>(rendered{
        "application/json", "\"feed-1\"", "no-cache", large, "the gzip", "the brotli", {{"Link", "<next>"}}});
    return made;
}

router routes() {
    router table;
    table.add(
        verb::get, "/feed", [](request&) -> asio::awaitable<response> { co_return response{}; },
        [](const request&) {
            response answer;
            answer.finished = feed();
            return std::optional{std::move(answer)};
        });
    table.add(verb::post, "/echo", [](request& what) -> asio::awaitable<response> {
        co_return response::json(body_bytes::of(std::string(what.body)));
    });
    table.add(verb::get, "/large", [](request&) -> asio::awaitable<response> {
        co_return response::json({nullptr, large});
    });
    table.add(verb::get, "/later", [](request& what) -> asio::awaitable<response> {
        asio::steady_timer timer{co_await asio::this_coro::executor, std::chrono::milliseconds{20}};
        co_await timer.async_wait(asio::use_awaitable);
        co_return response::json(body_bytes::of("[\"later " + std::string(what.query) + "\"]"));
    });
    table.add(verb::get, "/who/:name", [](request& what) -> asio::awaitable<response> {
        co_return response::json(body_bytes::of(what.parameters.at(0) + '|' + std::string(what.id) + '|' +
                                                std::string(what.peer) + '|' +
                                                std::string(what.traceparent)));
    });
    table.add(verb::get, "/throws", [](request&) -> asio::awaitable<response> {
        throw std::runtime_error("the secret reason");
        co_return response{};
    });
    table.add(verb::get, "/forges", [](request&) -> asio::awaitable<response> {
        auto answer = response::json(body_bytes::of("[]"));
        answer.fields.emplace_back("X-Bad", "a\r\nX-Forged: b");
        co_return answer;
    });
    table.add(verb::get, "/pieces", [](request&) -> asio::awaitable<response> {
        response answer;
        answer.more = [left = std::make_shared<int>(3)]() -> asio::awaitable<std::optional<std::string>> {
            asio::steady_timer timer{co_await asio::this_coro::executor, std::chrono::milliseconds{1}};
            co_await timer.async_wait(asio::use_awaitable);
            if (*left == 0) co_return std::nullopt;
            co_return --*left == 1 ? "" : std::string(20'000, static_cast<char>('a' + *left));
        };
        co_return answer;
    });
    table.add(verb::get, "/cut", [](request&) -> asio::awaitable<response> {
        response answer;
        answer.more = [first =
                           std::make_shared<bool>(true)]() -> asio::awaitable<std::optional<std::string>> {
            if (!std::exchange(*first, false)) throw std::runtime_error("the secret reason");
            co_return "the beginning";
        };
        co_return answer;
    });
    table.fallback([](const request& what) -> std::optional<response> {
        if (what.path != "/page") return std::nullopt;
        auto answer = response::json(body_bytes::of("the page"));
        answer.content_type = "text/html";
        return answer;
    });
    return table;
}

server_params with_origins() {
    server_params params;
    params.allowed_origins = {"https://cruddur.example", "http://localhost:3000"};
    return params;
}

TEST(http_server, answers_with_finished_bytes_and_all_their_fields) {
    http_server server{routes()};
    auto client = server.client();
    const auto answer = client.get("/feed");
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.body, large);
    EXPECT_EQ(answer.field("content-type"), "application/json");
    EXPECT_EQ(answer.field("etag"), "\"feed-1\"");
    EXPECT_EQ(answer.field("cache-control"), "no-cache");
    EXPECT_EQ(answer.field("link"), "<next>");
    EXPECT_EQ(answer.field("vary"), "Accept-Encoding");
    EXPECT_THAT(answer.field("date"), MatchesRegex("..., .. ... .... ..:..:.. GMT"));
    EXPECT_THAT(answer.field("x-request-id"), MatchesRegex("[0-9a-f]{16}"));
    EXPECT_FALSE(answer.has("connection"));
    EXPECT_NE(client.get("/feed").field("x-request-id"), answer.field("x-request-id"));
}

TEST(http_server, sends_a_body_that_is_made_piece_by_piece) {
    http_server server{routes()};
    auto client = server.client();
    const std::string whole = std::string(20'000, 'c') + std::string(20'000, 'a');
    for (int again = 0; again < 2; ++again) { // on the same connection
        const auto answer = client.get("/pieces", {{"Accept-Encoding", "gzip"}});
        EXPECT_EQ(answer.status, 200U);
        EXPECT_EQ(answer.field("transfer-encoding"), "chunked");
        EXPECT_FALSE(answer.has("content-length"));
        EXPECT_EQ(answer.body, whole);
    }
    EXPECT_EQ(client.request("HEAD", "/pieces").status, 200U);
    client.send("GET /pieces HTTP/1.1\r\nHost: a\r\n\r\nGET /feed HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.receive().body, whole);
    EXPECT_EQ(client.receive().body, large);

    auto older = server.client();
    older.send("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto all = older.receive_all();
    EXPECT_THAT(all, testing::EndsWith("\r\n\r\n" + whole));
    EXPECT_THAT(all, Not(HasSubstr("chunked")));
}

TEST(http_server, lets_a_reader_tell_a_body_that_was_cut_short) {
    http_server server{routes()};
    auto client = server.client();
    client.send("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto all = client.receive_all();
    EXPECT_THAT(all, HasSubstr("the beginning"));
    EXPECT_THAT(all, Not(HasSubstr("\r\n0\r\n")));
    EXPECT_THAT(all, Not(HasSubstr("secret")));
    EXPECT_EQ(server.client().get("/feed").status, 200U);
}

// It is asked for no more than the peer takes, and no longer than the peer is there.
TEST(http_server, makes_no_more_of_a_body_than_its_reader_takes) {
    std::atomic<int> pieces{0};
    router table;
    table.add(verb::get, "/endless", [&](request&) -> asio::awaitable<response> {
        response answer;
        answer.more = [&pieces]() -> asio::awaitable<std::optional<std::string>> {
            ++pieces;
            co_return std::string(1'000'000, 'x');
        };
        co_return answer;
    });
    http_server server{std::move(table)};
    auto client = server.client();
    client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
    int before = 0;
    EXPECT_TRUE(test::eventually([&] {
        const int now = pieces;
        const bool rests = now > 0 && now == std::exchange(before, now);
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
        return rests;
    }));
    EXPECT_LT(pieces.load(), 40);
    client.reset();
    EXPECT_TRUE(test::eventually([&] { return server.connections() == 0; }));
}

TEST(http_server, sends_the_encoding_that_the_client_likes_best) {
    http_server server{routes()};
    auto client = server.client();
    const auto encoded = [&](const char* accepted) {
        return client.get("/feed", {{"Accept-Encoding", accepted}}).field("content-encoding");
    };
    EXPECT_EQ(encoded("gzip, deflate, br"), "br");
    EXPECT_EQ(encoded("gzip, br;q=0.5"), "gzip");
    EXPECT_EQ(encoded("gzip;q=0, *"), "br");
    EXPECT_EQ(encoded("identity, gzip;q=0.5"), "");
    EXPECT_EQ(encoded("deflate"), "");
    EXPECT_EQ(encoded("identity;q=0"), "");
    EXPECT_EQ(encoded("br;q=2"), "");
    EXPECT_EQ(client.get("/feed", {{"Accept-Encoding", "br"}}).body, "the brotli");
    EXPECT_EQ(client.get("/feed", {{"Accept-Encoding", "br"}}).field("etag"), "W/\"feed-1\"");
}

TEST(http_server, compresses_what_handlers_make) {
    http_server server{routes()};
    auto client = server.client();
    for (int round = 0; round < 3; ++round) {
        const auto zipped = client.get("/large", {{"Accept-Encoding", "gzip"}});
        EXPECT_EQ(zipped.field("content-encoding"), "gzip");
        EXPECT_EQ(test::unzip(zipped.body), large);
        const auto smallest = client.get("/large", {{"Accept-Encoding", "br"}});
        EXPECT_EQ(smallest.field("content-encoding"), "br");
        EXPECT_EQ(test::unbrotli(smallest.body), large);
    }
    const auto plain = client.get("/large");
    EXPECT_EQ(plain.body, large);
    EXPECT_EQ(plain.field("vary"), "Accept-Encoding");
    EXPECT_FALSE(
        client.request("POST", "/echo", {{"Accept-Encoding", "br"}}, "short").has("content-encoding"));
}

TEST(http_server, answers_304_to_whom_has_it) {
    http_server server{routes()};
    auto client = server.client();
    for (const auto* tag : {"\"feed-1\"", "W/\"feed-1\"", "\"other\", \"feed-1\"", "*"}) {
        const auto answer = client.get("/feed", {{"If-None-Match", tag}});
        EXPECT_EQ(answer.status, 304U) << tag;
        EXPECT_EQ(answer.field("etag"), "\"feed-1\"");
        EXPECT_EQ(answer.field("vary"), "Accept-Encoding");
        EXPECT_FALSE(answer.has("content-length"));
    }
    EXPECT_EQ(client.get("/feed", {{"If-None-Match", "\"feed\""}}).status, 200U);
    EXPECT_EQ(client.request("HEAD", "/feed", {{"If-None-Match", "*"}}).status, 304U);
}

TEST(http_server, answers_HEAD_as_GET_without_the_body) {
    http_server server{routes()};
    auto client = server.client();
    for (const auto* path : {"/feed", "/large", "/page"}) {
        const auto head = client.request("HEAD", path);
        const auto whole = client.get(path);
        EXPECT_EQ(head.status, 200U);
        EXPECT_EQ(head.field("content-length"), whole.field("content-length"));
        EXPECT_EQ(head.field("etag"), whole.field("etag"));
        EXPECT_EQ(head.body, "");
    }
}

TEST(http_server, tells_what_is_not_there_and_what_is_not_allowed) {
    http_server server{routes()};
    auto client = server.client();
    const auto missing = client.get("/nowhere");
    EXPECT_EQ(missing.status, 404U);
    EXPECT_EQ(missing.body, R"(["not_found"])");
    EXPECT_EQ(missing.field("content-type"), "application/json");
    const auto refused = client.request("DELETE", "/feed");
    EXPECT_EQ(refused.status, 405U);
    EXPECT_EQ(refused.body, R"(["method_not_allowed"])");
    EXPECT_EQ(refused.field("allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(client.request("POST", "/page").status, 405U);
    EXPECT_EQ(client.request("BREW", "/feed").status, 405U);
    EXPECT_EQ(client.get("/who/%ff").status, 400U);
    EXPECT_EQ(client.get("/page").body, "the page");
    const auto options = client.request("OPTIONS", "/echo");
    EXPECT_EQ(options.status, 204U);
    EXPECT_EQ(options.field("allow"), "POST, OPTIONS");
    EXPECT_FALSE(options.has("content-length"));
    EXPECT_EQ(client.request("OPTIONS", "*").status, 204U);
}

TEST(http_server, shows_itself_to_allowed_origins_only) {
    http_server server{routes(), with_origins()};
    auto client = server.client();
    const auto allowed = client.get("/feed", {{"Origin", "http://localhost:3000"}});
    EXPECT_EQ(allowed.field("access-control-allow-origin"), "http://localhost:3000");
    EXPECT_EQ(allowed.field("access-control-expose-headers"), "Authorization, ETag, Link, X-Request-Id");
    EXPECT_THAT(allowed.field("vary"), HasSubstr("Origin"));
    for (const auto* other : {"https://evil.example", "https://cruddur.example.evil.example", "null", ""}) {
        const auto denied = client.get("/feed", {{"Origin", other}});
        EXPECT_EQ(denied.status, 200U);
        EXPECT_FALSE(denied.has("access-control-allow-origin")) << other;
        EXPECT_THAT(denied.field("vary"), HasSubstr("Origin"));
    }
    EXPECT_THAT(client.get("/nowhere").field("vary"), HasSubstr("Origin"));
    EXPECT_EQ(
        client.get("/throws", {{"Origin", "https://cruddur.example"}}).field("access-control-allow-origin"),
        "https://cruddur.example");
}

TEST(http_server, answers_a_preflight) {
    http_server server{routes(), with_origins()};
    auto client = server.client();
    const auto answer = client.request("OPTIONS", "/echo",
                                       {{"Origin", "https://cruddur.example"},
                                        {"Access-Control-Request-Method", "POST"},
                                        {"Access-Control-Request-Headers", "authorization, content-type"}});
    EXPECT_EQ(answer.status, 204U);
    EXPECT_EQ(answer.field("access-control-allow-origin"), "https://cruddur.example");
    EXPECT_THAT(answer.field("access-control-allow-methods"), HasSubstr("POST"));
    EXPECT_THAT(answer.field("access-control-allow-headers"), HasSubstr("Authorization, Content-Type"));
    EXPECT_NE(answer.field("access-control-max-age"), "");
    const auto denied = client.request(
        "OPTIONS", "/echo", {{"Origin", "https://evil.example"}, {"Access-Control-Request-Method", "POST"}});
    EXPECT_EQ(denied.status, 204U);
    EXPECT_FALSE(denied.has("access-control-allow-origin"));
}

TEST(http_server, gives_handlers_the_parameters_the_id_the_peer_and_the_trace) {
    http_server server{routes()};
    auto client = server.client();
    const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const auto answer = client.get("/who/a%20b", {{"X-Request-Id", "Mine_1.2-3"}, {"Traceparent", trace}});
    EXPECT_EQ(answer.body, "a b|Mine_1.2-3|127.0.0.1|" + trace);
    EXPECT_EQ(answer.field("x-request-id"), "Mine_1.2-3");
    for (const auto& bad :
         {std::string("white space"), std::string(65, 'a'), std::string("a;b"), std::string()})
        EXPECT_THAT(client.get("/feed", {{"X-Request-Id", bad}}).field("x-request-id"),
                    MatchesRegex("[0-9a-f]{16}"));
    for (const auto* bad : {"00-00000000000000000000000000000000-b7ad6b7169203331-01", "trace",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g"})
        EXPECT_THAT(client.get("/who/a", {{"Traceparent", bad}}).body, Not(HasSubstr(bad)));
}

TEST(http_server, answers_500_without_the_reason) {
    http_server server{routes()};
    auto client = server.client();
    const auto answer = client.get("/throws");
    EXPECT_EQ(answer.status, 500U);
    EXPECT_EQ(answer.body, R"(["generic_500"])");
    EXPECT_EQ(client.get("/feed").status, 200U);
}

TEST(http_server, leaves_out_a_field_that_would_forge_another) {
    http_server server{routes()};
    auto client = server.client();
    const auto answer = client.get("/forges");
    EXPECT_EQ(answer.status, 200U);
    EXPECT_FALSE(answer.has("x-bad"));
    EXPECT_FALSE(answer.has("x-forged"));
}

TEST(http_server, takes_bodies_of_known_length_and_in_chunks) {
    http_server server{routes()};
    auto client = server.client();
    const std::string body(60'000, 'x');
    EXPECT_EQ(client.request("POST", "/echo", {}, body).body, body);
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                "4;ext=\"a\"\r\nwiki\r\n5\r\npedia\r\n0\r\nTrailer: x\r\n\r\n");
    EXPECT_EQ(client.receive().body, "wikipedia");
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(client.receive().body, "");
    EXPECT_EQ(client.get("/feed").status, 200U);
}

TEST(http_server, takes_a_request_in_whatever_pieces_it_comes) {
    http_server server{routes()};
    auto client = server.client();
    const std::string bytes = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "3\r\nabc\r\n0\r\n\r\n"
                              "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                              "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\ndef";
    for (const char byte : bytes)
        client.send({&byte, 1});
    EXPECT_EQ(client.receive().body, "abc");
    EXPECT_EQ(client.receive().body, "");
    EXPECT_EQ(client.receive().body, "def");
}

TEST(http_server, asks_for_the_body_that_waits_to_be_asked_for) {
    http_server server{routes()};
    auto client = server.client();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    EXPECT_EQ(client.receive().status, 100U);
    client.send("body");
    EXPECT_EQ(client.receive().body, "body");
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9000000\r\n\r\n");
    EXPECT_EQ(client.receive().status, 413U);
    auto other = server.client();
    other.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: something\r\nContent-Length: 4\r\n\r\nbody");
    EXPECT_EQ(other.receive().status, 417U);
}

TEST(http_server, takes_larger_bodies_on_the_routes_that_say_so_and_on_no_other) {
    router table;
    const handler answer = [](request& what) -> asio::awaitable<response> {
        co_return response::json(body_bytes::of(std::to_string(what.body.size())));
    };
    table.add(verb::post, "/things", answer);
    table.add(verb::put, "/things/:name/file", answer, {}, 200'000);
    table.add(verb::put, "/things/:name", answer, {}, 10);
    http_server server{std::move(table)};
    const std::string body(200'000, 'x');
    EXPECT_EQ(server.client().request("PUT", "/things/a/file", {}, body).body, "200000");
    EXPECT_EQ(server.client().request("PUT", "/things/a/file?b=c", {}, body).body, "200000");
    EXPECT_EQ(server.client().request("PUT", "/things/a/file", {}, body + "x").status, 413U);
    for (const auto* other :
         {"/things", "/things/a/fil", "/things//file", "/things/a/file/", "/%", "/things?/a/file"})
        EXPECT_EQ(server.client().request("PUT", other, {}, body).status, 413U) << other;
    EXPECT_EQ(server.client().request("POST", "/things/a/file", {}, body).status, 413U);
    EXPECT_EQ(server.client().request("PUT", "/things/a", {}, std::string(11, 'x')).status, 413U);
    EXPECT_EQ(server.client().request("POST", "/things", {}, std::string(60'000, 'x')).body, "60000");
}

TEST(http_server, keeps_HTTP_1_0_connections_open_when_asked_to) {
    http_server server{routes()};
    auto client = server.client();
    client.send("GET /feed HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
    EXPECT_EQ(client.receive().field("connection"), "keep-alive");
    client.send("GET /feed HTTP/1.0\r\n\r\n");
    EXPECT_EQ(client.receive().field("connection"), "close");
    EXPECT_TRUE(client.closed());
    auto other = server.client();
    EXPECT_EQ(other.get("/feed", {{"Connection", "close"}}).field("connection"), "close");
    EXPECT_TRUE(other.closed());
}

TEST(http_server, answers_pipelined_requests_in_their_order) {
    http_server server{routes()};
    auto client = server.client();
    std::string bytes;
    for (int at = 0; at < 50; ++at) {
        bytes += "GET /later?" + std::to_string(at) + " HTTP/1.1\r\nHost: a\r\n\r\n";
        bytes += "GET /feed HTTP/1.1\r\nHost: a\r\n\r\n";
        bytes += "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n" + std::to_string(at + 10);
    }
    client.send(bytes);
    for (int at = 0; at < 50; ++at) {
        EXPECT_EQ(client.receive().body, "[\"later " + std::to_string(at) + "\"]");
        EXPECT_EQ(client.receive().body, large);
        EXPECT_EQ(client.receive().body, std::to_string(at + 10));
    }
}

TEST(http_server, answers_a_client_that_has_finished_sending) {
    http_server server{routes()};
    auto client = server.client();
    client.send("GET /feed HTTP/1.1\r\nHost: a\r\n\r\nGET /later?1 HTTP/1.1\r\nHost: a\r\n\r\n");
    client.finish_sending();
    EXPECT_EQ(client.receive().body, large);
    EXPECT_EQ(client.receive().body, "[\"later 1\"]");
    EXPECT_TRUE(client.closed());
}

TEST(http_server, takes_the_absolute_form_and_an_empty_line_before) {
    http_server server{routes()};
    auto client = server.client();
    client.send("\r\nGET http://a/who/b?c HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(client.receive().body, testing::StartsWith("b|"));
    client.send("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.receive().status, 404U);
}

TEST(http_server, reports_each_exchange_once) {
    std::mutex guard;
    std::vector<std::string> seen;
    server_params params;
    params.observe = [&](const exchange& what) {
        const std::lock_guard lock{guard};
        EXPECT_GE(what.duration.count(), 0);
        seen.push_back(std::string(to_string(what.what.method)) + ' ' + std::string(what.what.path) + ' ' +
                       std::string(what.route) + ' ' + std::to_string(what.status) + ' ' +
                       std::to_string(what.body_bytes));
    };
    {
        http_server server{routes(), params};
        auto client = server.client();
        client.send("GET /feed HTTP/1.1\r\nHost: a\r\n\r\nHEAD /page HTTP/1.1\r\nHost: a\r\n\r\n");
        client.receive();
        client.receive(true);
        client.get("/who/me");
        client.send("bad\r\n\r\n");
        client.receive();
    }
    ASSERT_EQ(seen.size(), 4U);
    EXPECT_EQ(seen[0], "GET /feed /feed 200 " + std::to_string(large.size()));
    EXPECT_EQ(seen[1], "HEAD /page  200 0");
    EXPECT_THAT(seen[2], testing::StartsWith("GET /who/me /who/:name 200 "));
    EXPECT_THAT(seen[3], HasSubstr(" 400 "));
}

TEST(http_server, refuses_a_port_that_another_has_and_shares_one_when_told_to) {
    http_server first{routes()};
    asio::io_context loop;
    server_params params;
    params.port = first.port();
    server second{loop, params, std::make_shared<const router>(routes())};
    EXPECT_THROW(second.start(), boost::system::system_error);
    params.shares_port = true;
    server third{loop, params, std::make_shared<const router>(routes())};
    EXPECT_EQ(third.start(), first.port());
}

// What each request asked for, of a listener that serves its own callers.
struct own_server {
    std::atomic<int> acted = 0;
    http_server server;

    own_server()
        : server{table(acted), params()} {}

    static router table(std::atomic<int>& acted) {
        router made;
        const handler act = [&acted](request&) -> asio::awaitable<response> {
            ++acted;
            co_return response{};
        };
        made.add(verb::get, "/", act);
        made.add(verb::post, "/", act);
        made.add(verb::get, "/quick", act, [&acted](const request&) {
            ++acted;
            return std::optional{response{}};
        });
        return made;
    }
    static server_params params() {
        server_params made;
        made.admit = own_callers_only("127.0.0.1");
        made.refuse = [](const request& what, unsigned status) {
            response answer;
            answer.status = status;
            answer.content_type = "text/xml";
            answer.body = body_bytes::of("<no>" + std::string{what.path} + "</no>");
            return answer;
        };
        return made;
    }
};

TEST(admission, of_own_callers_alone_comes_before_routes_handlers_and_fallbacks) {
    own_server own;
    for (const std::string line :
         {"GET / ", "HEAD / ", "POST / ", "GET /quick ", "GET /none ", "OPTIONS * ", "PUT / "}) {
        for (const std::string fields : {"Host: evil.example\r\n", "Host: localhost\r\nOrigin: null\r\n",
                                         "Host: localhost\r\nOrigin: https://evil.example\r\n",
                                         "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n"}) {
            auto client = own.server.client();
            client.send(line + "HTTP/1.1\r\n" + fields + "Content-Length: 0\r\n\r\n");
            EXPECT_EQ(client.receive(line.starts_with("HEAD")).status, 403U) << line << fields;
        }
    }
    EXPECT_EQ(own.acted, 0);
    auto client = own.server.client();
    client.send("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(client.receive().status, 403U);
    EXPECT_EQ(client.receive().status, 403U);
    EXPECT_EQ(own.acted, 0);
    EXPECT_EQ(own.server.client().get("/").status, 200U);
    EXPECT_EQ(own.server.client().get("/quick").status, 200U);
    EXPECT_EQ(own.acted, 2);
}

TEST(admission, leaves_the_wording_of_every_refusal_to_the_listener) {
    own_server own;
    const auto refused = [&](std::string_view bytes, unsigned status, std::string_view body) {
        auto client = own.server.client();
        client.send(bytes);
        const auto answer = client.receive();
        EXPECT_EQ(answer.status, status) << bytes;
        EXPECT_EQ(answer.body, body) << bytes;
        EXPECT_EQ(answer.field("Content-Type"), "text/xml") << bytes;
    };
    refused("GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, "<no>/none</no>");
    refused("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 405, "<no>/</no>");
    refused("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n", 413, "<no>/</no>");
    refused("GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "<no>/%zz</no>");
    refused("no HTTP\r\n\r\n", 400, "<no></no>");
}

} // namespace
} // namespace cruddur::http
