#include "app/answer/turns.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace cruddur::app {
using namespace answer;
namespace {

namespace asio = boost::asio;

struct turn {
    std::string asked;
    std::string answer;
};

// What is asked comes back when released.
class shared_turns : public testing::Test {
protected:
    asio::awaitable<void> run(std::shared_ptr<turn> one) {
        running.push_back(one);
        co_await release.async_wait(asio::as_tuple(asio::use_awaitable));
        if (one->asked == "throw") throw std::runtime_error{"as it was asked"};
        one->answer = one->asked;
    }
    void ask(std::string letter) {
        asio::co_spawn(
            loop,
            [this, letter = std::move(letter)]() -> asio::awaitable<void> {
                const auto one = all.waiting_or_new([](const turn& each) { return each.asked.size() < 3; });
                if (!one) {
                    refused.push_back(letter);
                    co_return;
                }
                one->asked += letter;
                co_await all.join(one);
                answered.push_back(one->answer);
            },
            asio::detached);
        loop.poll();
    }
    void end_running() {
        release.cancel();
        loop.poll();
    }

    asio::io_context loop;
    asio::steady_timer release{loop, asio::steady_timer::time_point::max()};
    turns<turn> all{1, 2, [this](std::shared_ptr<turn> one, auto) { return run(std::move(one)); }};
    std::vector<std::shared_ptr<turn>> running;
    std::vector<std::string> answered;
    std::vector<std::string> refused;
};

TEST_F(shared_turns, take_all_that_came_while_another_ran) {
    ask("a");
    for (const auto* letter : {"b", "c", "d", "e"})
        ask(letter);
    ASSERT_EQ(running.size(), 1U);
    EXPECT_EQ(running[0]->asked, "a") << "what has begun takes nobody in";
    end_running();
    EXPECT_EQ(answered, std::vector<std::string>{"a"});
    ASSERT_EQ(running.size(), 2U);
    EXPECT_EQ(running[1]->asked, "bcd") << "the fourth did not fit";
    end_running();
    EXPECT_EQ(answered, (std::vector<std::string>{"a", "bcd", "bcd", "bcd"}));
    end_running();
    EXPECT_EQ(answered.back(), "e");
}

TEST_F(shared_turns, refuse_who_fits_into_none_while_as_many_wait_as_may) {
    for (const auto* letter : {"a", "b", "c", "d", "e", "f", "g", "h", "i"})
        ask(letter);
    EXPECT_EQ(refused, (std::vector<std::string>{"h", "i"})) << "one runs, and two of three wait";
    end_running();
    ask("j");
    EXPECT_EQ(refused.size(), 2U) << "there is a place again";
}

TEST_F(shared_turns, go_on_after_one_that_throws) {
    ask("throw");
    ask("b");
    end_running();
    EXPECT_EQ(answered, std::vector<std::string>{""});
    end_running();
    EXPECT_EQ(answered.back(), "b");
}

// Two run at once, but none beside another that asks for the same.
TEST_F(shared_turns, leave_waiting_what_would_wait_for_one_that_runs) {
    turns<turn> two{2, 2, [this](std::shared_ptr<turn> one, auto) { return run(std::move(one)); },
                    [](const turn& runs, const turn& waits) { return runs.asked == waits.asked; }};
    const auto write = [&](std::string row) {
        asio::co_spawn(
            loop,
            [&, row]() -> asio::awaitable<void> {
                const auto one = two.waiting_or_new([&](const turn& each) { return each.asked == row; });
                one->asked = row;
                co_await two.join(one);
                answered.push_back(row);
            },
            asio::detached);
        loop.poll();
    };
    for (const auto* row : {"hot", "hot", "other", "hot"})
        write(row);
    ASSERT_EQ(running.size(), 2U);
    EXPECT_EQ(running[1]->asked, "other") << "it overtakes what would only wait";
    end_running();
    ASSERT_EQ(running.size(), 3U);
    EXPECT_EQ(running[2]->asked, "hot") << "both who waited share one";
    end_running();
    EXPECT_EQ(answered, (std::vector<std::string>{"hot", "other", "hot", "hot"}));
}

} // namespace
} // namespace cruddur::app
