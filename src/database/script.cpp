#include "database/script.hpp"

#include "database/session.hpp"
#include "database/sql_splitter.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cruddur::database {
namespace {

constexpr std::string_view active_transaction = "25001";

error placed(error failed, const script& script, int line) {
    failed.file = script.file;
    failed.line = script.first_line - 1 + line;
    return failed;
}

result<void> check_statement(const sql_statement& one, transactions mode) {
    error failed;
    const auto& words = one.words;
    if (controls_transaction(one)) {
        failed.message = fmt::format("{} in a file that is run as a whole", words.front());
        failed.hint = mode == transactions::one
                          ? "Take it out: the file is one transaction already."
                          : "Take it out: each statement of this file is a transaction of its own.";
    } else if (words.size() > 1 && (words[0] == "create" || words[0] == "drop") && words[1] == "database") {
        failed.message = fmt::format("{} database in a file that is loaded into a database", words[0]);
        failed.hint = fmt::format(
            "Take it out: 'cruddur db {}' does that, to the database that the URL names.", words[0]);
    } else {
        return {};
    }
    return failed;
}

} // namespace

std::size_t byte_offset(std::string_view text, int position) {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) continue;
        if (--position <= 0) break;
    }
    return at;
}

result<void> reset_settings(postgres::plain_connection& session) {
    for (const char* reset : {"reset session authorization", "reset role", "reset all"}) {
        if (const auto done = session.execute(reset); !done) return error_from(done.error());
    }
    return {};
}

result<std::size_t> run_script(postgres::plain_connection& session, const script& script, transactions mode) {
    const auto statements = split_sql(script.text);
    if (!statements) return placed(statements.error(), script, statements.error().line);
    for (const auto& one : *statements) {
        if (auto refused = check_statement(one, mode); !refused)
            return placed(refused.error(), script, one.line);
    }
    for (const auto& one : *statements) {
        const auto done = session.execute(one.text);
        if (!done) {
            const auto before = one.text.substr(0, byte_offset(one.text, done.error().position));
            const auto within = static_cast<int>(std::ranges::count(before, '\n'));
            error failed = error_from(done.error());
            if (failed.sqlstate == active_transaction)
                failed.hint =
                    "This file is run in one transaction, which that statement cannot be part of: take "
                    "it out, and run it by psql: cruddur db connect -- -c 'STATEMENT'";
            return placed(std::move(failed), script, one.line + within);
        }
    }
    return statements->size();
}

result<std::size_t> run_file(postgres::plain_connection& session, const script& script) {
    std::size_t count = 0;
    auto done = in_transaction(session, [&]() -> result<void> {
        const auto ran = run_script(session, script, transactions::one);
        if (!ran) return ran.error();
        count = *ran;
        return {};
    });
    if (!done) return done.error();
    return count;
}

} // namespace cruddur::database
