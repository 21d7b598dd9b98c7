#include "app/topics/notifications.hpp"

#include "app/answer/shared_reader.hpp"
#include "app/input/json_text.hpp"
#include "db/queries.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>

namespace cruddur::app::topics {

namespace asio = boost::asio;

namespace {

// Behind the activity's columns.
enum entry_column : std::size_t {
    reason = answer::activity::columns,
    notified_at,
    was_read,
    actors_count,
    actors
};

// The first page is the same statement for everybody.
constexpr answer::shared_statement shared_notifications{
    .few = queries::notifications, .many = queries::notifications, .many_callers = 0, .callers_max = 16};

// As PostgreSQL orders them. One post's likes and reposts can have the same time: there the reason decides.
constexpr std::array<std::string_view, 4> reasons{"like", "mention", "reply", "repost"};
static_assert(reasons.size() <= input::cursor::ties);

input::cursor place_of(const postgres::rows& rows, std::size_t row) {
    input::cursor made;
    made.created_at_us = rows.time(row, notified_at).count();
    input::append_uuid(made.uuid, rows.uuid(row, 0));
    made.tie = static_cast<unsigned>(std::ranges::find(reasons, rows.text(row, reason)) - reasons.begin());
    return made;
}

void append_actors(std::string& out, const postgres::rows& rows, std::size_t row) {
    auto texts = rows.texts(row, actors);
    out += '[';
    for (auto uuid = texts.next(); uuid; uuid = texts.next()) {
        if (out.back() != '[') out += ',';
        out += R"({"uuid":)";
        input::append_json(out, *uuid);
        out += R"(,"handle":)";
        input::append_json(out, texts.next().value_or(""));
        out += R"(,"display_name":)";
        input::append_json(out, texts.next().value_or(""));
        out += '}';
    }
    out += ']';
}

// The member that an activity has in this list.
std::string notification_json(const postgres::rows& rows, std::size_t row) {
    std::string out = R"(,"notification":{"reason":)";
    input::append_json(out, rows.text(row, reason));
    out += R"(,"actors":)";
    append_actors(out, rows, row);
    input::append_count(out, R"(,"actors_count":)", rows.int64(row, actors_count));
    out += R"(,"created_at":")";
    input::append_time(out, rows.time(row, notified_at));
    input::append_flag(out, R"(","read":)", rows.boolean(row, was_read));
    out += '}';
    return out;
}

http::response notifications_answer(const call& asked, const postgres::rows& rows, unsigned limit) {
    answer::caller_marks marks;
    marks.in_rows = true;
    const std::size_t shown = std::min<std::size_t>(rows.size(), limit);
    std::string body = "[";
    for (std::size_t row = 0; row < shown; ++row) {
        if (row != 0) body += ',';
        const std::string notification = notification_json(rows, row);
        answer::append_activity(body, answer::activity_of(rows, row), &marks, notification);
    }
    body += ']';
    auto made = answer::read_answer(http::body_bytes::of(std::move(body)), answer::audience::caller);
    if (rows.size() > limit)
        made.fields.emplace_back("Link",
                                 answer::next_link(asked.request.path, "", limit, place_of(rows, shown - 1)));
    return made;
}

asio::awaitable<http::response> notifications(call& asked) {
    const auto wanted = input::page_of(asked.request);
    if (!wanted) co_return answer_of(wanted.error());
    const auto place = wanted->parameters();
    const auto why = reasons[wanted->after ? wanted->after->tie % reasons.size() : 0];
    const std::array<postgres::parameter, 4> others{place[0], place[1], place[2], why};
    const auto rows = co_await asked.with.lists->read(shared_notifications, asked.caller, others);
    if (!rows) co_return answer_of(rows.error());
    if (rows->empty()) co_return answer_of(401, "generic_401");
    co_return notifications_answer(asked, rows->is_null(0, 0) ? postgres::rows{} : *rows, wanted->limit);
}

checked<bound_inputs> no_inputs(const http::request&) {
    return bound_inputs{};
}

// Says what is unread when all up to a time have been read.
asio::awaitable<http::response> read(call& asked) {
    const auto members = input::members_of(asked.request);
    if (!members) co_return answer_of(members.error());
    const auto until = input::until_of(*members);
    if (!until) co_return answer_of(until.error());

    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const std::array<postgres::parameter, 2> parameters{asked.caller, *until};
    const auto marked =
        co_await asked.with.database.query(queries::read_notifications, parameters, asked.with.options());
    if (!marked) co_return answer_of(marked.error());
    const std::array<postgres::parameter, 1> caller{asked.caller};
    const auto unread =
        co_await asked.with.database.query(queries::count_unread_notifications, caller, asked.with.options());
    if (!unread) co_return answer_of(unread.error());
    if (unread->empty()) co_return answer_of(401, "generic_401");
    co_return http::response::json({unread->owner(), unread->text(0, 1)});
}

constexpr std::array<endpoint, 3> notification_topic{{
    {.method = http::verb::get,
     .pattern = "/api/activities/notifications",
     .who = caller_rule::required,
     .coroutine = notifications},
    {.method = http::verb::get,
     .pattern = "/api/activities/notifications/unread",
     .who = caller_rule::required,
     .inputs = no_inputs,
     .statement = &queries::count_unread_notifications,
     .kind = answer_kind::outcome},
    {.method = http::verb::put,
     .pattern = "/api/activities/notifications/read",
     .who = caller_rule::required,
     .coroutine = read},
}};

} // namespace

std::span<const endpoint> notification_endpoints() {
    return notification_topic;
}

} // namespace cruddur::app::topics
