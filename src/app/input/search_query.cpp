#include "app/input/search_query.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>
#include <charconv>

namespace cruddur::app::input {
namespace {

constexpr std::string_view spaces = " \t\r\n\v\f";
constexpr std::string_view author_mark = "from:";

// An operand of a text search query that stands for the words in the text, one after the other.
std::string operand(std::string_view text) {
    std::string made = "'";
    for (const char letter : text) {
        if (letter == '\'' || letter == '\\') made += letter;
        made += letter;
    }
    made += '\'';
    return made;
}

void add_operand(std::string& words, const std::string& operand) {
    if (!words.empty()) words += " & ";
    words += operand;
}

std::string_view take_until(std::string_view& rest, std::size_t end) {
    const std::string_view taken = rest.substr(0, end);
    rest.remove_prefix(taken.size());
    return taken;
}

void add_token(search_query& query, std::string_view token) {
    if (boost::algorithm::istarts_with(token, author_mark) && token.size() > author_mark.size()) {
        token.remove_prefix(author_mark.size());
        if (token.size() > 1 && token.front() == '@') token.remove_prefix(1);
        query.authors.emplace_back(token);
        return;
    }
    if (token.size() > 1 && (token.front() == '#' || token.front() == '@')) {
        query.marks.emplace_back(token);
        return;
    }
    const std::size_t length = token.find_last_not_of('*') + 1;
    if (length == 0) return; // all that begin with nothing
    add_operand(query.words, operand(token.substr(0, length)) + (length < token.size() ? ":*" : ""));
}

} // namespace

search_query search_query_of(std::string_view term) {
    search_query made;
    for (;;) {
        term.remove_prefix(std::min(term.find_first_not_of(spaces), term.size()));
        if (term.empty()) return made;
        if (term.front() == '"') {
            term.remove_prefix(1);
            const std::string_view phrase = take_until(term, term.find('"'));
            if (!phrase.empty()) add_operand(made.words, operand(phrase));
            if (!term.empty()) term.remove_prefix(1);
        } else {
            add_token(made, take_until(term, term.find_first_of(spaces)));
        }
    }
}

checked<unsigned> seen_of(const http::request& from) {
    const auto text = from.query_parameter("seen");
    unsigned seen = 0;
    using made = checked<unsigned>;
    if (!text) return made{boost::system::in_place_value, seen};
    const auto* end = text->data() + text->size();
    const auto [stop, failed] = std::from_chars(text->data(), end, seen);
    if (failed != std::errc{} || stop != end || seen >= search_results_max)
        return refusal{422, {"cursor_invalid"}};
    return made{boost::system::in_place_value, seen};
}

} // namespace cruddur::app::input
