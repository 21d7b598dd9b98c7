#include "app/topics/messages.hpp"

#include "app/answer/new_uuid.hpp"
#include "app/answer/shared_reader.hpp"
#include "app/input/fingerprint.hpp"
#include "app/input/json_text.hpp"
#include "db/queries.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <variant>

namespace cruddur::app::topics {

namespace asio = boost::asio;

namespace {

// Whom it is for is said by a conversation or, where that is nullopt, by a handle.
struct new_message {
    std::string text;
    std::optional<std::string> message_group_uuid;
    std::string handle;
};

const std::string* text_of(const input::json_members& members, std::string_view name) {
    const auto found = members.find(name);
    return found == members.end() ? nullptr : std::get_if<std::string>(&found->second);
}

checked<std::string> group_of(const std::string* uuid) {
    if (uuid == nullptr || input::is_blank(*uuid)) return refusal{422, {"message_group_uuid_blank"}};
    return *uuid;
}

checked<std::string> receiver_of(const std::string* handle) {
    if (handle == nullptr || input::is_blank(*handle)) return refusal{422, {"user_reciever_handle_blank"}};
    return *handle;
}

// A `message_group_uuid` of null is none: clients send both members, of which one is null.
checked<new_message> new_message_of(const input::json_members& members) {
    const std::string* const group = text_of(members, "message_group_uuid");
    const std::string* handle = text_of(members, "handle");
    if (handle == nullptr) handle = text_of(members, "user_receiver_handle");
    const bool to_group = group != nullptr || (handle == nullptr && members.contains("message_group_uuid"));
    input::text_members of_text;
    if (const std::string* message = text_of(members, "message")) of_text.emplace("message", *message);
    const auto text = input::reply_message_of(of_text);
    const auto receiver = to_group ? group_of(group) : receiver_of(handle);
    if (auto wrong = refused(text, receiver)) return std::move(*wrong);
    if (to_group ? !input::is_uuid(*receiver) : !input::may_be_handle(*receiver))
        return refusal{404, {"not_found"}};
    if (to_group) return new_message{*text, *receiver, {}};
    return new_message{*text, std::nullopt, *receiver};
}

// Of all that a message was asked to be; no post's is the same.
std::string fingerprint(const new_message& message) {
    return input::fingerprint(
        {"message", message.message_group_uuid.value_or(""), message.handle, message.text});
}

// The answer that was given first under this key.
asio::awaitable<http::response> repeat_message(const call& asked, const new_message& message,
                                               std::string_view key, std::string_view sum) {
    const std::array<postgres::parameter, 4> parameters{*asked.caller, key, sum, message.message_group_uuid};
    const auto rows =
        co_await asked.with.database.query(queries::first_message, parameters, asked.with.options());
    if (!rows) co_return answer_of(rows.error());
    co_return answer::outcome_answer(*rows, false);
}

asio::awaitable<http::response> write(const call& asked, const new_message& message,
                                      const std::optional<std::string>& key) {
    const std::string uuid = answer::new_uuid();
    const std::string sum = fingerprint(message);
    const std::array<postgres::parameter, 7> parameters{
        *asked.caller, message.message_group_uuid, message.handle, uuid, message.text, key, sum};
    const auto rows = co_await answer::write(asked, queries::create_message, parameters);
    if (!rows) co_return answer_of(rows.error());
    if (!rows->empty() && rows->is_null(0, 0)) co_return co_await repeat_message(asked, message, *key, sum);
    co_return answer::outcome_answer(*rows, false);
}

// A conversation is opened by a statement of its own: its members are there once that has ended. One that
// stays without a message is in nobody's list. Once the database hears of it the write goes on, though its
// client has gone.
asio::awaitable<http::response> send_message(call& asked) {
    const auto members = input::json_members_of(asked.request);
    if (!members) co_return answer_of(members.error());
    const auto message = new_message_of(*members);
    const auto key = input::idempotency_key_of(asked.request);
    if (const auto wrong = refused(message, key)) co_return answer_of(*wrong);

    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    if (!message->message_group_uuid) {
        const std::array<postgres::parameter, 2> parameters{*asked.caller, message->handle};
        const auto opened = co_await answer::write(asked, queries::open_message_group, parameters);
        if (!opened) co_return answer_of(opened.error());
        if (opened->empty() || opened->int32(0, 0) != 200) co_return answer::outcome_answer(*opened, false);
    }
    co_return co_await write(asked, *message, *key);
}

checked<bound_inputs> page_inputs(const http::request& from) {
    const auto wanted = input::page_of(from);
    if (!wanted) return wanted.error();
    return bound_inputs{wanted->parameters(), *wanted};
}

// Pages of conversations, of which each caller asks for another.
constexpr auto shared_messages = answer::shared_by_subjects(queries::messages);

// Of a row of `messages`, behind whether the caller may see the conversation.
enum column : std::size_t { allowed, uuid, display_name, handle, message, created_at };

void append_message(std::string& out, const postgres::rows& rows, std::size_t row) {
    out += R"({"uuid":")";
    input::append_uuid(out, rows.uuid(row, uuid));
    out += R"(","display_name":)";
    input::append_json(out, rows.text(row, display_name));
    out += R"(,"handle":)";
    input::append_json(out, rows.text(row, handle));
    out += R"(,"message":)";
    input::append_json(out, rows.text(row, message));
    out += R"(,"created_at":")";
    input::append_time(out, rows.time(row, created_at));
    out += R"("})";
}

// The rows are newest first, the page is oldest first. Of one message more than it has, the oldest is left
// out.
http::response messages_answer(const call& asked, const postgres::rows& rows, unsigned limit) {
    const std::size_t size = rows.is_null(0, uuid) ? 0 : rows.size();
    const std::size_t shown = std::min<std::size_t>(size, limit);
    std::string body = "[";
    for (std::size_t row = shown; row-- > 0;) {
        append_message(body, rows, row);
        if (row != 0) body += ',';
    }
    body += ']';
    auto made = answer::read_answer(http::body_bytes::of(std::move(body)), answer::audience::caller);
    if (shown == size) return made;
    const std::size_t oldest = shown - 1;
    input::cursor behind{.created_at_us = rows.time(oldest, created_at).count(), .uuid = {}};
    input::append_uuid(behind.uuid, rows.uuid(oldest, uuid));
    made.fields.emplace_back("Link", answer::next_link(asked.request.path, "", limit, behind));
    return made;
}

asio::awaitable<http::response> conversation(const call& asked, std::string_view group,
                                             const answer::page& wanted) {
    const auto place = wanted.parameters();
    const std::array<postgres::parameter, 3> others{place[0], place[1], place[2]};
    const auto rows = co_await asked.with.lists->read(shared_messages, asked.caller, others, group);
    if (!rows) co_return answer_of(rows.error());
    if (rows->empty()) co_return answer_of(401, "generic_401");
    if (!rows->boolean(0, allowed)) co_return answer_of(404, "not_found");
    co_return messages_answer(asked, *rows, wanted.limit);
}

asio::awaitable<http::response> show_conversation(call& asked) {
    const std::string& group = asked.request.parameters.at(0);
    if (!input::is_uuid(group)) co_return answer_of(404, "not_found");
    const auto wanted = input::page_of(asked.request);
    if (!wanted) co_return answer_of(wanted.error());
    co_return co_await conversation(asked, group, *wanted);
}

// One that has not begun has no messages.
asio::awaitable<http::response> show_conversation_with(call& asked) {
    const std::string& with = asked.request.parameters.at(0);
    if (!input::may_be_handle(with)) co_return answer_of(404, "not_found");
    const auto wanted = input::page_of(asked.request);
    if (!wanted) co_return answer_of(wanted.error());
    const std::array<postgres::parameter, 2> parameters{asked.caller, with};
    const auto rows =
        co_await asked.with.database.query(queries::conversation_with, parameters, asked.with.options());
    if (!rows) co_return answer_of(rows.error());
    if (rows->empty()) co_return answer_of(401, "generic_401");
    if (!rows->boolean(0, 0)) co_return answer_of(404, "not_found");
    if (rows->is_null(0, 1))
        co_return answer::read_answer(http::body_bytes::of("[]"), answer::audience::caller);
    std::string group;
    input::append_uuid(group, rows->uuid(0, 1));
    co_return co_await conversation(asked, group, *wanted);
}

checked<bound_inputs> read_inputs(const http::request& from) {
    if (!input::is_uuid(from.parameters.at(0))) return refusal{404, {"not_found"}};
    const auto members = input::members_of(from);
    if (!members) return members.error();
    const auto until = input::until_of(*members);
    if (!until) return until.error();
    return bound_inputs{{from.parameters.at(0), *until}};
}

checked<bound_inputs> message_inputs(const http::request& from) {
    if (!input::is_uuid(from.parameters.at(0)) || !input::is_uuid(from.parameters.at(1)))
        return refusal{404, {"not_found"}};
    return bound_inputs{{from.parameters.at(0), from.parameters.at(1)}};
}

constexpr std::array<endpoint, 6> message_topic{{
    {.method = http::verb::get,
     .pattern = "/api/message_groups",
     .who = caller_rule::required,
     .inputs = page_inputs,
     .statement = &queries::message_groups,
     .kind = answer_kind::list},
    {.method = http::verb::get,
     .pattern = "/api/messages/:message_group_uuid",
     .who = caller_rule::required,
     .coroutine = show_conversation},
    {.method = http::verb::get,
     .pattern = "/api/messages/@:handle",
     .who = caller_rule::required,
     .coroutine = show_conversation_with},
    {.method = http::verb::post,
     .pattern = "/api/messages",
     .who = caller_rule::required,
     .rate = rate_class::writing,
     .coroutine = send_message},
    {.method = http::verb::put,
     .pattern = "/api/messages/:message_group_uuid/read",
     .who = caller_rule::required,
     .inputs = read_inputs,
     .statement = &queries::read_messages,
     .kind = answer_kind::outcome},
    {.method = http::verb::delete_,
     .pattern = "/api/messages/:message_group_uuid/:uuid",
     .who = caller_rule::required,
     .inputs = message_inputs,
     .statement = &queries::delete_message,
     .kind = answer_kind::outcome},
}};

} // namespace

std::span<const endpoint> message_endpoints() {
    return message_topic;
}

} // namespace cruddur::app::topics
