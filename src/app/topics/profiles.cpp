#include "app/topics/profiles.hpp"

#include "app/answer/batch_writer.hpp"
#include "app/answer/shared_reader.hpp"
#include "app/input/json_text.hpp"
#include "db/queries.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>
#include <string>
#include <vector>

namespace cruddur::app::topics {

namespace asio = boost::asio;

namespace {

// Of the first row of profile_page, beside an activity's columns. The others are posts.
enum profile_column : std::size_t {
    known = answer::activity::columns,
    bio,
    cruds_count,
    followers_count,
    following_count,
    followed,
    follows_you,
    muted,
    blocked
};

// Each caller asks for another.
constexpr auto shared_profiles = answer::shared_by_subjects(queries::profile_page);

asio::awaitable<postgres::result<postgres::rows>> read_page(const call& asked, std::string_view handle,
                                                            const answer::page& wanted) {
    const auto place = wanted.parameters();
    const std::array<postgres::parameter, 3> others{place[0], place[1], place[2]};
    co_return co_await asked.with.lists->read(shared_profiles, asked.caller, others, handle);
}

// nullopt: there is such a person, and the caller is somebody or nobody.
std::optional<http::response> refusal_of(const postgres::rows& rows) {
    if (!rows.boolean(0, known)) return answer_of(401, "generic_401");
    if (rows.is_null(0, 0)) return answer_of(404, "not_found");
    return std::nullopt;
}

// The person of the first row, with what stands between them and the caller where there is one.
std::string profile_json(const postgres::rows& rows, bool with_caller) {
    std::string out = R"({"uuid":")";
    input::append_uuid(out, rows.uuid(0, 0));
    out += R"(","handle":)";
    input::append_json(out, rows.text(0, 2));
    out += R"(,"display_name":)";
    input::append_json(out, rows.text(0, 1));
    out += R"(,"bio":)";
    if (rows.is_null(0, bio))
        out += "null";
    else
        input::append_json(out, rows.text(0, bio));
    input::append_count(out, R"(,"cruds_count":)", rows.int32(0, cruds_count));
    input::append_count(out, R"(,"followers_count":)", rows.int32(0, followers_count));
    input::append_count(out, R"(,"following_count":)", rows.int32(0, following_count));
    if (with_caller) {
        input::append_flag(out, R"(,"followed":)", rows.boolean(0, followed));
        input::append_flag(out, R"(,"follows_you":)", rows.boolean(0, follows_you));
        input::append_flag(out, R"(,"muted":)", rows.boolean(0, muted));
        input::append_flag(out, R"(,"blocked":)", rows.boolean(0, blocked));
    }
    out += '}';
    return out;
}

// A profile and the newest posts of its person.
asio::awaitable<http::response> show(call& asked) {
    const std::string& handle = asked.request.parameters.at(0);
    if (!input::may_be_handle(handle)) co_return answer_of(404, "not_found");
    const auto wanted = input::page_of(asked.request);
    if (!wanted) co_return answer_of(wanted.error());
    const auto rows = co_await read_page(asked, handle, *wanted);
    if (!rows) co_return answer_of(rows.error());
    if (auto refusal = refusal_of(*rows)) co_return std::move(*refusal);

    answer::caller_marks marks;
    marks.in_rows = true;
    const bool with_caller = asked.caller.has_value();
    const std::size_t shown = std::min<std::size_t>(rows->size() - 1, wanted->limit);
    std::string body = R"({"profile":)" + profile_json(*rows, with_caller) + R"(,"activities":)";
    answer::append_list(body, *rows, 1, shown, with_caller ? &marks : nullptr);
    body += '}';
    auto made = answer::read_answer(http::body_bytes::of(std::move(body)),
                                    with_caller ? answer::audience::caller : answer::audience::anybody);
    if (rows->size() - 1 > wanted->limit)
        made.fields.emplace_back(
            "Link", answer::next_link(asked.request.path, "", wanted->limit, answer::place_of(*rows, shown)));
    co_return made;
}

// The profile as the caller sees it once that was written.
asio::awaitable<http::response> changed_profile(const call& asked, std::string_view handle) {
    answer::page no_posts;
    no_posts.limit = 0;
    const auto rows = co_await read_page(asked, handle, no_posts);
    if (!rows) co_return answer_of(rows.error());
    if (auto refusal = refusal_of(*rows)) co_return std::move(*refusal);
    co_return http::response::json(http::body_bytes::of(profile_json(*rows, true)));
}

// What stands between the caller and another: the statement writes it.
template<const postgres::statement& Change>
asio::awaitable<http::response> change(call& asked) {
    const std::string& handle = asked.request.parameters.at(0);
    if (!input::may_be_handle(handle)) co_return answer_of(404, "not_found");
    const std::array<postgres::parameter, 2> parameters{asked.caller, handle};
    const auto outcome = co_await answer::write(asked, Change, parameters);
    if (!outcome) co_return answer_of(outcome.error());
    if (outcome->empty() || outcome->int32(0, 0) != 200) co_return answer::outcome_answer(*outcome, false);
    co_return co_await changed_profile(asked, handle);
}

// Many who follow at the same time share a statement.
template<const postgres::statement& Change>
asio::awaitable<http::response> follow(call& asked) {
    const std::string& handle = asked.request.parameters.at(0);
    if (!input::may_be_handle(handle)) co_return answer_of(404, "not_found");
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    std::vector<std::string> inputs{*asked.caller, handle};
    const auto written = co_await asked.with.follows->write(Change, std::move(inputs));
    if (!written) co_return answer_of(written.error());
    if (!*written) co_return answer_of(401, "generic_401");
    const auto& [rows, row] = **written;
    const auto status = static_cast<unsigned>(rows.int32(row, 0));
    if (status != 200) co_return answer_of(status, rows.text(row, 1));
    co_return co_await changed_profile(asked, handle);
}

asio::awaitable<http::response> update(call& asked) {
    const auto members = input::json_members_of(asked.request);
    if (!members) co_return answer_of(members.error());
    const auto text = input::profile_text_of(*members);
    if (!text) co_return answer_of(text.error());
    const std::string bio = text->bio.value_or("");
    const std::array<postgres::parameter, 4> parameters{asked.caller, text->display_name, bio,
                                                        text->bio ? "true" : "false"};
    const auto written = co_await answer::write(asked, queries::update_profile, parameters);
    if (written ? !written->empty() : written.error().sent) asked.with.committed(); // posts show the name
    if (!written) co_return answer_of(written.error());
    if (written->empty()) co_return answer_of(401, "generic_401");
    co_return co_await changed_profile(asked, written->text(0, 0));
}

constexpr std::array<endpoint, 9> profile_topic{{
    {.method = http::verb::get,
     .pattern = "/api/activities/@:handle",
     .who = caller_rule::anybody,
     .coroutine = show},
    {.method = http::verb::put,
     .pattern = "/api/users/@:handle/follow",
     .who = caller_rule::required,
     .rate = rate_class::reaction,
     .coroutine = follow<queries::add_follows>},
    {.method = http::verb::delete_,
     .pattern = "/api/users/@:handle/follow",
     .who = caller_rule::required,
     .rate = rate_class::reaction,
     .coroutine = follow<queries::remove_follows>},
    {.method = http::verb::put,
     .pattern = "/api/users/@:handle/mute",
     .who = caller_rule::required,
     .rate = rate_class::reaction,
     .coroutine = change<queries::mute_user>},
    {.method = http::verb::delete_,
     .pattern = "/api/users/@:handle/mute",
     .who = caller_rule::required,
     .rate = rate_class::reaction,
     .coroutine = change<queries::unmute_user>},
    {.method = http::verb::put,
     .pattern = "/api/users/@:handle/block",
     .who = caller_rule::required,
     .rate = rate_class::reaction,
     .coroutine = change<queries::block_user>},
    {.method = http::verb::delete_,
     .pattern = "/api/users/@:handle/block",
     .who = caller_rule::required,
     .rate = rate_class::reaction,
     .coroutine = change<queries::unblock_user>},
    {.method = http::verb::put,
     .pattern = "/api/profile/update",
     .who = caller_rule::required,
     .coroutine = update},
    {.method = http::verb::post,
     .pattern = "/api/profile/update",
     .who = caller_rule::required,
     .coroutine = update},
}};

} // namespace

std::span<const endpoint> profile_endpoints() {
    return profile_topic;
}

} // namespace cruddur::app::topics
