#include "support/http_server.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <optional>
#include <random>

namespace cruddur::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::eventually;
using test::http_client;
using test::http_server;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view get_small = "GET /small HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view get_waiting = "GET /waits HTTP/1.1\r\nHost: a\r\n\r\n";

// What handlers did, counted from the loop's thread.
struct counts {
    std::atomic<int> begun = 0;
    std::atomic<int> cancelled = 0;
    std::atomic<bool> go_on = false;
};

const std::string huge(4'000'000, 'x');

router routes(counts& of) {
    router table;
    table.add(
        verb::get, "/small", [](request&) -> asio::awaitable<response> { co_return response{}; },
        [](const request&) {
            return std::optional{response::json({nullptr, "[]"})};
        });
    table.add(
        verb::get, "/huge", [](request&) -> asio::awaitable<response> { co_return response{}; },
        [](const request&) {
            return std::optional{response::json({nullptr, huge})};
        });
    table.add(verb::post, "/echo", [](request& what) -> asio::awaitable<response> {
        co_return response::json(body_bytes::of(std::string(what.body)));
    });
    table.add(verb::get, "/waits", [&of](request&) -> asio::awaitable<response> {
        ++of.begun;
        asio::steady_timer timer{co_await asio::this_coro::executor};
        try {
            while (!of.go_on) {
                timer.expires_after(5ms);
                co_await timer.async_wait(asio::use_awaitable);
            }
        } catch (...) {
            ++of.cancelled;
            throw;
        }
        co_return response::json(body_bytes::of("[\"waited\"]"));
    });
    return table;
}

server_params quick() {
    server_params params;
    params.limit.header_timeout = 300ms;
    params.limit.body_timeout = 300ms;
    params.limit.idle_timeout = 300ms;
    params.limit.write_timeout = 300ms;
    return params;
}

TEST(http_faults, a_header_that_comes_too_slowly_is_answered_408) {
    counts of;
    http_server server{routes(of), quick()};
    auto client = server.client();
    const auto begun = std::chrono::steady_clock::now();
    try {
        for (const char byte : std::string(100'000, 'G')) { // each byte in time, the whole never
            client.send({&byte, 1});
            std::this_thread::sleep_for(10ms);
        }
    } catch (const test::http_error&) { // the connection was closed meanwhile
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 30s);
    auto other = server.client();
    other.send("GET /small HTTP/1.1\r\nHost: ");
    const auto answer = other.receive();
    EXPECT_EQ(answer.status, 408U);
    EXPECT_EQ(answer.body, R"(["request_timeout"])");
    EXPECT_EQ(answer.field("connection"), "close");
    EXPECT_TRUE(other.closed());
}

TEST(http_faults, half_an_empty_line_is_answered_408_without_a_trace_of_the_request_before) {
    counts of;
    auto params = quick();
    params.allowed_origins = {"http://localhost:3000"};
    http_server server{routes(of), params};
    auto client = server.client();
    EXPECT_EQ(client.get("/small", {{"Origin", "http://localhost:3000"}}).status, 200U);
    client.send("\r");
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 408U);
    EXPECT_FALSE(answer.has("access-control-allow-origin"));
}

TEST(http_faults, a_body_that_comes_too_slowly_is_answered_408) {
    counts of;
    http_server server{routes(of), quick()};
    for (const auto* framing :
         {"Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nabc"}) {
        auto client = server.client();
        client.send(std::string("POST /echo HTTP/1.1\r\nHost: a\r\n") + framing);
        EXPECT_EQ(client.receive().status, 408U);
        EXPECT_TRUE(client.closed());
    }
}

TEST(http_faults, connections_that_say_nothing_are_closed) {
    counts of;
    http_server server{routes(of), quick()};
    auto silent = server.client();
    auto used = server.client();
    EXPECT_EQ(used.get("/small").status, 200U);
    EXPECT_TRUE(silent.closed());
    EXPECT_TRUE(used.closed());
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
}

TEST(http_faults, what_came_while_the_loop_was_held_up_came_in_time) {
    counts of;
    http_server server{routes(of), quick()};
    auto half = server.client();
    half.send("GET /small HT");
    auto idle = server.client();
    EXPECT_EQ(idle.get("/small").status, 200U);
    asio::steady_timer soon{server.loop()};
    server.on_loop([&] {
        soon.expires_after(0ms);
        soon.async_wait([&](const boost::system::error_code&) {
            idle.send(get_small);
            half.send("TP/1.1\r\nHost: a\r\n\r\n");
        });
        std::this_thread::sleep_for(
            500ms); // both are late by now, and the sweep comes right behind the timer
    });
    EXPECT_EQ(idle.receive().status, 200U);
    EXPECT_EQ(half.receive().status, 200U);
}

// As a child has them between fork and exec.
TEST(http_faults, a_closed_connection_that_a_child_still_holds_has_no_events) {
    counts of;
    http_server server{routes(of), quick()};
    auto late = server.client();
    EXPECT_EQ(late.get("/small").status, 200U);
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::pause();
        ::_exit(0);
    }
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
    late.send(get_small);
    for (int request = 0; request < 3; ++request)
        EXPECT_EQ(server.client().get("/small").status, 200U);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

TEST(http_faults, a_half_closed_or_reset_connection_is_let_go) {
    counts of;
    http_server server{routes(of)};
    auto half = server.client();
    half.send("GET /small HT");
    half.finish_sending();
    EXPECT_TRUE(half.closed());
    auto reset = server.client();
    reset.send("GET /small HT");
    EXPECT_TRUE(eventually([&] { return server.connections() == 1; }));
    reset.reset();
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
}

TEST(http_faults, a_peer_that_never_reads_is_cut_off) {
    counts of;
    http_server server{routes(of), quick()};
    auto client = server.client();
    std::string asked;
    for (int at = 0; at < 100; ++at)
        asked += "GET /huge HTTP/1.1\r\nHost: a\r\n\r\n";
    client.send(asked);
    EXPECT_TRUE(eventually([&] { return server.connections() == 1; }));
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
}

TEST(http_faults, a_peer_that_reads_slowly_gets_all_of_it) {
    counts of;
    auto params = quick();
    params.limit.idle_timeout = 60s;
    params.limit.write_timeout = 2s;
    http_server server{routes(of), params};
    auto client = server.client();
    client.send("GET /huge HTTP/1.1\r\nHost: a\r\n\r\n");
    std::size_t size = 0;
    std::string bytes(200'000, '\0');
    while (size < huge.size()) { // slower than write_timeout in all, but never still for so long
        std::this_thread::sleep_for(120ms);
        const auto got = ::recv(client.descriptor(), bytes.data(), bytes.size(), 0);
        ASSERT_GT(got, 0);
        size += static_cast<std::size_t>(got);
    }
    EXPECT_GT(size, huge.size());
}

TEST(http_faults, a_peer_that_asks_without_reading_is_not_read_further) {
    counts of;
    http_server server{routes(of)};
    auto client = server.client();
    const std::string asked = [] {
        std::string bytes;
        for (int at = 0; at < 1'000; ++at)
            bytes += get_small;
        return bytes;
    }();
    client.send("GET /huge HTTP/1.1\r\nHost: a\r\n\r\n");
    // The socket's buffers fill up with requests, since the server waits for its first answer to be taken.
    std::size_t sent = 0;
    while (sent < 200'000'000) {
        const auto size =
            ::send(client.descriptor(), asked.data(), asked.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size < 0) break;
        sent += static_cast<std::size_t>(size);
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_LT(sent, 100'000'000U);
    EXPECT_EQ(client.receive().body.size(), huge.size());
}

TEST(http_faults, bodies_over_the_limit_are_answered_413_while_they_still_come) {
    counts of;
    http_server server{routes(of)};
    const std::string large(limits{}.body_bytes_max + 1, 'x');
    auto known = server.client();
    EXPECT_EQ(known.request("POST", "/echo", {}, large).status, 413U);
    EXPECT_TRUE(known.closed());
    auto chunked = server.client();
    chunked.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int at = 0; at < 100; ++at)
        chunked.send("1000\r\n" + std::string(0x1000, 'x') + "\r\n");
    const auto answer = chunked.receive();
    EXPECT_EQ(answer.status, 413U);
    EXPECT_EQ(answer.body, R"(["payload_too_large"])");
    auto allowed = server.client();
    EXPECT_EQ(allowed.request("POST", "/echo", {}, std::string(limits{}.body_bytes_max, 'x')).status, 200U);
}

TEST(http_faults, headers_over_the_limit_are_answered_431_or_414) {
    counts of;
    http_server server{routes(of)};
    auto wide = server.client();
    EXPECT_EQ(wide.get("/small", {{"X", std::string(20'000, 'x')}}).status, 431U);
    EXPECT_TRUE(wide.closed());
    auto distant = server.client();
    EXPECT_EQ(distant.get("/" + std::string(20'000, 'x')).status, 414U);
    auto allowed = server.client();
    for (int round = 0; round < 3; ++round)
        EXPECT_EQ(allowed.get("/small", {{"X", std::string(15'000, 'x')}}).status, 200U);
}

TEST(http_faults, malformed_requests_are_answered_400_and_closed) {
    counts of;
    http_server server{routes(of)};
    for (const auto* bytes :
         {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n", "nonsense\r\n\r\n",
          "GET / HTTP/3.0\r\nHost: a\r\n\r\n",
          ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: "
           "chunked\r\n\r\n0\r\n\r\n"),
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
          "\x16\x03\x01\x02", "GET /small HTTP/1.1\r\nHost: a\r\n\r\nGARBAGE\r\n\r\n"}) {
        auto client = server.client();
        client.send(bytes);
        auto answer = client.receive();
        if (std::string_view(bytes).find("GARBAGE") != std::string_view::npos) {
            EXPECT_EQ(answer.status, 200U);
            answer = client.receive();
        }
        EXPECT_EQ(answer.status, 400U) << bytes;
        EXPECT_EQ(answer.body, R"(["malformed_request"])");
        EXPECT_EQ(answer.field("connection"), "close");
        EXPECT_TRUE(client.closed());
    }
}

TEST(http_faults, mutated_requests_never_get_a_5xx) {
    counts of;
    auto params = quick();
    http_server server{routes(of), params};
    std::mt19937 random{7};
    const auto below = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random);
    };
    const std::string valid =
        "POST /echo?a=%20 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nAccept: */*\r\n\r\nabc"
        "GET /small HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip;q=0.1\r\n\r\n";
    for (int round = 0; round < 300; ++round) {
        std::string bytes = valid;
        for (auto changes = 1 + below(3); changes > 0; --changes)
            bytes[below(bytes.size())] = static_cast<char>(below(256));
        auto client = server.client();
        client.send(bytes);
        client.finish_sending();
        const auto answers = client.receive_all();
        EXPECT_EQ(answers.find("HTTP/1.1 5"), std::string::npos) << bytes << answers;
    }
}

TEST(http_faults, a_thousand_pipelined_requests_are_all_answered) {
    counts of;
    http_server server{routes(of)};
    auto client = server.client();
    std::string asked;
    for (int at = 0; at < 1'000; ++at)
        asked += get_small;
    client.send(asked);
    for (int at = 0; at < 1'000; ++at)
        ASSERT_EQ(client.receive().status, 200U);
}

TEST(http_faults, a_handler_is_cancelled_when_its_client_has_gone) {
    counts of;
    http_server server{routes(of)};
    {
        auto leaves = server.client();
        leaves.send(get_waiting);
        EXPECT_TRUE(eventually([&] { return of.begun == 1; }));
    }
    EXPECT_TRUE(eventually([&] { return of.cancelled == 1; }));
    auto resets = server.client();
    resets.send(get_waiting);
    EXPECT_TRUE(eventually([&] { return of.begun == 2; }));
    resets.reset();
    EXPECT_TRUE(eventually([&] { return of.cancelled == 2; }));
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
}

TEST(http_faults, a_handler_that_takes_too_long_is_cancelled_and_answered_503) {
    counts of;
    server_params params;
    params.limit.handler_timeout = 200ms;
    http_server server{routes(of), params};
    auto client = server.client();
    const auto answer = client.get("/waits");
    EXPECT_EQ(answer.status, 503U);
    EXPECT_EQ(answer.body, R"(["unavailable"])");
    EXPECT_TRUE(answer.has("retry-after"));
    EXPECT_EQ(of.cancelled, 1);
    EXPECT_EQ(client.get("/small").status, 200U);
}

TEST(http_faults, draining_answers_what_is_in_flight_and_closes_the_rest) {
    counts of;
    http_server server{routes(of)};
    auto idle = server.client();
    EXPECT_EQ(idle.get("/small").status, 200U);
    auto waiting = server.client();
    waiting.send(get_waiting);
    EXPECT_TRUE(eventually([&] { return of.begun == 1; }));
    auto unfinished = server.client();
    unfinished.send(get_small.substr(0, 20));
    EXPECT_TRUE(eventually([&] { return server.connections() == 3; }));
    server.start_stopping();
    EXPECT_TRUE(idle.closed());
    EXPECT_THROW(static_cast<void>(server.client()), test::http_error);
    unfinished.send(get_small.substr(20));
    EXPECT_EQ(unfinished.receive().field("connection"), "close");
    of.go_on = true;
    const auto answer = waiting.receive();
    EXPECT_EQ(answer.body, "[\"waited\"]");
    EXPECT_EQ(answer.field("connection"), "close");
    EXPECT_TRUE(waiting.closed());
    server.wait_until_stopped();
    EXPECT_EQ(server.connections(), 0U);
}

TEST(http_faults, draining_ends_at_its_deadline) {
    counts of;
    server_params params;
    params.limit.drain_timeout = 200ms;
    http_server server{routes(of), params};
    auto waiting = server.client();
    waiting.send(get_waiting);
    EXPECT_TRUE(eventually([&] { return of.begun == 1; }));
    server.start_stopping();
    server.wait_until_stopped();
    EXPECT_EQ(waiting.receive_all(), "");
    EXPECT_TRUE(eventually([&] { return of.cancelled == 1; }));
}

TEST(http_faults, a_server_may_go_while_handlers_are_suspended) {
    counts of;
    http_server server{routes(of)};
    auto waiting = server.client();
    waiting.send(get_waiting);
    EXPECT_TRUE(eventually([&] { return of.begun == 1; }));
    server.destroy();
    EXPECT_EQ(waiting.receive_all(), "");
}

TEST(http_faults, connections_beyond_the_limit_are_told_503) {
    counts of;
    server_params params;
    params.limit.connections_max = 2;
    http_server server{routes(of), params};
    {
        auto first = server.client();
        auto second = server.client();
        EXPECT_EQ(first.get("/small").status, 200U);
        EXPECT_EQ(second.get("/small").status, 200U);
        auto third = server.client();
        const auto answer = third.get("/small");
        EXPECT_EQ(answer.status, 503U);
        EXPECT_EQ(answer.body, R"(["unavailable"])");
        EXPECT_TRUE(answer.has("retry-after"));
        EXPECT_EQ(answer.field("connection"), "close");
        EXPECT_EQ(first.get("/small").status, 200U);
    }
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
    EXPECT_EQ(server.client().get("/small").status, 200U);
}

// The soft limit of descriptors, set for a while.
class descriptor_limit {
public:
    explicit descriptor_limit(rlim_t soft) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit changed{std::min(soft, before_.rlim_max), before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &changed);
        soft_ = changed.rlim_cur;
    }
    ~descriptor_limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    descriptor_limit(const descriptor_limit&) = delete;
    descriptor_limit& operator=(const descriptor_limit&) = delete;
    [[nodiscard]] std::size_t soft() const { return soft_; }

private:
    rlimit before_{};
    std::size_t soft_ = 0;
};

std::chrono::microseconds processor_time() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return std::chrono::seconds{used.ru_utime.tv_sec + used.ru_stime.tv_sec} +
           std::chrono::microseconds{used.ru_utime.tv_usec + used.ru_stime.tv_usec};
}

TEST(http_faults, accepting_goes_on_after_running_out_of_descriptors) {
    // UBSan looks into an object that it has not seen before through a pipe, for which there will be no
    // descriptors.
    spdlog::warn("logged once before there are none: {}", std::string("descriptors"));
    counts of;
    http_server server{routes(of)};
    auto client = server.client();
    EXPECT_EQ(client.get("/small").status, 200U);

    const int next = ::dup(STDERR_FILENO);
    ::close(next);
    std::optional<descriptor_limit> none{static_cast<rlim_t>(next) +
                                         1}; // one more, which is our end of the next
    auto starved = server.client();
    starved.send(get_small);
    EXPECT_EQ(client.get("/small").status, 200U); // those who are in are served
    const auto before = processor_time();
    std::this_thread::sleep_for(500ms);
    EXPECT_LT(processor_time() - before, 250ms); // it does not spin
    none.reset();
    EXPECT_EQ(starved.receive().status, 200U);
}

std::size_t resident_bytes() {
    std::ifstream from{"/proc/self/statm"};
    std::size_t total = 0;
    std::size_t resident = 0;
    from >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(http_faults, ten_thousand_idle_connections_cost_little_and_disturb_nobody) {
    const descriptor_limit raised{21'000};
    // Both ends are of this process, and other things need descriptors too.
    const std::size_t count = std::min<std::size_t>(10'000, (raised.soft() - 200) / 2);
    ASSERT_GE(count, 2'000U) << "the limit of open files is too low: ulimit -Hn";
    counts of;
    http_server server{routes(of)};
    EXPECT_EQ(server.client().get("/small").status, 200U);
    std::vector<std::unique_ptr<http_client>> idle;
    idle.reserve(count);
    const auto before = resident_bytes();
    for (std::size_t at = 0; at < count; ++at) {
        idle.push_back(std::make_unique<http_client>(server.port()));
        ASSERT_EQ(idle.back()->get("/small").status, 200U); // used, then idle
    }
    EXPECT_GE(server.connections(), count);
    // Of both ends, under the sanitizer's own costs too.
    EXPECT_LT((resident_bytes() - before) / count, 4'096U);
    for (int round = 0; round < 100; ++round)
        EXPECT_EQ(idle[static_cast<std::size_t>(round) * 17]->get("/small").status, 200U);
    idle.clear();
    EXPECT_TRUE(eventually([&] { return server.connections() == 0; }));
}

} // namespace
} // namespace cruddur::http
