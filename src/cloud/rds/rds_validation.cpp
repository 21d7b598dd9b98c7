#include "cloud/rds/rds_validation.hpp"

#include "cloud/ground/refusal.hpp"
#include "cloud/ground/regions.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

namespace cruddur::cloud::rds {

namespace {

constexpr std::size_t identifier_characters_max = 63;
constexpr std::size_t snapshot_characters_max = 255;
constexpr std::size_t password_characters_min = 8;
constexpr std::size_t password_characters_max = 128;
constexpr std::int64_t port_min = 1'150;
constexpr std::int64_t port_max = 65'535;
constexpr int window_minutes_min = 30;
constexpr int day_minutes = 24 * 60;
constexpr std::array<std::string_view, 7> days = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

[[noreturn]] void invalid(std::string message) {
    throw ground::refusal{"InvalidParameterValue", std::move(message)};
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The engine's own roles, and the words that PostgreSQL's grammar reserves.
constexpr std::array<std::string_view, 84> reserved = {"admin",
                                                       "rdsadmin",
                                                       "rds_superuser",
                                                       "rdsrepladmin",
                                                       "all",
                                                       "analyse",
                                                       "analyze",
                                                       "and",
                                                       "any",
                                                       "array",
                                                       "as",
                                                       "asc",
                                                       "asymmetric",
                                                       "both",
                                                       "case",
                                                       "cast",
                                                       "check",
                                                       "collate",
                                                       "column",
                                                       "constraint",
                                                       "create",
                                                       "current_date",
                                                       "current_role",
                                                       "current_time",
                                                       "current_user",
                                                       "default",
                                                       "deferrable",
                                                       "desc",
                                                       "distinct",
                                                       "do",
                                                       "else",
                                                       "end",
                                                       "except",
                                                       "false",
                                                       "fetch",
                                                       "for",
                                                       "foreign",
                                                       "from",
                                                       "grant",
                                                       "group",
                                                       "having",
                                                       "in",
                                                       "initially",
                                                       "intersect",
                                                       "into",
                                                       "lateral",
                                                       "leading",
                                                       "limit",
                                                       "localtime",
                                                       "localtimestamp",
                                                       "not",
                                                       "null",
                                                       "offset",
                                                       "on",
                                                       "only",
                                                       "or",
                                                       "order",
                                                       "placing",
                                                       "primary",
                                                       "public",
                                                       "references",
                                                       "returning",
                                                       "select",
                                                       "session_user",
                                                       "some",
                                                       "symmetric",
                                                       "table",
                                                       "template0",
                                                       "template1",
                                                       "then",
                                                       "to",
                                                       "trailing",
                                                       "true",
                                                       "union",
                                                       "unique",
                                                       "user",
                                                       "using",
                                                       "variadic",
                                                       "when",
                                                       "where",
                                                       "window",
                                                       "with",
                                                       "none",
                                                       "current_timestamp"};

// A name that SQL can say without quotes.
bool is_plain_name(std::string_view text, bool may_begin_with_underscore) {
    return !text.empty() && text.size() <= identifier_characters_max &&
           (is_letter(text[0]) || (may_begin_with_underscore && text[0] == '_')) &&
           std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_reserved(const std::string& name) {
    const std::string lower = boost::algorithm::to_lower_copy(name);
    return lower.starts_with("pg_") || lower.starts_with("rds_") ||
           std::ranges::find(reserved, lower) != reserved.end();
}

// "05:30" in minutes.
std::optional<int> minutes_of(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    for (const std::size_t at : {0U, 1U, 3U, 4U}) {
        if (!is_digit(text[at])) return std::nullopt;
    }
    const int hours = (text[0] - '0') * 10 + text[1] - '0';
    const int minutes = (text[3] - '0') * 10 + text[4] - '0';
    if (hours > 23 || minutes > 59) return std::nullopt;
    return hours * 60 + minutes;
}

// "sun:05:30" in minutes of the week.
std::optional<int> week_minutes_of(std::string_view text) {
    if (text.size() != 9 || text[3] != ':') return std::nullopt;
    const auto day = std::ranges::find(days, text.substr(0, 3));
    const auto time = minutes_of(text.substr(4));
    if (day == days.end() || !time) return std::nullopt;
    return static_cast<int>(day - days.begin()) * day_minutes + *time;
}

// Whether the window is at least half an hour, over the turn of the day or the week as well.
bool is_long_enough(int begin, int end, int turn) {
    return (end - begin + turn) % turn >= window_minutes_min;
}

} // namespace

std::string checked_identifier(std::string_view parameter, const std::string& sent) {
    const std::size_t length_max = parameter.find("Snapshot") == std::string_view::npos &&
                                           parameter.find("Group") == std::string_view::npos
                                       ? identifier_characters_max
                                       : snapshot_characters_max;
    const bool valid =
        !sent.empty() && sent.size() <= length_max && is_letter(sent[0]) && sent.back() != '-' &&
        sent.find("--") == std::string::npos &&
        std::ranges::all_of(sent, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
    if (!valid) {
        invalid(fmt::format("The parameter {} is not a valid identifier. Identifiers must begin with a "
                            "letter; must contain only ASCII letters, digits, and hyphens; must not end "
                            "with a hyphen or contain two consecutive hyphens; and have at most {} "
                            "characters.",
                            parameter, length_max));
    }
    return boost::algorithm::to_lower_copy(sent);
}

void check_master_username(const std::string& sent) {
    if (!is_plain_name(sent, false)) {
        invalid("The parameter MasterUsername is not valid. It must have 1 to 63 letters, numbers or "
                "underscores, and begin with a letter.");
    }
    if (is_reserved(sent)) {
        invalid(fmt::format("MasterUsername {} cannot be used as it is a reserved word used by the engine",
                            sent));
    }
}

void check_master_password(const std::string& sent) {
    if (sent.size() < password_characters_min) {
        invalid(fmt::format("The parameter MasterUserPassword is not a valid password because it is "
                            "shorter than {} characters.",
                            password_characters_min));
    }
    if (sent.size() > password_characters_max) {
        invalid(fmt::format("The parameter MasterUserPassword is not a valid password because it is "
                            "longer than {} characters.",
                            password_characters_max));
    }
    if (!std::ranges::all_of(sent, [](char c) {
            return c > ' ' && c < '\x7f' && std::string_view{"/@\""}.find(c) == std::string_view::npos;
        })) {
        invalid("The parameter MasterUserPassword is not a valid password. Only printable ASCII characters "
                "besides '/', '@', '\"', ' ' may be used.");
    }
}

void check_database_name(const std::string& sent) {
    if (!is_plain_name(sent, true)) {
        invalid("The parameter DBName is not valid. It must have 1 to 63 letters, numbers or underscores, "
                "and begin with a letter or an underscore.");
    }
    if (is_reserved(sent)) {
        invalid(fmt::format("DBName {} cannot be used as it is a reserved word used by the engine", sent));
    }
}

void check_port(std::int64_t port) {
    if (port < port_min || port > port_max) {
        invalid(
            fmt::format("Invalid database port: {}. Must be between {} and {}.", port, port_min, port_max));
    }
}

void check_retention(std::int64_t days_kept) {
    constexpr std::int64_t most = 35;
    if (days_kept < 0 || days_kept > most) {
        invalid(fmt::format("Invalid backup retention period: {}. Must be between 0 and {} days.", days_kept,
                            most));
    }
}

void check_performance_insights_retention(std::int64_t days_kept) {
    constexpr std::int64_t month = 31;
    constexpr std::int64_t months_max = 23;
    const bool whole_months = days_kept > 0 && days_kept % month == 0 && days_kept / month <= months_max;
    if (days_kept != 7 && days_kept != 731 && !whole_months) {
        invalid(fmt::format("Invalid Performance Insights retention period: {}. Valid values are 7, a "
                            "multiple of 31 up to 713, and 731.",
                            days_kept));
    }
}

void check_backup_window(const std::string& sent) {
    const auto begin = minutes_of(std::string_view{sent}.substr(0, 5));
    const auto end =
        sent.size() == 11 && sent[5] == '-' ? minutes_of(std::string_view{sent}.substr(6)) : std::nullopt;
    if (!begin || !end || !is_long_enough(*begin, *end, day_minutes)) {
        invalid(fmt::format("Invalid backup window: {}. It must be hh24:mi-hh24:mi in UTC, of at least 30 "
                            "minutes.",
                            sent));
    }
}

void check_maintenance_window(const std::string& sent) {
    const std::string lower = boost::algorithm::to_lower_copy(sent);
    const std::string_view text = lower;
    const auto begin = week_minutes_of(text.substr(0, 9));
    const auto end = text.size() == 19 && text[9] == '-' ? week_minutes_of(text.substr(10)) : std::nullopt;
    if (!begin || !end || !is_long_enough(*begin, *end, 7 * day_minutes)) {
        invalid(fmt::format("Invalid maintenance window: {}. It must be ddd:hh24:mi-ddd:hh24:mi in UTC, of "
                            "at least 30 minutes.",
                            sent));
    }
}

bool windows_overlap(const std::string& daily, const std::string& weekly) {
    constexpr int week_minutes = 7 * day_minutes;
    const std::string_view backup = daily;
    const std::string lower = boost::algorithm::to_lower_copy(weekly);
    const std::string_view maintenance = lower;
    const int backup_begin = minutes_of(backup.substr(0, 5)).value();
    const int backup_length =
        (minutes_of(backup.substr(6)).value() - backup_begin + day_minutes) % day_minutes;
    const int begin = week_minutes_of(maintenance.substr(0, 9)).value();
    const int length =
        (week_minutes_of(maintenance.substr(10)).value() - begin + week_minutes) % week_minutes;
    for (int day = 0; day < 7; ++day) {
        const int backup_at = day * day_minutes + backup_begin;
        if ((backup_at - begin + week_minutes) % week_minutes < length ||
            (begin - backup_at + week_minutes) % week_minutes < backup_length)
            return true;
    }
    return false;
}

void check_windows(const std::string& daily, const std::string& weekly) {
    if (windows_overlap(daily, weekly)) {
        invalid("The backup window and maintenance window must not overlap.");
    }
}

void check_zone(const std::string& in_region, const std::string& zone) {
    const ground::region* const known = ground::find_region(in_region);
    const bool valid = zone.starts_with(in_region) && zone.size() == in_region.size() + 1 &&
                       known->zones.find(zone.back()) != std::string_view::npos;
    if (!valid) {
        invalid(fmt::format("Invalid availability zone: {}. {} has the zones {}{}, and so on: a zone is the "
                            "region with a letter behind it.",
                            zone, in_region, in_region, known->zones.front()));
    }
}

} // namespace cruddur::cloud::rds
