#pragma once

#include "app/input/cursor.hpp"
#include "app/input/json_members.hpp"
#include "http/message.hpp"

#include <boost/system/result.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::app::input {

// Why a request is not served: the status, and the contract's codes, which are the body.
struct refusal {
    unsigned status = 422;
    std::vector<std::string_view> codes; // of static storage

    bool operator==(const refusal&) const = default;
};
[[noreturn]] void throw_exception_from_error(const refusal& refused, const boost::source_location& where);

template<class T>
using checked = boost::system::result<T, refusal>;

// Every code of the checks that failed, as one refusal; nullopt when none did.
template<class... T>
[[nodiscard]] std::optional<refusal> refused(const checked<T>&... checks) {
    std::optional<refusal> all;
    const auto add = [&all](const auto& check) {
        if (check.has_value()) return;
        const refusal one = check.error();
        if (!all) all = refusal{one.status, {}};
        all->codes.insert(all->codes.end(), one.codes.begin(), one.codes.end());
    };
    (add(checks), ...);
    return all;
}

// The members of a JSON object that are text. What is not text (a number, an object, a NUL or a lone
// surrogate in it) is not there: the codes call it blank.
using text_members = std::map<std::string, std::string, std::less<>>;

// A request's body as JSON: 415 unless its content type is JSON in UTF-8, and for any
// content coding; 400 malformed_json for what is not
// JSON, for a member given twice, and for more than 16 levels; a JSON text that is no object has no members.
[[nodiscard]] checked<json_members> json_members_of(const http::request& from);
[[nodiscard]] checked<text_members> members_of(const http::request& from);

// Code points of well-formed UTF-8.
[[nodiscard]] std::size_t code_points(std::string_view utf8);
// True when nothing in it shows, by Unicode's properties (blank_code_points.hpp).
[[nodiscard]] bool is_blank(std::string_view utf8);
// Whether it can be a handle. What cannot is nobody's, and the database need not hear of it.
[[nodiscard]] bool may_be_handle(std::string_view text);
// The contract's name of a time to live ("7-days") as an interval of PostgreSQL ("7 days"); nullopt for any
// other.
[[nodiscard]] std::optional<std::string_view> interval_of(std::string_view ttl);

struct new_activity {
    std::string message;
    std::string_view interval;
};
// All that is wrong at once: message_blank, message_exceed_max_chars, ttl_blank.
[[nodiscard]] checked<new_activity> new_activity_of(const text_members& members);
// The message of a reply or a direct message: message_blank, message_exceed_max_chars_1024.
[[nodiscard]] checked<std::string> reply_message_of(const text_members& members);
// `until`, for a parameter of type timestamptz: until_invalid.
[[nodiscard]] checked<std::string> until_of(const text_members& members);

// What people say of themselves.
struct profile_text {
    std::string display_name;
    std::optional<std::string> bio{}; // "" is none; nullopt leaves it as it is
};
// All that is wrong at once: display_name_blank, display_name_exceed_max_chars; bio_exceed_max_chars, and
// bio_invalid for what is neither text nor null. Without a member `bio` the bio stays.
[[nodiscard]] checked<profile_text> profile_text_of(const json_members& members);

constexpr unsigned page_limit_default = 20;
constexpr unsigned page_limit_max = 100;
struct page {
    unsigned limit = page_limit_default;
    std::optional<cursor> after;

    // As the first three of a list's statement: the limit, and the place (time and uuid) behind which it
    // begins.
    [[nodiscard]] std::vector<std::string> parameters() const;

    bool operator==(const page&) const = default;
};
// ?limit= (1 to 100) and ?cursor=: limit_invalid, cursor_invalid.
[[nodiscard]] checked<page> page_of(const http::request& from);

// ?following=1, or not there: following_invalid.
[[nodiscard]] checked<bool> following_of(const http::request& from);

// ?term=: search_term_blank, or search_term_exceed_max_chars beyond 280.
[[nodiscard]] checked<std::string> search_term_of(const http::request& from);

// An Idempotency-Key: 1 to 255 visible characters, else 422 idempotency_key_invalid; nullopt when none was
// sent.
[[nodiscard]] checked<std::optional<std::string>> idempotency_key_of(const http::request& from);

} // namespace cruddur::app::input
