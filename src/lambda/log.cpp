#include "lambda/log.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <unistd.h>

#include <array>
#include <chrono>

namespace cruddur::lambda {

namespace {

constexpr std::array<std::string_view, 3> severity_names{"INFO", "WARN", "ERROR"};

struct {
    std::string request_id;
    std::string trace_id;
} current_scope;

std::string now() {
    const auto at = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(at)),
                       at.time_since_epoch().count() % 1'000);
}

} // namespace

void log(severity level, std::string_view message,
         const std::vector<std::pair<std::string_view, std::string>>& details) {
    boost::json::object line{{"timestamp", now()},
                             {"level", severity_names.at(static_cast<std::size_t>(level))},
                             {"message", message}};
    if (!current_scope.request_id.empty()) line["requestId"] = current_scope.request_id;
    if (!current_scope.trace_id.empty()) line["traceId"] = current_scope.trace_id;
    for (const auto& [name, value] : details)
        line[name] = value;
    const std::string text = boost::json::serialize(line) + "\n";
    // One write a line: what another process of the same pipe writes stays outside of it.
    if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) return;
}

log_scope::log_scope(const std::string& request_id, const std::string& trace_id) {
    current_scope.request_id = request_id;
    current_scope.trace_id = trace_id;
}

log_scope::~log_scope() {
    current_scope = {};
}

} // namespace cruddur::lambda
