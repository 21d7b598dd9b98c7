#include "postgres/request_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace cruddur::postgres {
namespace {

using testing::ElementsAre;

const prepared_statement known{"home", "select 1", 0};

request_ptr prepared() {
    auto made = std::make_unique<request>();
    made->what = &known;
    return made;
}

result_ptr part(ExecStatusType status) {
    return result_ptr{PQmakeEmptyPGresult(nullptr, status)};
}

// Feeds parts in order; what came out last.
std::optional<answer> feed(request_queue& queue, std::initializer_list<ExecStatusType> statuses) {
    std::optional<answer> last;
    for (const ExecStatusType status : statuses) {
        last = queue.received(part(status));
        if (status != PGRES_PIPELINE_SYNC) {
            EXPECT_FALSE(last.has_value());
            EXPECT_FALSE(queue.received(nullptr).has_value());
        }
    }
    return last;
}

TEST(request_queue, answers_in_the_order_sent) {
    request_queue queue;
    auto first = prepared();
    auto second = prepared();
    const std::vector<request*> order{first.get(), second.get()};
    queue.sent(std::move(first), false);
    queue.sent(std::move(second), false);

    std::vector<request*> answered;
    for (int i = 0; i < 2; ++i)
        answered.push_back(feed(queue, {PGRES_TUPLES_OK, PGRES_PIPELINE_SYNC})->who.get());
    EXPECT_EQ(answered.front(), order.front());
    EXPECT_TRUE(queue.empty());
}

TEST(request_queue, answers_a_write_at_its_sync_point_and_not_before) {
    request_queue queue;
    queue.sent(prepared(), false);
    EXPECT_FALSE(queue.received(part(PGRES_COMMAND_OK)).has_value());
    EXPECT_FALSE(queue.received(nullptr).has_value());
    EXPECT_EQ(queue.size(), 1U);
    EXPECT_TRUE(queue.received(part(PGRES_PIPELINE_SYNC)).has_value());
}

TEST(request_queue, does_not_take_prepares_result_for_the_statements) {
    request_queue queue;
    queue.sent(prepared(), true);
    auto done = feed(queue, {PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_PIPELINE_SYNC});
    ASSERT_TRUE(done && done->outcome.has_value());
    EXPECT_NE(done->outcome->owner(), nullptr);
    EXPECT_FALSE(done->plan_was_old);
}

TEST(request_queue, keeps_an_error_to_the_request_that_made_it) {
    request_queue queue;
    queue.sent(prepared(), false);
    queue.sent(prepared(), false);
    const auto failed = feed(queue, {PGRES_FATAL_ERROR, PGRES_PIPELINE_SYNC});
    const auto lived = feed(queue, {PGRES_TUPLES_OK, PGRES_PIPELINE_SYNC});
    ASSERT_TRUE(failed && lived);
    EXPECT_TRUE(failed->outcome.has_error());
    EXPECT_TRUE(failed->plan_was_old);
    EXPECT_TRUE(lived->outcome.has_value());
}

TEST(request_queue, tells_that_preparing_failed) {
    request_queue queue;
    queue.sent(prepared(), true);
    queue.sent(prepared(), false);
    const auto first = feed(queue, {PGRES_FATAL_ERROR, PGRES_PIPELINE_ABORTED, PGRES_PIPELINE_SYNC});
    const auto second = feed(queue, {PGRES_FATAL_ERROR, PGRES_PIPELINE_SYNC});
    ASSERT_TRUE(first && second);
    EXPECT_TRUE(first->prepare_failed);
    EXPECT_FALSE(second->prepare_failed);
    EXPECT_TRUE(second->plan_was_old);
}

TEST(request_queue, swallows_the_answer_to_an_abandoned_request_and_no_other) {
    request_queue queue;
    auto gone = prepared();
    gone->abandoned = true;
    queue.sent(std::move(gone), false);
    queue.sent(prepared(), false);
    const auto first = feed(queue, {PGRES_TUPLES_OK, PGRES_PIPELINE_SYNC});
    const auto second = feed(queue, {PGRES_TUPLES_OK, PGRES_PIPELINE_SYNC});
    ASSERT_TRUE(first && second);
    EXPECT_TRUE(first->who->abandoned);
    EXPECT_FALSE(second->who->abandoned);
}

TEST(request_queue, fails_every_waiter_when_the_backend_dies) {
    request_queue queue;
    for (int i = 0; i < 3; ++i)
        queue.sent(prepared(), i == 0);
    static_cast<void>(queue.received(part(PGRES_COMMAND_OK)));
    error why{.kind = failure::lost, .message = "server closed the connection unexpectedly"};
    EXPECT_EQ(queue.fail(why).size(), 3U);
    EXPECT_EQ(why.kind, failure::lost);
    EXPECT_TRUE(queue.empty());
}

TEST(request_queue, refuses_copy_as_the_callers_mistake) {
    request_queue queue;
    queue.sent(prepared(), false);
    const auto done = feed(queue, {PGRES_COPY_OUT, PGRES_PIPELINE_SYNC});
    ASSERT_TRUE(done && done->outcome.has_error());
    EXPECT_EQ(done->outcome.error().kind, failure::usage);
}

TEST(request, copies_its_parameters_with_null_apart_from_empty) {
    request made;
    {
        std::string text = "O'Brien";
        const parameter given[] = {text, std::nullopt, ""};
        ASSERT_TRUE(made.bind(given));
        text = "changed";
    }
    ASSERT_EQ(made.values.size(), 3U);
    EXPECT_STREQ(made.values[0], "O'Brien");
    EXPECT_EQ(made.values[1], nullptr);
    EXPECT_STREQ(made.values[2], "");
}

TEST(request, refuses_a_nul_that_libpq_would_cut_the_value_at) {
    request made;
    const parameter given[] = {std::string_view{"a\0b", 3}};
    EXPECT_FALSE(made.bind(given));
}

TEST(statement_registry, knows_a_statement_by_its_name) {
    statement_registry registry;
    const auto& one = registry.find_or_add({"one", "select 1"});
    const auto& two = registry.find_or_add({"two", "select 2"});
    EXPECT_EQ(&registry.find_or_add({"one", "select 1"}), &one);
    EXPECT_THAT((std::vector{one.index, two.index}), ElementsAre(0, 1));
}

} // namespace
} // namespace cruddur::postgres
