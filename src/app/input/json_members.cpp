#include "app/input/json_members.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/json/basic_parser_impl.hpp>

#include <utility>

namespace cruddur::app::input {
namespace {

constexpr std::size_t json_depth_max = 16;

// Keeps the members of the outermost object, and refuses a name given twice.
struct member_handler {
    static constexpr std::size_t max_object_size = 1'000;
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);
    using error_code = boost::json::error_code;
    using view = boost::json::string_view;

    json_members members;
    std::string name;    // what has come of it
    std::string current; // the member whose value comes next
    std::string text;    // what has come of it
    std::size_t depth = 0;
    bool outermost_is_object = false;

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) {
        if (depth++ == 0) outermost_is_object = true;
        return true;
    }
    bool on_object_end(std::size_t, error_code&) { return --depth, true; }
    bool on_array_begin(error_code&) { return ++depth, true; }
    bool on_array_end(std::size_t, error_code&) { return --depth, true; }
    bool on_key_part(view part, std::size_t, error_code&) {
        if (depth == 1) name += std::string_view{part};
        return true;
    }
    bool on_key(view part, std::size_t, error_code& failed) {
        if (depth != 1) return true;
        name += std::string_view{part};
        current = std::exchange(name, {});
        if (members.try_emplace(current).second) return true;
        failed = boost::json::error::syntax;
        return false;
    }
    bool on_string_part(view part, std::size_t, error_code&) {
        if (wanted()) text += std::string_view{part};
        return true;
    }
    bool on_string(view part, std::size_t, error_code&) {
        if (!wanted()) return true;
        text += std::string_view{part};
        if (text.find('\0') == std::string::npos) members[current] = std::move(text);
        text.clear();
        return true;
    }
    bool on_number_part(view, error_code&) { return true; }
    bool on_int64(std::int64_t number, view, error_code&) { return keep(number); }
    bool on_uint64(std::uint64_t number, view, error_code&) { return keep(static_cast<double>(number)); }
    bool on_double(double number, view, error_code&) { return keep(number); }
    bool on_bool(bool, error_code&) { return true; }
    bool on_null(error_code&) { return keep(nullptr); }
    bool on_comment_part(view, error_code&) { return true; }
    bool on_comment(view, error_code&) { return true; }

    bool keep(auto value) {
        if (wanted()) members[current] = value;
        return true;
    }
    [[nodiscard]] bool wanted() const { return depth == 1 && outermost_is_object; }
};

std::optional<json_members> parse(std::string_view json) {
    boost::json::error_code failed;
    boost::json::parse_options options;
    options.max_depth = json_depth_max;
    boost::json::basic_parser<member_handler> parser{options};
    const std::size_t used = parser.write_some(false, json.data(), json.size(), failed);
    if (failed || used != json.size()) return std::nullopt;
    return std::move(parser.handler().members);
}

std::optional<unsigned> hex4(std::string_view text) {
    if (text.size() < 4) return std::nullopt;
    unsigned value = 0;
    for (const char digit : text.substr(0, 4)) {
        const char lower = static_cast<char>(digit | 0x20);
        if (digit >= '0' && digit <= '9') {
            value = value * 16 + static_cast<unsigned>(digit - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            value = value * 16 + static_cast<unsigned>(lower - 'a' + 10);
        } else {
            return std::nullopt;
        }
    }
    return value;
}

// The same JSON with \u0000 for every escape that is half of a surrogate pair: JSON's grammar admits it, no
// text holds it, and Boost.JSON refuses the whole document for it.
std::string with_lone_surrogates_as_nul(std::string_view json) {
    std::string made;
    made.reserve(json.size());
    for (std::size_t at = 0; at < json.size();) {
        if (json[at] != '\\' || at + 1 == json.size()) {
            made += json[at++];
            continue;
        }
        const auto unit = json[at + 1] == 'u' ? hex4(json.substr(at + 2)) : std::nullopt;
        if (!unit || *unit < 0xd800 || *unit > 0xdfff) {
            made += json.substr(at, 2);
            at += 2;
            continue;
        }
        const auto next =
            *unit <= 0xdbff && json.substr(at + 6, 2) == "\\u" ? hex4(json.substr(at + 8)) : std::nullopt;
        const bool pair = next && *next >= 0xdc00 && *next <= 0xdfff;
        made += pair ? json.substr(at, 12) : std::string_view{"\\u0000"};
        at += pair ? 12 : 6;
    }
    return made;
}

} // namespace

std::optional<json_members> parse_members(std::string_view json) {
    auto members = parse(json);
    if (!members && boost::algorithm::icontains(json, "\\ud"))
        members = parse(with_lone_surrogates_as_nul(json));
    return members;
}

} // namespace cruddur::app::input
