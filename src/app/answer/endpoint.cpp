#include "app/answer/endpoint.hpp"

#include "app/answer/marks.hpp"
#include "app/input/json_text.hpp"
#include "db/queries.hpp"
#include "postgres/array_text.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>

namespace cruddur::app::answer {

namespace asio = boost::asio;

namespace {

asio::awaitable<http::response> answer_one(const call& asked, const postgres::rows& rows) {
    if (!asked.caller) {
        if (rows.empty()) co_return answer_of(404, "not_found");
        co_return read_answer(http::body_bytes::of(activity_json(rows, 0, nullptr)), audience::anybody);
    }
    const std::string uuids = uuids_of({rows, 1});
    const auto marks = co_await read_marks(asked.with, *asked.caller, uuids);
    if (!marks) co_return answer_of(marks.error());
    if (!*marks) co_return answer_of(401, "generic_401");
    if (rows.empty()) co_return answer_of(404, "not_found");
    co_return read_answer(http::body_bytes::of(activity_json(rows, 0, &**marks)), audience::caller);
}

bool has_changed(const endpoint& route, const postgres::rows& rows) {
    return !rows.empty() && (route.kind != answer_kind::outcome || rows.int32(0, 0) == 200);
}

http::response rendered_list(const call& asked, const bound_inputs& inputs, const postgres::rows& rows) {
    if (rows.empty()) return answer_of(404, "not_found");
    if (rows.is_null(0, 0)) return answer_of(401, "generic_401");
    auto made =
        read_answer({rows.owner(), rows.text(0, 0)}, asked.caller ? audience::caller : audience::anybody);
    if (rows.is_null(0, 1)) return made;
    cursor behind{.created_at_us = rows.time(0, 1).count(), .uuid = {}};
    input::append_uuid(behind.uuid, rows.uuid(0, 2));
    made.fields.emplace_back("Link",
                             next_link(asked.request.path, inputs.query, inputs.wanted.limit, behind));
    return made;
}

asio::awaitable<http::response> run_statement(const endpoint& route, const call& asked) {
    const auto inputs = route.inputs(asked.request);
    if (!inputs) co_return answer_of(inputs.error());
    std::vector<postgres::parameter> parameters;
    if (route.who != caller_rule::nobody) parameters.emplace_back(asked.caller);
    parameters.insert(parameters.end(), inputs->parameters.begin(), inputs->parameters.end());
    const bool reads = route.method == http::verb::get;
    postgres::client& client = route.slow ? asked.with.searches : asked.with.database;
    postgres::result<postgres::rows> rows{postgres::rows{}};
    if (reads)
        rows = co_await client.query(*route.statement, parameters, asked.with.options());
    else
        rows = co_await write(asked, *route.statement, parameters);
    // Where the answer was lost it may have been committed all the same.
    if (route.changes == effect::feed && (rows ? has_changed(route, *rows) : rows.error().sent))
        asked.with.committed();
    if (!rows) co_return answer_of(rows.error());
    if (route.kind == answer_kind::outcome) co_return outcome_answer(*rows, reads);
    if (route.kind == answer_kind::list) co_return rendered_list(asked, *inputs, *rows);
    if (route.kind == answer_kind::activity) co_return co_await answer_one(asked, *rows);
    if (route.kind == answer_kind::activities) {
        // A variable: GCC 12 destroys an aggregate that is made within a co_await twice.
        const activity_page shown{*rows, inputs->wanted.limit};
        co_return co_await answer_list(asked, shown, asked.request.path, inputs->query);
    }
    const auto document = postgres::json_of(*rows);
    if (!document) co_return answer_of(404, "not_found");
    const audience to = route.who == caller_rule::nobody ? audience::everybody
                        : asked.caller                   ? audience::caller
                                                         : audience::anybody;
    co_return read_answer({document->owner, document->bytes}, to);
}

// Every statement takes a caller whom an administrator has disabled for nobody. Only where it found nobody is
// it asked which of the two it is, so that all others pay nothing for it.
asio::awaitable<http::response> refusal_of(const call& asked, http::response unknown) {
    const std::array<postgres::parameter, 1> parameters{asked.caller};
    const auto rows =
        co_await asked.with.database.query(queries::hidden_caller, parameters, asked.with.options());
    if (rows && !rows->empty()) co_return answer_of(403, "generic_403");
    co_return unknown;
}

asio::awaitable<http::response> answer_to(const endpoint& route, call& asked) {
    const resources& with = asked.with;
    if (route.who != caller_rule::nobody) {
        auto caller = co_await with.callers.identify(asked.request);
        if (!caller) co_return answer_of(caller.error());
        if (!*caller && route.who == caller_rule::required) co_return answer_of(401, "generic_401");
        asked.caller = std::move(*caller);
    }
    if (asked.caller && route.rate != ground::rate_class::none && with.limiter != nullptr)
        if (const auto wait = with.limiter->take(route.rate, *asked.caller)) co_return too_many(*wait);
    if (route.coroutine != nullptr) co_return co_await route.coroutine(asked);
    co_return co_await run_statement(route, asked);
}

asio::awaitable<http::response> serve(const endpoint& route, const resources& with, http::request& from) {
    call asked{with, from, std::nullopt};
    auto answered = co_await answer_to(route, asked);
    if (answered.status != 401 || !asked.caller) co_return answered;
    co_return co_await refusal_of(asked, std::move(answered));
}

} // namespace

asio::awaitable<postgres::result<postgres::rows>> write(const call& asked, const postgres::statement& what,
                                                        std::span<const postgres::parameter> parameters) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    auto rows = co_await asked.with.database.query(what, parameters, asked.with.options());
    if (!rows && was_overtaken(rows.error()))
        rows = co_await asked.with.database.query(what, parameters, asked.with.options());
    co_return rows;
}

void add_endpoints(http::router& table, std::span<const endpoint> of, const resources& with) {
    for (const endpoint& each : of) {
        http::shortcut first;
        if (each.at_once != nullptr)
            first = [&each, &with](const http::request& from) { return each.at_once(with, from); };
        table.add(
            each.method, std::string{each.pattern},
            [&each, &with](http::request& from) { return serve(each, with, from); }, std::move(first),
            each.body_bytes_max);
    }
}

http::response outcome_answer(const postgres::rows& rows, bool reads) {
    if (rows.empty()) return answer_of(401, "generic_401");
    const auto status = static_cast<unsigned>(rows.int32(0, 0));
    const std::string_view body = rows.text(0, 1);
    if (status != 200) return answer_of(status, body);
    const http::body_bytes bytes{rows.owner(), body};
    return reads ? read_answer(bytes, audience::caller) : http::response::json(bytes);
}

std::string uuids_of(const activity_page& shown) {
    postgres::array_text all;
    for (std::size_t row = 0; row < shown.size(); ++row)
        all.add_uuid(shown.rows.uuid(row, 0));
    return std::string{all.close()};
}

http::response list_answer(const activity_page& shown, const caller_marks* caller, std::string_view path,
                           std::string_view query) {
    auto made = read_answer(http::body_bytes::of(list_json(shown.rows, shown.size(), caller)),
                            caller != nullptr ? audience::caller : audience::anybody);
    if (auto link = shown.link(path, query)) made.fields.emplace_back("Link", std::move(*link));
    return made;
}

asio::awaitable<postgres::result<std::optional<caller_marks>>> marks_of(const call& asked,
                                                                        const activity_page& shown) {
    // Of whom an empty list was read for nothing is known by it.
    if (shown.rows.empty() || !says_marks(shown.rows)) {
        const std::string uuids = uuids_of(shown);
        co_return co_await read_marks(asked.with, *asked.caller, uuids);
    }
    std::optional<caller_marks> marks;
    if (!shown.rows.is_null(0, shown.rows.columns() - 1)) {
        marks.emplace();
        marks->in_rows = true;
    }
    co_return marks;
}

asio::awaitable<http::response> answer_list(const call& asked, const activity_page& shown,
                                            std::string_view path, std::string_view query) {
    if (!asked.caller) co_return list_answer(shown, nullptr, path, query);
    const auto marks = co_await marks_of(asked, shown);
    if (!marks) co_return answer_of(marks.error());
    if (!*marks) co_return answer_of(401, "generic_401");
    co_return list_answer(shown, &**marks, path, query);
}

} // namespace cruddur::app::answer
