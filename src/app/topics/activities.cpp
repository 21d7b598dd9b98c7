#include "app/topics/activities.hpp"

#include "app/answer/batch_writer.hpp"
#include "app/answer/new_uuid.hpp"
#include "app/input/fingerprint.hpp"
#include "db/queries.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>

namespace cruddur::app::topics {

namespace asio = boost::asio;

namespace {

checked<bound_inputs> uuid_input(const http::request& from) {
    if (!input::is_uuid(from.parameters.at(0))) return refusal{404, {"not_found"}};
    return bound_inputs{{from.parameters.at(0)}};
}

http::response created_answer(const postgres::rows& rows, std::size_t row) {
    const answer::caller_marks none; // nobody has liked what is new
    return http::response::json(http::body_bytes::of(answer::activity_json(rows, row, &none)));
}

// The answer that was given first under this key.
asio::awaitable<http::response> repeat_answer(const call& asked, std::string_view key,
                                              std::string_view fingerprint) {
    const std::array<postgres::parameter, 3> parameters{*asked.caller, key, fingerprint};
    const auto rows =
        co_await asked.with.database.query(queries::first_answer, parameters, asked.with.options());
    if (!rows) co_return answer_of(rows.error());
    if (rows->empty()) co_return answer_of(401, "generic_401");
    if (!rows->boolean(0, answer::activity::columns)) co_return answer_of(422, "idempotency_key_reused");
    if (rows->is_null(0, 0)) co_return answer_of(404, "not_found"); // it was made, and is gone
    co_return created_answer(*rows, 0);
}

asio::awaitable<http::response> create_once(const call& asked, const input::new_activity& post,
                                            std::string_view key) {
    const std::string uuid = answer::new_uuid();
    const std::string sum = input::fingerprint({post.interval, post.message});
    const std::array<postgres::parameter, 6> parameters{uuid,          *asked.caller, post.message,
                                                        post.interval, key,           sum};
    const auto rows = co_await answer::write(asked, queries::create_activity_once, parameters);
    if (!rows) {
        if (rows.error().sent) asked.with.committed(); // it may have been
        co_return answer_of(rows.error());
    }
    if (rows->empty()) co_return co_await repeat_answer(asked, key, sum);
    asked.with.committed();
    co_return created_answer(*rows, 0);
}

// Once the database hears of it the write goes on, though its client has gone.
asio::awaitable<http::response> create(call& asked) {
    const auto members = input::members_of(asked.request);
    if (!members) co_return answer_of(members.error());
    const auto post = input::new_activity_of(*members);
    const auto key = input::idempotency_key_of(asked.request);
    if (const auto wrong = refused(post, key)) co_return answer_of(*wrong);

    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    if (*key) co_return co_await create_once(asked, *post, **key);
    std::vector<std::string> inputs{answer::new_uuid(), *asked.caller, post->message,
                                    std::string{post->interval}};
    const auto created = co_await asked.with.posts->write(queries::create_activity, std::move(inputs));
    if (!created) co_return answer_of(created.error());
    if (!*created) co_return answer_of(401, "generic_401");
    co_return created_answer((*created)->rows, (*created)->row);
}

asio::awaitable<http::response> reply(call& asked) {
    const std::string& parent = asked.request.parameters.at(0);
    if (!input::is_uuid(parent)) co_return answer_of(404, "not_found");
    const auto members = input::members_of(asked.request);
    if (!members) co_return answer_of(members.error());
    const auto message = input::reply_message_of(*members);
    const auto key = input::idempotency_key_of(asked.request);
    if (const auto wrong = refused(message, key)) co_return answer_of(*wrong);

    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const std::string uuid = answer::new_uuid();
    const std::string sum = input::fingerprint({boost::algorithm::to_lower_copy(parent), *message});
    const std::array<postgres::parameter, 6> parameters{uuid, *asked.caller, parent, *message, *key, sum};
    const auto rows = co_await answer::write(asked, queries::create_reply, parameters);
    if (rows ? !rows->empty() && !rows->is_null(0, 0) : rows.error().sent) asked.with.committed();
    if (!rows) co_return answer_of(rows.error());
    if (rows->empty()) co_return answer_of(401, "generic_401");
    if (!rows->is_null(0, 0)) co_return created_answer(*rows, 0);
    if (!rows->boolean(0, answer::activity::columns)) co_return answer_of(404, "not_found");
    co_return co_await repeat_answer(asked, **key, sum);
}

constexpr std::array<endpoint, 4> activity_topic{{
    {.method = http::verb::get,
     .pattern = "/api/activities/:uuid",
     .who = caller_rule::anybody,
     .inputs = uuid_input,
     .statement = &queries::show_activity,
     .kind = answer_kind::activity},
    {.method = http::verb::post,
     .pattern = "/api/activities",
     .who = caller_rule::required,
     .rate = rate_class::writing,
     .coroutine = create},
    {.method = http::verb::post,
     .pattern = "/api/activities/:uuid/reply",
     .who = caller_rule::required,
     .rate = rate_class::writing,
     .coroutine = reply},
    {.method = http::verb::delete_,
     .pattern = "/api/activities/:uuid",
     .who = caller_rule::required,
     .inputs = uuid_input,
     .statement = &queries::delete_activity,
     .kind = answer_kind::outcome,
     .changes = answer::effect::feed},
}};

} // namespace

std::span<const endpoint> activity_endpoints() {
    return activity_topic;
}

} // namespace cruddur::app::topics
