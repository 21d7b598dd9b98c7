#pragma once

#include "http/server.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::app::door {

// How log lines look: for a person, or one JSON object a line for whatever collects them.
enum class log_format { human, json };

// Sends spdlog's lines to standard error, from a thread of its own: a logger never waits for a slow terminal;
// beyond 8,192 lines the oldest are lost, as are those that a full pipe does not take. Call it once, before
// the threads begin; flush_logs() at the end.
void set_up_logs(log_format format);
void flush_logs();

// A message with fields, which set_up_logs' formats render as such. Numbers are written as they come.
struct log_field {
    std::string_view name;
    std::string value;
    bool number = false;
};
[[nodiscard]] std::string with_fields(std::string_view message, const std::vector<log_field>& fields);
// One line of each format, without the line's end: for tests and for set_up_logs.
[[nodiscard]] std::string render_line(log_format format, std::chrono::system_clock::time_point at,
                                      std::string_view level, std::string_view message);

// What is logged of the requests of one event loop: failures of ours (5xx) and slow ones, as warnings, at
// most ten a second; every one at info when asked to. Never a query, a body or a token.
class request_log {
public:
    request_log(std::chrono::milliseconds slow, bool every);
    void observe(const http::exchange& finished);

private:
    bool may_warn();

    std::chrono::nanoseconds slow_;
    bool every_;
    std::chrono::steady_clock::time_point second_;
    unsigned in_second_ = 0;
    std::uint64_t left_out_ = 0;
};

} // namespace cruddur::app::door
