#include "app/identity/authenticator.hpp"
#include "app/identity/jwks_fetch.hpp"
#include "support/http_server.hpp"
#include "support/token_issuer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

namespace cruddur::app {
using namespace identity;
namespace {

using namespace std::chrono_literals;
using test::token_issuer;

// A user pool's JWKS over HTTP, which can change, fail and count.
class jwks_host {
public:
    explicit jwks_host(std::string document)
        : document_{std::move(document)}
        , server_{routes()} {}

    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server_.port()) + "/.well-known/jwks.json";
    }
    void serve(std::string document, unsigned status = 200) {
        const std::lock_guard lock{mutex_};
        document_ = std::move(document);
        status_ = status;
    }
    [[nodiscard]] int requests() const { return requests_; }

private:
    http::router routes() {
        http::router made;
        made.add(http::verb::get, "/.well-known/jwks.json",
                 [this](http::request&) -> boost::asio::awaitable<http::response> {
                     ++requests_;
                     const std::lock_guard lock{mutex_};
                     co_return http::response::json(http::body_bytes::of(document_), status_);
                 });
        return made;
    }

    std::mutex mutex_;
    std::string document_;
    unsigned status_ = 200;
    std::atomic<int> requests_{0};
    test::http_server server_;
};

key_source_params params(std::string jwks, std::chrono::milliseconds refetch_min = 60s) {
    key_source_params made;
    made.jwks = std::move(jwks);
    made.refetch_min = refetch_min;
    made.retry_min = 10ms;
    made.retry_max = 200ms;
    return made;
}

struct caller {
    std::shared_ptr<key_source> keys;
    authenticator who{keys, {std::string{token_issuer::issuer}, std::string{token_issuer::client_id}}};
    boost::asio::io_context loop;

    explicit caller(std::shared_ptr<key_source> shared)
        : keys{std::move(shared)} {}
    explicit caller(key_source_params with)
        : caller{std::make_shared<key_source>(std::move(with))} {}

    checked<std::optional<std::string>> identify(std::string_view authorization) {
        http::request from;
        from.fields = {{"authorization", authorization}};
        auto done = boost::asio::co_spawn(loop, who.identify(from), boost::asio::use_future);
        loop.restart();
        loop.run();
        return done.get();
    }
    // "" for anonymous, the subject, or the status of a refusal.
    std::string answer(std::string_view authorization) {
        const auto found = identify(authorization);
        if (!found) return std::to_string(found.error().status);
        return found->value_or("");
    }
};

const token_issuer& first_key() {
    static const token_issuer made{"first"};
    return made;
}
const token_issuer& second_key() {
    static const token_issuer made{"second"};
    return made;
}
std::string both_keys() {
    return boost::json::serialize(boost::json::object{{"keys", {first_key().jwk(), second_key().jwk()}}});
}
std::string bearer(const token_issuer& by, std::string_view subject) {
    return "Bearer " + by.access_token(subject);
}

TEST(authenticator, takes_the_literal_null_of_signed_out_clients_for_no_token) {
    const jwks_host host{first_key().jwks()};
    caller from{params(host.url())};
    for (const auto* none : {"", "Bearer null", "bearer null", "Bearer undefined", "Bearer", "Bearer "})
        EXPECT_EQ(from.answer(none), "") << none;
    for (const auto* wrong : {"Basic dXNlcjpwYXNz", "Bearer x", "Bearer nul", "null", "Bearer null null"})
        EXPECT_EQ(from.answer(wrong), "401") << wrong;
}

TEST(authenticator, takes_the_scheme_in_any_case) {
    const jwks_host host{first_key().jwks()};
    caller from{params(host.url())};
    for (const auto* scheme : {"Bearer ", "bearer ", "BEARER  "})
        EXPECT_EQ(from.answer(scheme + first_key().access_token("andrew")), "andrew") << scheme;
}

TEST(authenticator, verifies_a_token_once_and_remembers_it) {
    const jwks_host host{first_key().jwks()};
    caller from{params(host.url())};
    const std::string token = bearer(first_key(), "andrew");
    for (int call = 0; call < 50; ++call)
        EXPECT_EQ(from.answer(token), "andrew");
    EXPECT_EQ(from.who.verifications(), 1U);
    EXPECT_EQ(host.requests(), 1) << "never a fetch a request";
    EXPECT_EQ(from.answer(token + "x"), "401") << "another token, however like it";
}

TEST(authenticator, forgets_a_token_when_it_expires) {
    const jwks_host host{first_key().jwks()};
    auto keys = std::make_shared<key_source>(params(host.url()));
    auto now = authenticator::system_now();
    authenticator who{keys,
                      {std::string{token_issuer::issuer}, std::string{token_issuer::client_id}},
                      [&now] { return now; }};
    boost::asio::io_context loop;
    const std::string token = bearer(first_key(), "andrew");
    const auto taken = [&] {
        http::request from;
        from.fields = {{"authorization", token}};
        auto done = boost::asio::co_spawn(loop, who.identify(from), boost::asio::use_future);
        loop.restart();
        loop.run();
        return done.get().has_value();
    };
    EXPECT_TRUE(taken());
    now += 3'650s;
    EXPECT_TRUE(taken());
    now += 20s;
    EXPECT_FALSE(taken());
}

TEST(authenticator, fetches_again_for_an_unknown_key_and_takes_its_token_at_once) {
    jwks_host host{first_key().jwks()};
    caller from{params(host.url(), 1ms)};
    const std::string remembered = bearer(first_key(), "andrew");
    EXPECT_EQ(from.answer(remembered), "andrew");
    host.serve(second_key().jwks());
    EXPECT_EQ(from.answer(bearer(second_key(), "bayko")), "bayko");
    EXPECT_EQ(from.answer(remembered), "401") << "its key is gone";
}

// As a pool rotates: the new key is published beside the old one, signs, and stays alone at last.
TEST(authenticator, refuses_no_token_while_keys_rotate_under_load) {
    jwks_host host{first_key().jwks()};
    auto keys = std::make_shared<key_source>(params(host.url(), 1ms));
    std::atomic<const token_issuer*> signer{&first_key()};
    std::atomic<bool> done{false};
    std::atomic<int> by_second{0};
    std::atomic<int> refused{0};
    const auto load = [&] {
        caller from{keys};
        for (int call = 0; !done; ++call) {
            const token_issuer& by = *signer;
            const std::string subject = std::to_string(call);
            if (from.answer(bearer(by, subject)) != subject) ++refused;
            if (&by == &second_key()) ++by_second;
        }
    };
    std::array<std::thread, 3> threads;
    for (auto& each : threads)
        each = std::thread{load};
    EXPECT_TRUE(test::eventually([&] { return keys->keys() != nullptr; }));
    // A key that came sooner after a fetch than the next may be made would be refused.
    std::this_thread::sleep_for(10ms);
    host.serve(both_keys());
    signer = &second_key();
    EXPECT_TRUE(test::eventually([&] { return by_second > 50; }));
    host.serve(second_key().jwks());
    const int before = by_second;
    EXPECT_TRUE(test::eventually([&] { return by_second > before + 50; }));
    done = true;
    for (auto& each : threads)
        each.join();
    EXPECT_EQ(refused, 0);
}

TEST(authenticator, fetches_for_unknown_keys_no_more_than_once_in_the_time_given) {
    const jwks_host host{first_key().jwks()};
    caller from{params(host.url())};
    EXPECT_EQ(from.answer(bearer(first_key(), "andrew")), "andrew");
    for (int call = 0; call < 20; ++call)
        EXPECT_EQ(from.answer(bearer(second_key(), "forger")), "401");
    EXPECT_EQ(host.requests(), 1);
}

TEST(authenticator, goes_on_with_its_keys_while_fetching_fails) {
    jwks_host host{first_key().jwks()};
    caller from{params(host.url(), 0ms)};
    EXPECT_EQ(from.answer(bearer(first_key(), "andrew")), "andrew");
    for (const auto& [document, status] : {std::pair{std::string{"{}"}, 500U},
                                           {std::string{"<html>"}, 200U},
                                           {std::string{R"({"keys":[]})"}, 200U},
                                           {std::string(300'000, ' '), 200U}}) {
        host.serve(document, status);
        EXPECT_EQ(from.answer(bearer(second_key(), "forger")), "401");
        EXPECT_EQ(from.answer(bearer(first_key(), "bayko")), "bayko");
    }
    EXPECT_GE(host.requests(), 4);
}

TEST(authenticator, answers_503_while_it_has_no_keys_and_heals_by_itself) {
    jwks_host host{"{}"};
    host.serve("{}", 503);
    caller from{params(host.url(), 50ms)};
    EXPECT_EQ(from.answer(bearer(first_key(), "andrew")), "503");
    EXPECT_EQ(from.answer("Bearer null"), "");
    host.serve(first_key().jwks());
    EXPECT_TRUE(test::eventually([&] { return from.keys->keys() != nullptr; }));
    EXPECT_EQ(from.answer(bearer(first_key(), "andrew")), "andrew");
}

TEST(authenticator, takes_tokens_soon_after_an_issuer_that_was_away_is_back) {
    jwks_host host{"{}"};
    host.serve("{}", 503);
    caller from{params(host.url(), 60s)};
    EXPECT_TRUE(test::eventually([&] { return host.requests() >= 12; }));
    EXPECT_EQ(from.answer(bearer(first_key(), "andrew")), "503");
    const auto back = std::chrono::steady_clock::now();
    host.serve(first_key().jwks());
    EXPECT_TRUE(test::eventually([&] { return from.answer(bearer(first_key(), "andrew")) == "andrew"; }));
    EXPECT_LT(std::chrono::steady_clock::now() - back, 30s); // and not by the next fetch for an unknown key
}

TEST(authenticator, waits_for_no_issuer_that_did_not_answer_the_last_time) {
    boost::asio::io_context loop;
    boost::asio::ip::tcp::acceptor silent{loop, {boost::asio::ip::address_v4::loopback(), 0}};
    auto from_silent =
        params(fmt::format("http://127.0.0.1:{}/jwks.json", silent.local_endpoint().port()), 60s);
    from_silent.fetch_timeout = 1s;
    caller from{from_silent};
    EXPECT_TRUE(test::eventually([&] { return from.keys->report().failing(); }));
    const auto began = std::chrono::steady_clock::now();
    for (int call = 0; call < 20; ++call)
        EXPECT_EQ(from.answer(bearer(first_key(), "andrew")), "503");
    EXPECT_LT(std::chrono::steady_clock::now() - began, 15s); // each waiting for a fetch: 20 s
}

TEST(authenticator, takes_no_token_without_a_pool) {
    authenticator who{nullptr, {}};
    boost::asio::io_context loop;
    const std::string token = bearer(first_key(), "andrew");
    http::request from;
    from.fields = {{"authorization", token}};
    auto done = boost::asio::co_spawn(loop, who.require(from), boost::asio::use_future);
    loop.run();
    EXPECT_EQ(done.get().error().status, 401U);
}

TEST(key_source, reads_a_file_and_refuses_one_that_holds_no_keys) {
    const auto path =
        std::filesystem::temp_directory_path() / ("jwks-" + std::to_string(::getpid()) + ".json");
    std::ofstream{path} << first_key().jwks();
    EXPECT_NE(key_source{params(path.string())}.keys(), nullptr);
    std::ofstream{path} << "{}";
    EXPECT_THROW(key_source{params(path.string())}, std::runtime_error);
    std::filesystem::remove(path);
    EXPECT_THROW(key_source{params(path.string())}, std::runtime_error);
}

TEST(key_source, goes_away_at_once_though_its_host_says_nothing) {
    http::router silent;
    silent.add(http::verb::get, "/jwks", [](http::request&) -> boost::asio::awaitable<http::response> {
        boost::asio::steady_timer never{co_await boost::asio::this_coro::executor, 1h};
        co_await never.async_wait(boost::asio::use_awaitable);
        co_return http::response{};
    });
    http::server_params with;
    with.limit.drain_timeout = 100ms;
    test::http_server host{std::move(silent), with};
    auto slow = params("http://127.0.0.1:" + std::to_string(host.port()) + "/jwks");
    slow.fetch_timeout = 1h;
    const auto begun = std::chrono::steady_clock::now();
    { const key_source source{slow}; }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
    host.destroy();
}

TEST(key_source, reads_how_long_its_keys_may_be_kept) {
    EXPECT_EQ(max_age_of(" public, max-age=7200"), 7200s);
    EXPECT_EQ(max_age_of("MAX-AGE=5"), 5s);
    EXPECT_EQ(max_age_of("no-store, max-age=7200"), 0s);
    for (const auto* none : {"", "public", "max-age=", "max-age=-1", "max-age=x", "s-maxage=10"})
        EXPECT_EQ(max_age_of(none), 0s) << none;
}

} // namespace
} // namespace cruddur::app
