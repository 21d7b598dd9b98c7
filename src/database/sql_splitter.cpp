#include "database/sql_splitter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cruddur::database {
namespace {

constexpr std::size_t words_max = 4;

bool space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool digit(char c) {
    return c >= '0' && c <= '9';
}
bool starts_identifier(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool continues_identifier(char c) {
    return starts_identifier(c) || digit(c) || c == '$';
}
std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

const char* advice_instead_of(std::string_view psql_command) {
    if (psql_command == "c" || psql_command == "connect")
        return "Take it out: the file is loaded into the database that the URL names.";
    if (psql_command == "i" || psql_command == "ir" || psql_command.starts_with("include"))
        return "Put that file's SQL here, or load the two one after the other: --file FILE";
    return "Write what it does as SQL, or take it out; psql itself runs such a file: cruddur db connect -- "
           "-f "
           "FILE";
}

class splitter {
public:
    explicit splitter(std::string_view script)
        : script_(script) {}

    result<std::vector<sql_statement>> run() {
        if (script_.starts_with("\xEF\xBB\xBF")) at_ = 3;
        while (at_ < script_.size() && failure_.empty())
            step();
        if (failure_.empty()) end_statement(script_.size());
        if (!failure_.empty()) {
            error failed;
            failed.message = failure_;
            failed.line = failure_line_;
            failed.hint = hint_;
            return failed;
        }
        return std::move(found_);
    }

private:
    [[nodiscard]] char peek(std::size_t ahead) const {
        return at_ + ahead < script_.size() ? script_[at_ + ahead] : '\0';
    }

    void step() {
        const char c = script_[at_];
        if (space(c)) {
            ++at_;
        } else if (c == '-' && peek(1) == '-') {
            skip_line_comment();
        } else if (c == '/' && peek(1) == '*') {
            skip_block_comment();
        } else if (c == ';' && parentheses_ == 0 && blocks_ == 0) {
            end_statement(at_++);
        } else {
            if (!begun_) begin_statement();
            token(c);
        }
    }

    void token(char c) {
        if (c == '\'' || c == '"') {
            skip_quoted(c, false);
        } else if (c == '$') {
            skip_dollar();
        } else if (starts_identifier(c)) {
            identifier();
        } else if (digit(c)) {
            while (at_ < script_.size() && continues_identifier(script_[at_]) && script_[at_] != '$')
                ++at_;
        } else if (c == '\\') {
            psql_command();
        } else if (c == '\0') {
            fail(at_, "a NUL character", "The file is not text: see that it is UTF-8.");
        } else {
            if (c == '(') ++parentheses_;
            if (c == ')' && parentheses_ > 0) --parentheses_;
            ++at_;
        }
    }

    void psql_command() {
        std::size_t end = at_ + 1;
        while (end < script_.size() && !space(script_[end]))
            ++end;
        const auto name = script_.substr(at_ + 1, end - at_ - 1);
        fail(at_, fmt::format("\\{} is a command of psql, which is not SQL", name), advice_instead_of(name));
    }

    // psql reads the rows out of the script itself.
    void copy_of_rows(std::string_view word) {
        const bool reads = last_word_ == "from" && word == "stdin";
        if (!reads && !(last_word_ == "to" && word == "stdout")) return;
        fail(begin_, fmt::format("copy … {} {}, which psql alone can do", last_word_, word),
             reads ? "Write the rows as INSERT (pg_dump --inserts does), or run the file by psql: cruddur db "
                     "connect -- -f FILE"
                   : "Take it out, or run the file by psql: cruddur db connect -- -f FILE");
    }

    void skip_line_comment() { at_ = std::min(script_.find('\n', at_), script_.size()); }

    void skip_block_comment() {
        const std::size_t begin = at_;
        int depth = 0;
        do {
            if (script_[at_] == '/' && peek(1) == '*') {
                ++depth;
                at_ += 2;
            } else if (script_[at_] == '*' && peek(1) == '/') {
                --depth;
                at_ += 2;
            } else {
                ++at_;
            }
        } while (depth > 0 && at_ < script_.size());
        if (depth > 0) fail(begin, "a comment that is never closed", "Close it: */");
    }

    void skip_quoted(char quote, bool escapes) {
        const std::size_t begin = at_++;
        for (;; ++at_) {
            if (at_ >= script_.size()) {
                fail(begin, "a quote that is never closed", "Close it; a quote within is written twice.");
                return;
            }
            if (escapes && script_[at_] == '\\') {
                ++at_;
            } else if (script_[at_] == quote) {
                if (peek(1) != quote) break;
                ++at_;
            }
        }
        ++at_;
        // A string goes on after a line break, with the same escapes.
        if (const std::size_t next = continuation(); escapes && next != 0) {
            at_ = next;
            skip_quoted(quote, true);
        }
    }

    // Where the quote stands that continues a string which ended here, or 0.
    [[nodiscard]] std::size_t continuation() const {
        bool broken = false;
        std::size_t i = at_;
        while (i < script_.size()) {
            if (script_[i] == '-' && i + 1 < script_.size() && script_[i + 1] == '-') {
                i = std::min(script_.find('\n', i), script_.size());
            } else if (space(script_[i])) {
                broken = broken || script_[i] == '\n' || script_[i] == '\r';
                ++i;
            } else {
                break;
            }
        }
        return broken && i < script_.size() && script_[i] == '\'' ? i : 0;
    }

    void skip_dollar() {
        std::size_t end = at_ + 1;
        if (end < script_.size() && starts_identifier(script_[end])) {
            while (end < script_.size() && (starts_identifier(script_[end]) || digit(script_[end])))
                ++end;
        }
        if (end >= script_.size() || script_[end] != '$') {
            ++at_; // a parameter, or an operator's character
            return;
        }
        const auto tag = script_.substr(at_, end + 1 - at_);
        const auto close = script_.find(tag, end + 1);
        if (close == std::string_view::npos) {
            fail(at_, fmt::format("a {} that is never closed", tag), fmt::format("Close it: {}", tag));
            return;
        }
        at_ = close + tag.size();
    }

    void identifier() {
        const std::size_t begin = at_;
        while (at_ < script_.size() && continues_identifier(script_[at_]))
            ++at_;
        const auto word = lower(script_.substr(begin, at_ - begin));
        if (word == "e" && peek(0) == '\'') {
            skip_quoted('\'', true);
            return;
        }
        if (current_.words.size() < words_max) current_.words.push_back(word);
        if (current_.words.front() == "copy" && parentheses_ == 0) {
            copy_of_rows(word);
            last_word_ = word;
        }
        if (!makes_routine() || parentheses_ != 0) return;
        if (word == "begin" || (word == "case" && blocks_ > 0)) ++blocks_;
        if (word == "end" && blocks_ > 0) --blocks_;
    }

    // Only a routine's body may hold statements of its own.
    [[nodiscard]] bool makes_routine() const {
        const auto& words = current_.words;
        if (words.size() < 2 || words[0] != "create") return false;
        const std::size_t kind = words[1] == "or" ? 3 : 1;
        return words.size() > kind && (words[kind] == "function" || words[kind] == "procedure");
    }

    void begin_statement() {
        begun_ = true;
        begin_ = at_;
        current_ = {};
        last_word_.clear();
        current_.line = line_of(at_);
    }

    void end_statement(std::size_t end) {
        parentheses_ = blocks_ = 0;
        if (!begun_) return;
        begun_ = false;
        while (end > begin_ && space(script_[end - 1]))
            --end;
        current_.text = script_.substr(begin_, end - begin_);
        found_.push_back(std::move(current_));
    }

    int line_of(std::size_t offset) {
        line_ += static_cast<int>(std::count(script_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                             script_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
        counted_ = offset;
        return line_;
    }

    void fail(std::size_t offset, std::string message, std::string hint) {
        failure_ = std::move(message);
        failure_line_ = line_of(offset);
        hint_ = std::move(hint);
        at_ = script_.size();
    }

    std::string_view script_;
    std::size_t at_ = 0;
    std::size_t begin_ = 0;
    bool begun_ = false;
    int parentheses_ = 0;
    int blocks_ = 0; // BEGIN and CASE of a routine's body
    int line_ = 1;
    std::size_t counted_ = 0; // how far line_ has been counted
    sql_statement current_;
    std::string last_word_; // of a COPY
    std::vector<sql_statement> found_;
    std::string failure_;
    std::string hint_;
    int failure_line_ = 0;
};

} // namespace

result<std::vector<sql_statement>> split_sql(std::string_view script) {
    return splitter{script}.run();
}

bool controls_transaction(const sql_statement& one) {
    constexpr std::array<std::string_view, 5> always{"begin", "start", "commit", "end", "abort"};
    const auto& words = one.words;
    if (words.empty()) return false;
    if (std::ranges::find(always, words[0]) != always.end()) return true;
    if (words[0] == "prepare") return words.size() > 1 && words[1] == "transaction";
    return words[0] == "rollback" && std::ranges::find(words, "to") == words.end();
}

} // namespace cruddur::database
