#include "lambda/post_confirmation.hpp"
#include "support/gate.hpp"
#include "support/http_server.hpp"
#include "support/paths.hpp"
#include "support/server.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <thread>

namespace cruddur::lambda {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// A database with the schema, and a login of the sign-up role alone.
class signup_database {
public:
    signup_database() {
        test::sql(place_.url(), "create role " + role() + " login password 'p' in role cruddur_signup");
    }
    signup_database(const signup_database&) = delete;
    signup_database& operator=(const signup_database&) = delete;
    ~signup_database() { test::sql(place_.url(), "drop role " + role()); }

    [[nodiscard]] std::string role() const { return "signup_" + place_.name(); }
    [[nodiscard]] std::string url() const {
        return postgres::connection_url::parse(place_.url())
            ->with("user", role())
            .with("password", "p")
            .to_string();
    }
    std::string sql(const std::string& text) const { return test::sql(place_.url(), text); }

private:
    test::database place_;
};

std::string json_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string event_of(std::string_view name, std::string_view handle, std::string_view sub,
                     std::string_view trigger = "PostConfirmation_ConfirmSignUp") {
    return R"({"version":"1",  "triggerSource":)" + json_text(trigger) +
           R"(,"userName":"u","request":{"userAttributes":{"sub":)" + json_text(sub) + R"(,"email":)" +
           json_text(std::string{handle} + "@example.com") + R"(,"name":)" + json_text(name) +
           R"(,"preferred_username":)" + json_text(handle) + "}},\n\"response\":{}}";
}

invocation invoked(std::string event, std::chrono::milliseconds time = 20s) {
    return {"request", "", "arn", std::chrono::system_clock::now() + time, std::move(event)};
}

post_confirmation handler_of(const std::string& url) {
    return post_confirmation{*postgres::connection_url::parse(url)};
}

TEST(post_confirmation, writes_what_was_typed_and_returns_the_event_untouched) {
    const signup_database place;
    auto handle = handler_of(place.url());
    const std::array<std::string, 6> names{
        "O'Brien",   "Robert'); DROP TABLE users;--", "🙂👩‍👩‍👧",
        "שלום עולם", "back\\slash \"quoted\"",        "$1 %s {}"};
    for (std::size_t at = 0; at < names.size(); ++at) {
        const std::string number = std::to_string(at);
        const std::string event = event_of(names.at(at), "h" + number, "sub" + number);
        const auto answer = handle(invoked(event));
        ASSERT_TRUE(answer.has_value()) << answer.error().message;
        EXPECT_EQ(*answer, event);
        EXPECT_EQ(place.sql("select display_name from users where cognito_user_id = 'sub" + number + "'"),
                  names.at(at));
    }
}

TEST(post_confirmation, leaves_everything_alone_for_a_forgotten_password) {
    const signup_database place;
    auto handle = handler_of(place.url());
    const std::string event = event_of("Ann", "ann", "s", "PostConfirmation_ConfirmForgotPassword");
    const auto answer = handle(invoked(event));
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(*answer, event);
    EXPECT_EQ(place.sql("select count(*) from users"), "0");
}

TEST(post_confirmation, makes_one_row_of_a_thousand_events_that_are_the_same_fifty_at_once) {
    const signup_database place;
    const std::string event = event_of("Ann", "ann", "s");
    std::atomic<int> failed = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 50; ++thread) {
        threads.emplace_back([&] {
            auto handle = handler_of(place.url());
            for (int time = 0; time < 20; ++time)
                if (handle(invoked(event, 60s)).has_error()) ++failed;
        });
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(place.sql("select count(*) from users"), "1");
}

TEST(post_confirmation, refuses_a_handle_that_someone_has_without_saying_whose) {
    const signup_database place;
    auto handle = handler_of(place.url());
    ASSERT_TRUE(handle(invoked(event_of("Ann", "Ann", "s1"))).has_value());
    const auto answer = handle(invoked(event_of("Other", "ann", "s2")));
    ASSERT_TRUE(answer.has_error());
    EXPECT_EQ(answer.error().type, "HandleTaken");
    EXPECT_TRUE(handle(invoked(event_of("Other", "ann2", "s2"))).has_value());
    EXPECT_EQ(place.sql("select count(*) from users"), "2");
}

TEST(post_confirmation, refuses_what_the_schema_refuses_by_its_name) {
    const signup_database place;
    auto handle = handler_of(place.url());
    const auto bad_handle = handle(invoked(event_of("Ann", "-ann", "s1")));
    ASSERT_TRUE(bad_handle.has_error());
    EXPECT_EQ(bad_handle.error().type, "InvalidHandle");
    const auto long_name = handle(invoked(event_of(std::string(51, 'x'), "ann", "s1")));
    ASSERT_TRUE(long_name.has_error());
    EXPECT_EQ(long_name.error().type, "InvalidName");
}

TEST(post_confirmation, can_do_nothing_else_with_its_role) {
    const signup_database place;
    for (const char* forbidden :
         {"select email from users", "delete from users", "update users set bio = 'x'",
          "select * from activities", "create table t ()"})
        EXPECT_THROW(test::sql(place.url(), forbidden), std::runtime_error) << forbidden;
}

TEST(post_confirmation, opens_a_new_connection_when_the_kept_one_was_ended) {
    const signup_database place;
    auto handle = handler_of(place.url());
    ASSERT_TRUE(handle(invoked(event_of("Ann", "ann", "s1"))).has_value());
    place.sql("select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = '" +
              place.role() + "'");
    EXPECT_TRUE(handle(invoked(event_of("Bob", "bob", "s2"))).has_value());
    EXPECT_EQ(place.sql("select count(*) from users"), "2");
}

TEST(post_confirmation, says_in_time_that_the_database_is_silent_and_heals_at_a_later_try) {
    const signup_database place;
    test::gate between{test::shared_server().port()};
    auto handle = handler_of(between.through(place.url()));
    ASSERT_TRUE(handle(invoked(event_of("Ann", "ann", "s1"))).has_value());
    between.drop();
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = handle(invoked(event_of("Bob", "bob", "s2"), 2s));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
    ASSERT_TRUE(answer.has_error());
    EXPECT_EQ(answer.error().type, "DatabaseUnreachable");
    between.reset();
    between.pass();
    EXPECT_TRUE(handle(invoked(event_of("Bob", "bob", "s2"))).has_value());
    EXPECT_EQ(place.sql("select count(*) from users"), "2");
}

// The runtime API, as the Lambda service gives it to one process.
class runtime_api {
public:
    runtime_api()
        : server_{routes()} {}

    void hand_out(std::string event) {
        const std::lock_guard held{mutex_};
        events_.push_back(std::move(event));
    }
    // "response BODY" or "error BODY" or "init BODY"; throws when none comes.
    std::string answer() {
        std::unique_lock held{mutex_};
        if (!changed_.wait_for(held, 60s, [this] { return !answers_.empty(); }))
            throw std::runtime_error{"the function gave no answer"};
        auto out = std::move(answers_.front());
        answers_.pop_front();
        return out;
    }
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(server_.port()); }

private:
    std::optional<std::string> take() {
        const std::lock_guard held{mutex_};
        if (events_.empty()) return std::nullopt;
        auto out = std::move(events_.front());
        events_.pop_front();
        return out;
    }
    http::response keep(std::string_view kind, const http::request& from) {
        const std::lock_guard held{mutex_};
        answers_.push_back(std::string{kind} + " " + std::string{from.body});
        changed_.notify_all();
        http::response out;
        out.status = 202;
        return out;
    }
    http::router routes() {
        http::router out;
        out.add(http::verb::get, "/2018-06-01/runtime/invocation/next",
                [this](http::request&) -> boost::asio::awaitable<http::response> {
                    boost::asio::steady_timer pause{co_await boost::asio::this_coro::executor};
                    std::optional<std::string> event;
                    while (!(event = take())) {
                        pause.expires_after(5ms);
                        co_await pause.async_wait(boost::asio::use_awaitable);
                    }
                    const auto deadline = std::chrono::duration_cast<std::chrono::milliseconds>(
                        std::chrono::system_clock::now().time_since_epoch() + 20s);
                    http::response made;
                    made.fields.emplace_back("Lambda-Runtime-Aws-Request-Id", "request-1");
                    made.fields.emplace_back("Lambda-Runtime-Deadline-Ms", std::to_string(deadline.count()));
                    made.fields.emplace_back("Lambda-Runtime-Trace-Id", "Root=1-2-3");
                    made.content_type = "application/json";
                    made.body = http::body_bytes::of(std::move(*event));
                    co_return made;
                });
        for (const char* kind : {"response", "error"}) {
            out.add(http::verb::post, std::string{"/2018-06-01/runtime/invocation/request-1/"} + kind,
                    [this, kind](http::request& from) -> boost::asio::awaitable<http::response> {
                        co_return keep(kind, from);
                    });
        }
        out.add(http::verb::post, "/2018-06-01/runtime/init/error",
                [this](http::request& from) -> boost::asio::awaitable<http::response> {
                    co_return keep("init", from);
                });
        return out;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> events_;
    std::deque<std::string> answers_;
    test::http_server server_;
};

// The program itself, ended with SIGKILL where the test has not stopped it.
class program {
public:
    explicit program(std::vector<std::string> environment) {
        std::vector<char*> variables;
        variables.reserve(environment.size() + 1);
        for (auto& one : environment)
            variables.push_back(one.data());
        variables.push_back(nullptr);
        std::string path = test::function_path;
        std::array<char*, 2> arguments{path.data(), nullptr};
        pid_ = ::fork();
        if (pid_ == 0) {
            ::execve(path.c_str(), arguments.data(), variables.data());
            ::_exit(127);
        }
    }
    program(const program&) = delete;
    program& operator=(const program&) = delete;
    ~program() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        wait();
    }
    int wait() {
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    void terminate() const { ::kill(pid_, SIGTERM); }

private:
    pid_t pid_;
};

TEST(function, answers_events_of_the_runtime_api_and_stops_at_sigterm) {
    const signup_database place;
    runtime_api api;
    program running{{"AWS_LAMBDA_RUNTIME_API=" + api.address(), "CONNECTION_URL=" + place.url()}};
    const std::string first = event_of("Ann", "ann", "s1");
    api.hand_out(first);
    EXPECT_EQ(api.answer(), "response " + first);
    api.hand_out(event_of("Bob", "ANN", "s2"));
    EXPECT_THAT(api.answer(),
                HasSubstr("error {\"errorType\":\"HandleTaken\",\"errorMessage\":\"The preferred"));
    api.hand_out("nonsense");
    EXPECT_THAT(api.answer(), HasSubstr("error {\"errorType\":\"InvalidEvent\""));
    EXPECT_EQ(place.sql("select count(*) from pg_stat_activity where usename = '" + place.role() + "'"), "1");
    running.terminate();
    EXPECT_EQ(running.wait(), 0);
}

TEST(function, that_has_no_database_says_so_when_it_starts) {
    runtime_api api;
    program running{{"AWS_LAMBDA_RUNTIME_API=" + api.address()}};
    EXPECT_THAT(api.answer(),
                HasSubstr("init {\"errorType\":\"InvalidConfiguration\",\"errorMessage\":\"The function has "
                          "no database: give it CONNECTION_URL"));
    EXPECT_EQ(running.wait(), 1);
}

TEST(function, finds_its_database_in_a_secret) {
    const signup_database place;
    http::router routes;
    std::string asked;
    routes.add(http::verb::post, "/", [&](http::request& from) -> boost::asio::awaitable<http::response> {
        asked = from.body;
        http::response made;
        made.content_type = "application/x-amz-json-1.1";
        made.body = http::body_bytes::of("{\"SecretString\":" + json_text(place.url()) + "}");
        co_return made;
    });
    test::http_server secrets{std::move(routes)};
    runtime_api api;
    program running{{"AWS_LAMBDA_RUNTIME_API=" + api.address(), "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=a",
                     "AWS_SECRET_ACCESS_KEY=b",
                     "CONNECTION_SECRET_ARN=arn:aws:secretsmanager:us-east-1:0:secret:x",
                     "AWS_ENDPOINT_URL=http://127.0.0.1:" + std::to_string(secrets.port())}};
    const std::string event = event_of("Ann", "ann", "s1");
    api.hand_out(event);
    EXPECT_EQ(api.answer(), "response " + event);
    EXPECT_EQ(asked, R"({"SecretId":"arn:aws:secretsmanager:us-east-1:0:secret:x"})");
}

} // namespace
} // namespace cruddur::lambda
