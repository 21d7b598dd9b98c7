#include "cloud/insights/sql_text.hpp"

#include "cloud/ground/crypto.hpp"

#include <boost/algorithm/string/case_conv.hpp>

#include <algorithm>
#include <utility>

namespace cruddur::cloud::insights {

namespace {

constexpr std::size_t id_digits = 40;

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

// Reads a statement from left to right: each step is a literal, a comment, a word, or one character.
class scanner {
public:
    explicit scanner(std::string_view text)
        : rest_{text} {}

    std::string run() {
        while (!rest_.empty())
            step();
        while (out_.ends_with(' '))
            out_.pop_back();
        return std::move(out_);
    }

private:
    void step() {
        if (is_space(rest_.front())) return space(1);
        if (rest_.starts_with("--")) return space(std::min(rest_.find('\n'), rest_.size()));
        if (rest_.starts_with("/*")) return space(end_behind("*/", 2));
        if (rest_.front() == '\'') return literal(quoted('\'', false));
        if (is_escaped_text()) return literal(1 + quoted_at(1, true));
        if (rest_.front() == '"') return copy(quoted('"', false));
        if (rest_.front() == '$') return dollar();
        if (is_digit(rest_.front())) return literal(number());
        if (is_word(rest_.front())) return copy(word());
        copy(1);
    }

    // E'…', whose backslashes are escapes; B'…' and X'…' are literals as well.
    [[nodiscard]] bool is_escaped_text() const {
        constexpr std::string_view prefixes = "eEbBxXnN";
        return rest_.size() > 1 && rest_[1] == '\'' && prefixes.find(rest_[0]) != std::string_view::npos;
    }

    [[nodiscard]] std::size_t end_behind(std::string_view mark, std::size_t from) const {
        const auto at = rest_.find(mark, from);
        return at == std::string_view::npos ? rest_.size() : at + mark.size();
    }

    [[nodiscard]] std::size_t quoted(char quote, bool escapes) const {
        std::size_t at = 1;
        while (at < rest_.size()) {
            if (escapes && rest_[at] == '\\') {
                at += 2;
            } else if (rest_[at] != quote) {
                ++at;
            } else if (at + 1 < rest_.size() && rest_[at + 1] == quote) {
                at += 2;
            } else {
                return at + 1;
            }
        }
        return rest_.size();
    }

    [[nodiscard]] std::size_t quoted_at(std::size_t begin, bool escapes) {
        const std::string_view whole = rest_;
        rest_.remove_prefix(begin);
        const std::size_t size = quoted('\'', escapes);
        rest_ = whole;
        return size;
    }

    [[nodiscard]] std::size_t word() const {
        return static_cast<std::size_t>(
            std::ranges::find_if_not(rest_, [](char c) { return is_word(c) || c == '$'; }) - rest_.begin());
    }

    [[nodiscard]] std::size_t number() const {
        return static_cast<std::size_t>(
            std::ranges::find_if_not(rest_, [](char c) { return is_word(c) || c == '.'; }) - rest_.begin());
    }

    // $1 stays, $tag$…$tag$ is a literal.
    void dollar() {
        const auto end = rest_.find('$', 1);
        const std::string_view tag = rest_.substr(0, end == std::string_view::npos ? 1 : end + 1);
        const bool is_tag = tag.size() >= 2 && std::ranges::all_of(tag.substr(1, tag.size() - 2), is_word) &&
                            !is_digit(tag[1]);
        if (is_tag) return literal(end_behind(tag, tag.size()));
        copy(1 + static_cast<std::size_t>(std::ranges::find_if_not(rest_.substr(1), is_digit) -
                                          rest_.substr(1).begin()));
    }

    void space(std::size_t size) {
        if (!out_.empty() && !out_.ends_with(' ')) out_ += ' ';
        rest_.remove_prefix(size);
    }
    void literal(std::size_t size) {
        out_ += '?';
        rest_.remove_prefix(std::min(size, rest_.size()));
    }
    void copy(std::size_t size) {
        out_ += rest_.substr(0, size);
        rest_.remove_prefix(std::min(size, rest_.size()));
    }

    std::string_view rest_;
    std::string out_;
};

} // namespace

std::string tokenized(std::string_view statement) {
    return scanner{statement}.run();
}

std::string statement_id(std::string_view text) {
    if (text.empty()) return {};
    return boost::to_upper_copy(ground::to_hex(ground::sha256(text)).substr(0, id_digits));
}

std::string shortened(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return std::string{text};
    while (bytes_max > 0 && (text[bytes_max] & 0xC0) == 0x80)
        --bytes_max;
    return std::string{text.substr(0, bytes_max)};
}

} // namespace cruddur::cloud::insights
