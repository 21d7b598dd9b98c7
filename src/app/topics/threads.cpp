#include "app/topics/threads.hpp"

#include "app/answer/shared_reader.hpp"
#include "app/input/json_text.hpp"
#include "db/queries.hpp"

#include <array>

namespace cruddur::app::topics {

namespace asio = boost::asio;

namespace {

// Each caller asks for another, or with others for the one that is talked of.
constexpr auto shared_threads = answer::shared_by_subjects(queries::show_thread);

// The first row, and up to `limit` of the others.
http::response thread_answer(const call& asked, const postgres::rows& rows, unsigned limit,
                             const answer::caller_marks* marks) {
    const std::size_t shown = std::min<std::size_t>(rows.size() - 1, limit);
    std::string body = R"({"activity":)";
    answer::append_activity(body, answer::activity_of(rows, 0), marks);
    body += R"(,"replies":)";
    answer::append_list(body, rows, 1, shown, marks);
    body += '}';
    auto made = answer::read_answer(http::body_bytes::of(std::move(body)),
                                    marks != nullptr ? answer::audience::caller : answer::audience::anybody);
    if (rows.size() - 1 > limit)
        made.fields.emplace_back(
            "Link", answer::next_link(asked.request.path, "", limit, answer::place_of(rows, shown)));
    return made;
}

asio::awaitable<http::response> thread(call& asked) {
    const auto& named = asked.request.parameters;
    if (!input::may_be_handle(named.at(0)) || !input::is_uuid(named.at(1)))
        co_return answer_of(404, "not_found");
    const auto wanted = input::page_of(asked.request);
    if (!wanted) co_return answer_of(wanted.error());
    const std::string limit = std::to_string(wanted->limit);
    // Before the first of them stands no reply.
    const std::string after = wanted->after ? wanted->after->created_at() : "-infinity";
    const std::string uuid = wanted->after ? wanted->after->uuid : "00000000-0000-0000-0000-000000000000";
    const std::array<postgres::parameter, 3> others{limit, after, uuid};
    const std::string which = named[1] + named[0];
    const auto rows = co_await asked.with.lists->read(shared_threads, asked.caller, others, which);
    if (!rows) co_return answer_of(rows.error());
    std::optional<answer::caller_marks> marks;
    if (asked.caller) {
        const answer::activity_page shown{*rows, wanted->limit + 1};
        auto read = co_await answer::marks_of(asked, shown);
        if (!read) co_return answer_of(read.error());
        if (!*read) co_return answer_of(401, "generic_401");
        marks = std::move(*read);
    }
    if (rows->empty()) co_return answer_of(404, "not_found");
    co_return thread_answer(asked, *rows, wanted->limit, marks ? &*marks : nullptr);
}

constexpr std::array<endpoint, 1> thread_topic{{
    {.method = http::verb::get,
     .pattern = "/api/activities/@:handle/status/:uuid",
     .who = caller_rule::anybody,
     .coroutine = thread},
}};

} // namespace

std::span<const endpoint> thread_endpoints() {
    return thread_topic;
}

} // namespace cruddur::app::topics
