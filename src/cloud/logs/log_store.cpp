#include "cloud/logs/log_store.hpp"

#include "cloud/ground/state.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cruddur::cloud::logs {

namespace {

struct term {
    char kind = ' '; // '-' must not be there, '?' is one of several
    std::string_view text;
};

// Takes the next term off; an empty text at the end.
term next_term(std::string_view& left) {
    const std::size_t begin = left.find_first_not_of(' ');
    if (begin == std::string_view::npos) return {};
    left.remove_prefix(begin);
    term out;
    if (left.front() == '-' || left.front() == '?') {
        out.kind = left.front();
        left.remove_prefix(1);
    }
    const bool quoted = left.starts_with('"');
    if (quoted) left.remove_prefix(1);
    const std::size_t end = std::min(left.find(quoted ? '"' : ' '), left.size());
    out.text = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    return out;
}

} // namespace

void ensure_log_group(ground::state& db, const std::string& region, const std::string& group,
                      std::int64_t now_ms) {
    db.run("insert into log_group (region, name, created_ms) values (?, ?, ?) on conflict do nothing", region,
           group, now_ms);
}

void ensure_log_stream(ground::state& db, const std::string& region, const std::string& group,
                       const std::string& stream, std::int64_t now_ms) {
    ensure_log_group(db, region, group, now_ms);
    db.run("insert into log_stream (region, group_name, name, created_ms) values (?, ?, ?, ?) "
           "on conflict do nothing",
           region, group, stream, now_ms);
}

bool has_log_group(ground::state& db, const std::string& region, const std::string& group) {
    return db.query("select 1 from log_group where region = ? and name = ?", region, group).next();
}

void append_log(ground::state& db, const std::string& region, const std::string& group,
                const std::string& stream, std::span<const log_line> lines, std::int64_t now_ms) {
    for (const log_line& one : lines) {
        db.run("insert into log_event (region, group_name, stream_name, timestamp_ms, ingested_ms, message) "
               "values (?, ?, ?, ?, ?, ?)",
               region, group, stream, one.timestamp_ms, now_ms,
               std::string_view{one.message}.substr(0, log_line_bytes_max));
    }
    db.run("delete from log_event where id <= (select max(id) from log_event) - ?", log_lines_max);
    db.run("delete from log_event where region = ?1 and group_name = ?2 and timestamp_ms < ?3 - 86400000 * "
           "(select retention_days from log_group where region = ?1 and name = ?2)",
           region, group, now_ms);
}

bool matches_log_pattern(std::string_view pattern, std::string_view message) {
    bool any_wanted = false;
    bool any_found = false;
    for (term one = next_term(pattern); !one.text.empty(); one = next_term(pattern)) {
        const bool found = message.find(one.text) != std::string_view::npos;
        if (one.kind == '?') {
            any_wanted = true;
            any_found = any_found || found;
        } else if (found == (one.kind == '-')) {
            return false;
        }
    }
    return !any_wanted || any_found;
}

} // namespace cruddur::cloud::logs
