#pragma once

#include "cloud/ground/state.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cruddur::cloud::logs {

[[nodiscard]] ground::service_migrations log_migrations();

struct log_line {
    std::int64_t timestamp_ms = 0;
    std::string message;
};

// How much of all logs is kept: the oldest lines go first.
inline constexpr std::int64_t log_lines_max = 200'000;
inline constexpr std::size_t log_line_bytes_max = 1024UL * 1024;

// Makes the group or stream where it is not there. In the caller's transaction.
void ensure_log_group(ground::state& db, const std::string& region, const std::string& group,
                      std::int64_t now_ms);
void ensure_log_stream(ground::state& db, const std::string& region, const std::string& group,
                       const std::string& stream, std::int64_t now_ms);
[[nodiscard]] bool has_log_group(ground::state& db, const std::string& region, const std::string& group);
// Appends to a stream that is there, and forgets what is beyond log_lines_max or the group's retention. In
// the caller's transaction.
void append_log(ground::state& db, const std::string& region, const std::string& group,
                const std::string& stream, std::span<const log_line> lines, std::int64_t now_ms);

// CloudWatch Logs' pattern of words: every plain word or "phrase" is in the message, no -word is, and at
// least one of the ?words where there are any. Empty matches everything.
[[nodiscard]] bool matches_log_pattern(std::string_view pattern, std::string_view message);

} // namespace cruddur::cloud::logs
