#include "cli/db/db.hpp"
#include "cli/ground/output.hpp"
#include "database/query.hpp"

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <iterator>

namespace cruddur::cli::db {
namespace {

// A terminal's end of input ends the statement alone: the database's name may be asked for after it.
std::string typed_statement() {
    if (isatty(STDIN_FILENO) != 0) std::cerr << "Type a statement, and Ctrl-D on a line of its own.\n";
    std::string text{std::istreambuf_iterator<char>{std::cin}, {}};
    std::clearerr(stdin);
    return text;
}

void print_table(const postgres::rows& rows) {
    if (rows.columns() == 0) {
        std::cout << rows.command() << '\n';
        return;
    }
    std::vector<std::string> names;
    names.reserve(rows.columns());
    for (std::size_t column = 0; column < rows.columns(); ++column)
        names.emplace_back(rows.column_name(column));
    std::vector<std::vector<std::string>> cells(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
        for (std::size_t column = 0; column < rows.columns(); ++column)
            cells[row].emplace_back(rows.get(row, column).value_or(""));
    }
    std::cout << ground::table(names, cells);
    fmt::print(std::cout, "({} row{})\n", rows.size(), rows.size() == 1 ? "" : "s");
}

} // namespace

void add_db_query(CLI::App& db, action& chosen) {
    auto options = std::make_shared<db_options>();
    auto sql = std::make_shared<std::string>("-");
    auto& command = add_db_command(
        db, "query", "Run one statement of SQL and print its rows",
        "Examples:\n"
        "  cruddur db query 'select handle, display_name from users'\n"
        "  cruddur db query --json 'select * from activities order by created_at desc limit 3'\n"
        "  cruddur db query prod <statement.sql\n"
        "  cruddur db query prod --yes cruddur \"delete from activities where message = 'test'\"\n"
        "With --json PostgreSQL makes the rows a JSON array, by row_to_json and array_to_json, and\n"
        "nothing else is printed. In production a statement that writes asks for the database's name.",
        *options);
    command.add_option("sql", *sql, "The statement; - or none: it is read from standard input");
    command.validate_positionals(); // what is not prod is the statement
    add_yes(command, *options);
    add_json(command, *options);
    set_work(command, chosen, options,
             [options, sql](const auto& where, const auto& progress) -> database::result<exit_code> {
                 const auto rows = database::query(where, *sql == "-" ? typed_statement() : *sql,
                                                   {options->json, confirmation_of(*options)}, progress);
                 if (!rows) return rows.error();
                 if (options->json)
                     std::cout << rows->get(0, 0).value_or("") << '\n';
                 else
                     print_table(*rows);
                 return exit_code::done;
             });
}

} // namespace cruddur::cli::db
