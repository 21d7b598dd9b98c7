#include "app/input/validation.hpp"

#include "app/input/blank_code_points.hpp"
#include "app/input/json_text.hpp"
#include "app/input/time_text.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <stdexcept>

namespace cruddur::app::input {
namespace {

constexpr std::size_t message_code_points_max = 280;
constexpr std::size_t reply_code_points_max = 1'024;
constexpr std::size_t term_code_points_max = 280;
constexpr std::size_t handle_characters_max = 50;
constexpr std::size_t display_name_code_points_max = 50;
constexpr std::size_t bio_code_points_max = 160;
constexpr std::size_t idempotency_key_bytes_max = 255;

bool is_json_type(std::string_view field) {
    const std::string_view type = field.substr(0, field.find(';'));
    if (!boost::algorithm::iequals(boost::algorithm::trim_copy(std::string{type}), "application/json"))
        return false;
    std::string rest = boost::algorithm::to_lower_copy(std::string{field.substr(type.size())});
    std::erase_if(rest, [](char letter) { return letter == ' ' || letter == '\t' || letter == '"'; });
    return !rest.starts_with(";charset=") || rest == ";charset=utf-8" || rest == ";charset=utf8";
}

// The next code point of well-formed UTF-8, taken off the front.
char32_t take_code_point(std::string_view& utf8) {
    const auto first = static_cast<std::uint8_t>(utf8.front());
    const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    constexpr std::array<std::uint8_t, 5> masks{0, 0x7f, 0x1f, 0x0f, 0x07};
    char32_t point = first & masks[length];
    for (std::size_t at = 1; at < std::min(length, utf8.size()); ++at)
        point = point << 6 | (static_cast<std::uint8_t>(utf8[at]) & 0x3f);
    utf8.remove_prefix(std::min(length, utf8.size()));
    return point;
}

bool is_invisible(char32_t point) {
    const auto* const range = std::ranges::lower_bound(blank_code_points, point, {}, &code_point_range::last);
    return range != blank_code_points.end() && range->first <= point;
}

// Malformed text is wrong, not absent: query_parameter() can't tell the two apart.
bool has_parameter(std::string_view query, std::string_view name_and_equals) {
    return query.starts_with(name_and_equals) ||
           query.find("&" + std::string{name_and_equals}) != std::string_view::npos;
}

checked<std::string> message_of(const text_members& members, std::size_t code_points_max,
                                std::string_view too_long) {
    const auto message = members.find("message");
    if (message == members.end() || is_blank(message->second)) return refusal{422, {"message_blank"}};
    if (code_points(message->second) > code_points_max) return refusal{422, {too_long}};
    return message->second;
}

} // namespace

void throw_exception_from_error(const refusal& refused, const boost::source_location&) {
    throw std::logic_error{"the value of a refusal: " + std::to_string(refused.status)};
}

checked<json_members> json_members_of(const http::request& from) {
    const auto type = from.field("content-type");
    if (!type || !is_json_type(*type)) return refusal{415, {"unsupported_media_type"}};
    const auto coding = from.field("content-encoding");
    if (coding && !boost::algorithm::iequals(*coding, "identity"))
        return refusal{415, {"unsupported_media_type"}};
    auto members = parse_members(from.body);
    if (!members) return refusal{400, {"malformed_json"}};
    return std::move(*members);
}

checked<text_members> members_of(const http::request& from) {
    auto members = json_members_of(from);
    if (!members) return members.error();
    text_members made;
    for (auto& [name, value] : *members)
        if (auto* text = std::get_if<std::string>(&value)) made.emplace(name, std::move(*text));
    return made;
}

std::size_t code_points(std::string_view utf8) {
    return static_cast<std::size_t>(std::ranges::count_if(
        utf8, [](char byte) { return (static_cast<std::uint8_t>(byte) & 0xc0) != 0x80; }));
}

bool is_blank(std::string_view utf8) {
    while (!utf8.empty())
        if (!is_invisible(take_code_point(utf8))) return false;
    return true;
}

bool may_be_handle(std::string_view text) {
    return !text.empty() && text.size() <= handle_characters_max && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
               c == '.' || c == '-';
    });
}

std::optional<std::string_view> interval_of(std::string_view ttl) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> table{{
        {"30-days", "30 days"},
        {"7-days", "7 days"},
        {"3-days", "3 days"},
        {"1-day", "1 day"},
        {"12-hours", "12 hours"},
        {"3-hours", "3 hours"},
        {"1-hour", "1 hour"},
    }};
    const auto* found = std::ranges::find(table, ttl, &std::pair<std::string_view, std::string_view>::first);
    if (found == table.end()) return std::nullopt;
    return found->second;
}

checked<new_activity> new_activity_of(const text_members& members) {
    const auto message = message_of(members, message_code_points_max, "message_exceed_max_chars");
    const auto ttl = members.find("ttl");
    const auto known = ttl == members.end() ? std::nullopt : interval_of(ttl->second);
    const checked<std::string_view> interval =
        known ? checked<std::string_view>{*known} : refusal{422, {"ttl_blank"}};
    if (auto wrong = refused(message, interval)) return std::move(*wrong);
    return new_activity{*message, *interval};
}

checked<std::string> reply_message_of(const text_members& members) {
    return message_of(members, reply_code_points_max, "message_exceed_max_chars_1024");
}

checked<std::string> until_of(const text_members& members) {
    const auto member = members.find("until");
    const auto time = member == members.end() ? std::nullopt : time_of(member->second);
    if (!time) return refusal{422, {"until_invalid"}};
    std::string made;
    append_time(made, *time);
    return made;
}

checked<profile_text> profile_text_of(const json_members& members) {
    refusal refused;
    profile_text made;
    const auto name = members.find("display_name");
    const auto* const text = name == members.end() ? nullptr : std::get_if<std::string>(&name->second);
    if (text == nullptr || is_blank(*text)) {
        refused.codes.emplace_back("display_name_blank");
    } else if (code_points(*text) > display_name_code_points_max) {
        refused.codes.emplace_back("display_name_exceed_max_chars");
    } else {
        made.display_name = *text;
    }
    if (const auto bio = members.find("bio"); bio != members.end()) {
        const auto* const written = std::get_if<std::string>(&bio->second);
        if (written == nullptr && !std::holds_alternative<std::nullptr_t>(bio->second)) {
            refused.codes.emplace_back("bio_invalid");
        } else if (written != nullptr && code_points(*written) > bio_code_points_max) {
            refused.codes.emplace_back("bio_exceed_max_chars");
        } else {
            made.bio = written == nullptr || is_blank(*written) ? std::string{} : *written;
        }
    }
    if (!refused.codes.empty()) return refused;
    return made;
}

// Behind infinity stands every post.
std::vector<std::string> page::parameters() const {
    return {std::to_string(limit), after ? after->created_at() : "infinity",
            after ? after->uuid : "ffffffff-ffff-ffff-ffff-ffffffffffff"};
}

checked<page> page_of(const http::request& from) {
    refusal refused;
    page made;
    if (has_parameter(from.query, "limit=")) {
        const std::string limit = from.query_parameter("limit").value_or("");
        const auto* end = limit.data() + limit.size();
        const auto [stop, failed] = std::from_chars(limit.data(), end, made.limit);
        if (failed != std::errc{} || stop != end || made.limit < 1 || made.limit > page_limit_max)
            refused.codes.emplace_back("limit_invalid");
    }
    if (has_parameter(from.query, "cursor=")) {
        const auto text = from.query_parameter("cursor");
        made.after = text ? cursor::decode(*text) : std::nullopt;
        if (!made.after) refused.codes.emplace_back("cursor_invalid");
    }
    if (!refused.codes.empty()) return refused;
    return made;
}

checked<bool> following_of(const http::request& from) {
    if (!has_parameter(from.query, "following=")) return {boost::system::in_place_value, false};
    if (from.query_parameter("following") != "1") return refusal{422, {"following_invalid"}};
    return {boost::system::in_place_value, true};
}

checked<std::string> search_term_of(const http::request& from) {
    auto term = from.query_parameter("term");
    if (!term || is_blank(*term) || term->find('\0') != std::string::npos)
        return refusal{422, {"search_term_blank"}};
    if (code_points(*term) > term_code_points_max) return refusal{422, {"search_term_exceed_max_chars"}};
    return std::move(*term);
}

checked<std::optional<std::string>> idempotency_key_of(const http::request& from) {
    const auto field = from.field("idempotency-key");
    if (!field) return std::optional<std::string>{};
    const bool visible =
        std::ranges::all_of(*field, [](char letter) { return letter > ' ' && letter <= '~'; });
    if (field->empty() || field->size() > idempotency_key_bytes_max || !visible)
        return refusal{422, {"idempotency_key_invalid"}};
    return std::optional<std::string>{*field};
}

} // namespace cruddur::app::input
