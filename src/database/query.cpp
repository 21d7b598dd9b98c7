#include "database/query.hpp"

#include "database/script.hpp"
#include "database/sql_splitter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace cruddur::database {
namespace {

constexpr std::chrono::minutes query_timeout{10};
constexpr std::string_view read_only_transaction = "25006";
constexpr std::string_view syntax_error = "42601";
constexpr std::string_view feature_not_supported = "0A000";

// The rows as JSON. The statement stands in WITH, where one that writes and returns may stand as well; a
// line's end behind it ends a comment of its own.
constexpr std::string_view json_head = "with array_row as (\n";
constexpr std::string_view json_tail =
    "\n) select coalesce(array_to_json(array_agg(row_to_json(array_row))), '[]'::json) from array_row";

result<sql_statement> only_statement(std::string_view text) {
    const auto statements = split_sql(text);
    if (!statements) return statements.error();
    if (statements->size() == 1) return statements->front();
    error failed;
    failed.kind = failure::usage;
    failed.message = statements->empty() ? "there is no statement to run"
                                         : fmt::format("these are {} statements", statements->size());
    failed.hint = "Give one statement, in quotes: cruddur db query 'select count(*) from activities'";
    return failed;
}

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::size_t characters(std::string_view text) {
    return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues_character));
}

// The line that PostgreSQL points into, and a caret below the place, as psql shows them; of a long line, what
// stands around it.
std::array<std::string, 2> shown(const sql_statement& one, int position) {
    constexpr std::size_t before_max = 60;
    constexpr std::size_t after_max = 40;
    const std::size_t at = byte_offset(one.text, position);
    const auto before = one.text.substr(0, at);
    const auto number = one.line + std::ranges::count(before, '\n');
    auto left = before.substr(before.rfind('\n') + 1); // npos + 1 is 0
    auto right = one.text.substr(at);
    right = right.substr(0, right.find('\n'));
    const bool long_before = characters(left) > before_max;
    while (characters(left) > before_max || (!left.empty() && continues_character(left.front())))
        left.remove_prefix(1);
    const bool long_after = characters(right) > after_max;
    if (long_after) right = right.substr(0, byte_offset(right, static_cast<int>(after_max) + 1));
    const auto start = fmt::format("line {}: {}{}", number, long_before ? "…" : "", left);
    std::string line = fmt::format("{}{}{}", start, right, long_after ? "…" : "");
    std::ranges::replace(line, '\t', ' ');
    return {std::move(line), std::string(characters(start), ' ') + '^'};
}

error explained(const postgres::error& failed, const sql_statement& one, bool json) {
    error out = error_from(failed);
    const int position = failed.position - (json ? static_cast<int>(json_head.size()) : 0);
    if (position > 0 && static_cast<std::size_t>(position) <= characters(one.text) + 1)
        std::ranges::move(shown(one, position), std::back_inserter(out.details));
    if (json && (failed.sqlstate == syntax_error || failed.sqlstate == feature_not_supported))
        out.hint =
            "As JSON there are the rows of a SELECT, VALUES or TABLE, and of an INSERT, UPDATE or DELETE "
            "that has RETURNING. Anything else runs without --json.";
    return out;
}

} // namespace

result<postgres::rows> query(const target& where, std::string_view text, const query_options& options,
                             const report& progress) {
    const auto statement = only_statement(text);
    if (!statement) return statement.error();
    const auto sql = options.json ? fmt::format("{}{}{}", json_head, statement->text, json_tail)
                                  : std::string{statement->text};
    auto open = open_guarded(where, {.statement_timeout = query_timeout, .report = progress});
    if (!open) return open.error();
    auto& session = open->session;
    if (asks_before_destruction(where, open->facts)) {
        if (const auto set = session.execute("set default_transaction_read_only = on"); !set)
            return error_from(set.error());
    }
    auto answer = session.execute(sql);
    if (!answer && answer.error().sqlstate == read_only_transaction) {
        if (const auto meant = check_writing(where, open->facts, options.confirm); !meant)
            return meant.error();
        if (const auto set = session.execute("set default_transaction_read_only = off"); !set)
            return error_from(set.error());
        answer = session.execute(sql);
    }
    if (!answer) return explained(answer.error(), *statement, options.json);
    return *answer;
}

} // namespace cruddur::database
