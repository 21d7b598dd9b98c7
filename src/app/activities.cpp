#include "app/activities.hpp"

#include "app/answers.hpp"
#include "app/error_response.hpp"
#include "db/queries.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>
#include <span>

namespace cruddur::app {

namespace asio = boost::asio;

namespace {

// Of all that a post was asked to be, in hexadecimal.
std::string fingerprint(const new_activity& post) {
    std::string text{post.interval};
    text.append(1, '\0').append(post.message);
    std::array<unsigned char, SHA256_DIGEST_LENGTH> sum{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), sum.data());
    return fmt::format("{:02x}", fmt::join(sum, ""));
}

// The answer that was given first under this key.
asio::awaitable<http::response> repeat_answer(const context& with, const std::string& caller,
                                              const std::string& key, const std::string& asked) {
    const std::array<postgres::parameter, 3> parameters{caller, key, asked};
    const auto rows = co_await with.database.query(queries::first_answer, parameters, with.options());
    if (!rows) co_return answer_of(rows.error());
    if (rows->empty()) co_return answer_of(401, "generic_401");
    if (rows->get(0, 0) != "t") co_return answer_of(422, "idempotency_key_reused");
    const auto body = rows->get(0, 1);
    if (!body) co_return answer_of(404, "not_found"); // it was made, and is gone
    co_return http::response::json({rows->owner(), *body});
}

} // namespace

std::string pattern_of(std::string_view text) {
    std::string made = "%";
    for (const char letter : text) {
        if (letter == '%' || letter == '_' || letter == '\\') made += '\\';
        made += letter;
    }
    made += '%';
    return made;
}

asio::awaitable<http::response> show_activity(const context& with, http::request& from) {
    if (!is_uuid(from.parameters.at(0))) co_return answer_of(404, "not_found");
    const auto caller = co_await with.callers.identify(from);
    if (!caller) co_return answer_of(caller.error());
    const std::array<postgres::parameter, 2> parameters{from.parameters.at(0), *caller};
    const auto rows = co_await with.database.query(queries::show_activity, parameters, with.options());
    if (!rows) co_return answer_of(rows.error());
    if (rows->empty()) co_return answer_of(401, "generic_401");
    if (!rows->get(0, 0)) co_return answer_of(404, "not_found");
    http::response made = body_answer(*rows);
    made.cache_control = *caller ? "private, no-cache" : "no-cache";
    made.etag = etag_of(made.body.bytes);
    made.fields.emplace_back("Vary", "Authorization");
    co_return made;
}

asio::awaitable<http::response> search_activities(const context& with, http::request& from) {
    const auto caller = co_await with.callers.identify(from);
    if (!caller) co_return answer_of(caller.error());
    const auto term = search_term_of(from);
    const auto wanted = page_of(from);
    if (const auto wrong = refused(term, wanted)) co_return answer_of(*wrong);
    const std::string limit = std::to_string(wanted->limit);
    const std::string time = wanted->after ? wanted->after->created_at() : "infinity";
    const std::string uuid = wanted->after ? wanted->after->uuid : "ffffffff-ffff-ffff-ffff-ffffffffffff";
    const std::string pattern = pattern_of(*term);
    const std::array<postgres::parameter, 5> parameters{limit, time, uuid, pattern, *caller};
    const auto rows = co_await with.searches.query(queries::search_activities, parameters, with.options());
    if (!rows) co_return answer_of(rows.error());
    if (rows->empty()) co_return answer_of(401, "generic_401");
    const std::string query = "term=" + boost::urls::encode(*term, boost::urls::unreserved_chars);
    co_return page_answer(*rows, "/api/activities/search", query, wanted->limit,
                          *caller ? audience::caller : audience::anybody);
}

asio::awaitable<http::response> create_activity(const context& with, http::request& from) {
    const auto caller = co_await with.callers.require(from);
    if (!caller) co_return answer_of(caller.error());
    const auto members = members_of(from);
    if (!members) co_return answer_of(members.error());
    const auto post = new_activity_of(*members);
    const auto key = idempotency_key_of(from);
    if (const auto wrong = refused(post, key)) co_return answer_of(*wrong);

    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const std::string asked = *key ? fingerprint(*post) : std::string{};
    const std::array<postgres::parameter, 5> parameters{*caller, post->message, post->interval, *key, asked};
    const auto& statement = *key ? queries::create_activity_once : queries::create_activity;
    const std::span<const postgres::parameter> bound{parameters.data(), *key ? 5U : 3U};
    const auto rows = co_await with.database.query(statement, bound, with.options());
    if (!rows) {
        if (rows.error().sent) with.committed(); // it may have been
        co_return answer_of(rows.error());
    }
    if (rows->empty() && *key) co_return co_await repeat_answer(with, *caller, **key, asked);
    if (rows->empty()) co_return answer_of(401, "generic_401");
    with.committed();
    co_return body_answer(*rows);
}

} // namespace cruddur::app
