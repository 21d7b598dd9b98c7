#include "app/answer/endpoint.hpp"

#include "app/answer/mark_reader.hpp"
#include "postgres/array_text.hpp"

namespace cruddur::app::answer {

namespace asio = boost::asio;

namespace {

asio::awaitable<http::response> answer_one(const call& asked, const postgres::rows& rows) {
    if (!asked.caller) {
        if (rows.empty()) co_return answer_of(404, "not_found");
        co_return read_answer(http::body_bytes::of(activity_json(rows, 0, nullptr)), audience::anybody);
    }
    const std::string uuids = uuids_of({rows, 1});
    const auto marks = co_await asked.with.marks->read(*asked.caller, uuids);
    if (!marks) co_return answer_of(marks.error());
    if (!*marks) co_return answer_of(401, "generic_401");
    if (rows.empty()) co_return answer_of(404, "not_found");
    co_return read_answer(http::body_bytes::of(activity_json(rows, 0, &**marks)), audience::caller);
}

asio::awaitable<http::response> run_statement(const endpoint& route, const call& asked) {
    const auto inputs = route.inputs(asked.request);
    if (!inputs) co_return answer_of(inputs.error());
    const std::vector<postgres::parameter> parameters(inputs->parameters.begin(), inputs->parameters.end());
    postgres::client& client = route.slow ? asked.with.searches : asked.with.database;
    const auto rows = co_await client.query(*route.statement, parameters, asked.with.options());
    if (!rows) co_return answer_of(rows.error());
    if (route.kind == answer_kind::activity) co_return co_await answer_one(asked, *rows);
    if (route.kind == answer_kind::activities) {
        // A variable: GCC 12 destroys an aggregate that is made within a co_await twice.
        const activity_page shown{*rows, inputs->wanted.limit};
        co_return co_await answer_list(asked, shown, route.pattern, inputs->query);
    }
    const auto document = postgres::json_of(*rows);
    if (!document) co_return answer_of(404, "not_found");
    co_return read_answer({document->owner, document->bytes},
                          route.who == caller_rule::nobody ? audience::everybody : audience::caller);
}

asio::awaitable<http::response> serve(const endpoint& route, const resources& with, http::request& from) {
    call asked{with, from, std::nullopt};
    if (route.who != caller_rule::nobody) {
        auto caller = co_await with.callers.identify(from);
        if (!caller) co_return answer_of(caller.error());
        if (!*caller && route.who == caller_rule::required) co_return answer_of(401, "generic_401");
        asked.caller = std::move(*caller);
    }
    if (route.coroutine != nullptr) co_return co_await route.coroutine(asked);
    co_return co_await run_statement(route, asked);
}

} // namespace

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

asio::awaitable<http::response> answer_list(const call& asked, const activity_page& shown,
                                            std::string_view path, std::string_view query) {
    if (!asked.caller) co_return list_answer(shown, nullptr, path, query);
    const std::string uuids = uuids_of(shown);
    const auto marks = co_await asked.with.marks->read(*asked.caller, uuids);
    if (!marks) co_return answer_of(marks.error());
    if (!*marks) co_return answer_of(401, "generic_401");
    co_return list_answer(shown, &**marks, path, query);
}

} // namespace cruddur::app::answer
