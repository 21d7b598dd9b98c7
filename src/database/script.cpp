#include "database/script.hpp"

#include "database/session.hpp"
#include "database/sql_splitter.hpp"

#include <fmt/format.h>

namespace cruddur::database {
namespace {

// The line, from 0, of a character that PostgreSQL counts from 1, each as many bytes as UTF-8 makes of it.
int lines_before(std::string_view text, int position) {
    int lines = 0;
    for (const char c : text) {
        if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80U) continue;
        if (--position <= 0) break;
        if (c == '\n') ++lines;
    }
    return lines;
}

error placed(error failed, const script& what, int line) {
    failed.file = what.file;
    failed.line = what.first_line - 1 + line;
    return failed;
}

} // namespace

result<std::size_t> run_script(postgres::plain_connection& session, const script& what, transactions mode) {
    const auto statements = split_sql(what.text);
    if (!statements) return placed(statements.error(), what, statements.error().line);
    for (const auto& one : *statements) {
        if (!controls_transaction(one)) continue;
        error failed;
        failed.message = fmt::format("{} in a file that is run as a whole", one.words.front());
        failed.hint = mode == transactions::one
                          ? "Take it out: the file is one transaction already."
                          : "Take it out: each statement of this file is a transaction of its own.";
        return placed(std::move(failed), what, one.line);
    }
    for (const auto& one : *statements) {
        const auto done = session.execute(one.text);
        if (!done) {
            const int within = lines_before(one.text, done.error().position);
            return placed(error_from(done.error()), what, one.line + within);
        }
    }
    return statements->size();
}

result<std::size_t> run_file(postgres::plain_connection& session, const script& what) {
    std::size_t count = 0;
    auto done = in_transaction(session, [&]() -> result<void> {
        const auto ran = run_script(session, what, transactions::one);
        if (!ran) return ran.error();
        count = *ran;
        return {};
    });
    if (!done) return done.error();
    return count;
}

} // namespace cruddur::database
