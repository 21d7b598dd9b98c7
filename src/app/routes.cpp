#include "app/routes.hpp"

#include "app/activities.hpp"
#include "app/error_response.hpp"
#include "app/service.hpp"
#include "app/users.hpp"
#include "db/queries.hpp"
#include "http/static_files.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <spdlog/spdlog.h>

namespace cruddur::app {

namespace asio = boost::asio;
using http::verb;

namespace {

http::response fixed(std::string_view json) {
    return http::response::json({nullptr, json});
}

std::optional<http::response> health(const http::request&) {
    return fixed(R"({"success":true,"ver":1})");
}

// Ready to serve: the database answers, and soon. Says which part is not, and what fails in the background.
asio::awaitable<http::response> ready(const context& with) {
    constexpr std::chrono::milliseconds deadline{1'000};
    const postgres::query_options options{std::min(deadline, with.query_timeout)};
    const auto rows = co_await with.database.query(queries::readiness, {}, options);
    if (!rows) {
        spdlog::warn("Not ready: {}", rows.error().describe());
        const bool there = rows.error().sqlstate.starts_with("42"); // and not the tables, or not for us
        auto answer =
            http::response::json(http::body_bytes::of(fmt::format(R"({{"ready":false,"database":"{}"}})",
                                                                  there ? "incomplete" : "unavailable")),
                                 503);
        answer.fields.emplace_back("Retry-After", "1");
        co_return answer;
    }
    const bool standby = rows->get(0, 0) == "t";
    const bool hears = with.snapshot.hears();
    std::string body = fmt::format(R"({{"ready":true,"database":"{}","listener":"{}")",
                                   standby ? "read_only" : "available", hears ? "up" : "down");
    std::string failing;
    for (const task_report* task : with.all_metrics.tasks())
        if (task->failing()) failing += fmt::format(R"({}"{}")", failing.empty() ? "" : ",", task->name());
    if (!failing.empty()) body += fmt::format(R"(,"failing":[{}])", failing);
    body += '}';
    co_return http::response::json(http::body_bytes::of(std::move(body)));
}

// What the page has to know of its surroundings: nothing of it is secret.
std::string configuration_of(const user_pool& sign_in) {
    boost::json::value pool; // null
    if (!sign_in.id.empty()) {
        pool = {{"region", sign_in.region},
                {"id", sign_in.id},
                {"client_id", sign_in.client_id},
                {"endpoint", sign_in.endpoint}};
    }
    return boost::json::serialize(boost::json::object{{"user_pool", std::move(pool)}});
}

// For a route that its shortcut always answers.
asio::awaitable<http::response> never(http::request&) {
    co_return answer_of(500, "generic_500");
}

} // namespace

std::shared_ptr<const http::router> make_routes(const context& with, home& feed,
                                                std::span<const http::static_file> page,
                                                const user_pool& sign_in) {
    auto table = std::make_shared<http::router>();
    table->fallback(http::serve_static(page, sign_in.endpoint));
    table->add(verb::get, "/api/configuration", never,
               [body = http::body_bytes::of(configuration_of(sign_in))](const http::request&) {
                   return std::optional{http::response::json(body)};
               });
    table->add(verb::get, "/api/health-check", never, health);
    table->add(verb::get, "/livez", never, health);
    table->add(verb::get, "/readyz", [&with](http::request&) { return ready(with); });
    table->add(
        verb::get, std::string{home::path}, [&feed](http::request& from) { return feed.answer(from); },
        [&feed](const http::request& from) { return feed.finished(from); });
    table->add(verb::get, "/api/activities/search",
               [&with](http::request& from) { return search_activities(with, from); });
    table->add(verb::get, "/api/activities/:uuid",
               [&with](http::request& from) { return show_activity(with, from); });
    table->add(verb::post, "/api/activities",
               [&with](http::request& from) { return create_activity(with, from); });
    table->add(verb::get, "/api/users/@:handle/short",
               [&with](http::request& from) { return show_user_short(with, from); });
    return table;
}

std::shared_ptr<const http::router> make_metrics_routes(const metrics_collector& all) {
    auto table = std::make_shared<http::router>();
    table->add(verb::get, "/metrics", never, [&all](const http::request&) {
        http::response made;
        made.content_type = "text/plain; version=0.0.4; charset=utf-8";
        made.body = http::body_bytes::of(all.text());
        return std::optional{std::move(made)};
    });
    return table;
}

} // namespace cruddur::app
