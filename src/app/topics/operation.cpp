#include "app/topics/operation.hpp"

#include "db/queries.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace cruddur::app::topics {

namespace asio = boost::asio;

namespace {

std::optional<http::response> health(const resources&, const http::request&) {
    return http::response::json({nullptr, R"({"success":true,"ver":1})"});
}

std::optional<http::response> configuration(const resources& with, const http::request&) {
    return http::response::json(with.configuration);
}

http::response not_ready(const postgres::error& failed) {
    spdlog::warn("Not ready: {}", failed.describe());
    const bool there = failed.sqlstate.starts_with("42"); // and not the tables, or not for us
    auto made = http::response::json({nullptr, there ? R"({"ready":false,"database":"incomplete"})"
                                                     : R"({"ready":false,"database":"unavailable"})"},
                                     503);
    made.fields.emplace_back("Retry-After", "1");
    return made;
}

// Ready to serve: the database answers, and soon. Says which part is not, and what fails in the background.
asio::awaitable<http::response> ready(call& asked) {
    constexpr std::chrono::milliseconds deadline{1'000};
    auto options = asked.with.options();
    options.timeout = std::min(deadline, options.timeout);
    const auto rows = co_await asked.with.database.query(queries::readiness, {}, options);
    if (!rows) co_return not_ready(rows.error());
    const bool standby = rows->boolean(0, 0);
    const bool hears = asked.with.snapshot.hears();
    std::string body = fmt::format(R"({{"ready":true,"database":"{}","listener":"{}")",
                                   standby ? "read_only" : "available", hears ? "up" : "down");
    std::string failing;
    for (const ground::task_report* task : asked.with.all_metrics.tasks())
        if (task->failing()) failing += fmt::format(R"({}"{}")", failing.empty() ? "" : ",", task->name());
    if (!failing.empty()) body += fmt::format(R"(,"failing":[{}])", failing);
    body += '}';
    co_return http::response::json(http::body_bytes::of(std::move(body)));
}

constexpr std::array<endpoint, 4> operation_topic{{
    {.method = http::verb::get,
     .pattern = "/api/configuration",
     .who = caller_rule::nobody,
     .at_once = configuration},
    {.method = http::verb::get,
     .pattern = "/api/health-check",
     .who = caller_rule::nobody,
     .at_once = health},
    {.method = http::verb::get, .pattern = "/livez", .who = caller_rule::nobody, .at_once = health},
    {.method = http::verb::get, .pattern = "/readyz", .who = caller_rule::nobody, .coroutine = ready},
}};

} // namespace

std::span<const endpoint> operation_endpoints() {
    return operation_topic;
}

} // namespace cruddur::app::topics
