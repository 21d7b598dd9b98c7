#include "app/topics/profiles.hpp"

#include "app/answer/batch_writer.hpp"
#include "db/queries.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <array>
#include <string>
#include <vector>

namespace cruddur::app::topics {

namespace asio = boost::asio;

namespace {

using profile_result = postgres::result<postgres::rows>;

asio::awaitable<profile_result> read_profile(const call& asked, std::string_view handle) {
    const std::array<postgres::parameter, 2> parameters{asked.caller, handle};
    co_return co_await asked.with.database.query(queries::show_profile, parameters, asked.with.options());
}

http::response page_answer(const call& asked, std::string_view profile, const answer::activity_page& shown,
                           const answer::caller_marks* marks) {
    std::string body = R"({"profile":)";
    body.append(profile).append(R"(,"activities":)");
    body += answer::list_json(shown.rows, shown.size(), marks);
    body += '}';
    auto made = answer::read_answer(http::body_bytes::of(std::move(body)),
                                    marks != nullptr ? answer::audience::caller : answer::audience::anybody);
    if (auto link = shown.link(asked.request.path, "")) made.fields.emplace_back("Link", std::move(*link));
    return made;
}

// A profile and the newest posts of its person.
asio::awaitable<http::response> show(call& asked) {
    const std::string& handle = asked.request.parameters.at(0);
    if (!input::may_be_handle(handle)) co_return answer_of(404, "not_found");
    const auto wanted = input::page_of(asked.request);
    if (!wanted) co_return answer_of(wanted.error());
    const auto profile = co_await read_profile(asked, handle);
    if (!profile) co_return answer_of(profile.error());
    if (profile->empty() || profile->int32(0, 0) != 200) co_return answer::outcome_answer(*profile, true);

    const auto texts = wanted->parameters();
    std::vector<postgres::parameter> parameters{asked.caller};
    parameters.insert(parameters.end(), texts.begin(), texts.end());
    parameters.emplace_back(handle);
    const auto posts =
        co_await asked.with.database.query(queries::person_posts, parameters, asked.with.options());
    if (!posts) co_return answer_of(posts.error());
    const answer::activity_page shown{*posts, wanted->limit};
    const std::string_view described = profile->text(0, 1);
    if (!asked.caller) co_return page_answer(asked, described, shown, nullptr);
    const auto marks = co_await answer::marks_of(asked, shown);
    if (!marks) co_return answer_of(marks.error());
    if (!*marks) co_return answer_of(401, "generic_401");
    co_return page_answer(asked, described, shown, &**marks);
}

// The profile as the caller sees it once that was written.
asio::awaitable<http::response> changed_profile(const call& asked, std::string_view handle) {
    const auto profile = co_await read_profile(asked, handle);
    if (!profile) co_return answer_of(profile.error());
    co_return answer::outcome_answer(*profile, false);
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
