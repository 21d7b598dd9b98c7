#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cruddur::app::input {

// Pieces of JSON, appended to `out`. Strings are UTF-8 and pass as they are; what JSON wants escaped is
// written as PostgreSQL's to_json writes it.
void append_json(std::string& out, std::string_view text);
// 16 bytes as 8-4-4-4-12 hexadecimal digits, without quotes.
void append_uuid(std::string& out, std::string_view uuid);
// Since 1970, as RFC 3339 in UTC with microseconds, without quotes: "2026-11-30T14:08:36.153980Z". What lies
// beyond the years that have four digits is written as the first or the last of them.
void append_time(std::string& out, std::chrono::microseconds since_1970);

// A member; the name has its comma and its colon: R"(,"size":)".
void append_count(std::string& out, std::string_view name, std::int64_t value);
void append_flag(std::string& out, std::string_view name, bool value);

} // namespace cruddur::app::input
