#include "cli/admin/admin.hpp"

#include "admin/moderation.hpp"
#include "cli/ground/output.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <iostream>
#include <vector>

namespace cruddur::cli::admin {
namespace {

std::string cell(const postgres::rows& found, std::size_t row, std::size_t column) {
    return std::string{found.get(row, column).value_or("")};
}

void print_json_text(const postgres::rows& found) {
    std::cout << found.get(0, 0).value_or("[]") << '\n';
}

} // namespace

CLI::App& add_topic(CLI::App& admin, const std::string& name, const std::string& description) {
    auto& topic = *admin.add_subcommand(name, description);
    topic.require_subcommand(1);
    return topic;
}

void add_limit(CLI::App& command, admin_options& options) {
    command.add_option("--limit", options.limit, "How many at most")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
}

std::string refuse_empty(const std::string& text) {
    return text.empty() ? "it is empty" : "";
}

void print_found(const postgres::rows& found, form as, const std::string& none) {
    if (as == form::json) return print_json_text(found);
    if (found.empty()) {
        std::cout << none << '\n';
        return;
    }
    std::vector<std::string> names;
    names.reserve(found.columns());
    for (std::size_t column = 0; column < found.columns(); ++column)
        names.emplace_back(found.column_name(column));
    std::vector<std::vector<std::string>> cells(found.size());
    for (std::size_t row = 0; row < found.size(); ++row)
        for (std::size_t column = 0; column < found.columns(); ++column)
            cells[row].push_back(cell(found, row, column));
    std::cout << ground::table(names, cells);
}

void print_one(const postgres::rows& found, form as) {
    if (as == form::json) return print_json_text(found);
    std::vector<std::vector<std::string>> cells;
    cells.reserve(found.columns());
    for (std::size_t column = 0; column < found.columns(); ++column)
        cells.push_back({std::string{found.column_name(column)}, cell(found, 0, column)});
    std::cout << ground::table({"what", "value"}, cells);
}

void add_admin_stats(CLI::App& admin, action& chosen) {
    auto options = std::make_shared<admin_options>();
    auto& command = *admin.add_subcommand("stats", "Count people, posts, messages and reports");
    command.footer("Example:\n"
                   "  cruddur admin stats prod --json");
    db::add_environment(command, *options);
    db::add_json(command, *options);
    db::set_work(command, chosen, options,
                 [options](const auto& where, const auto& progress) -> result<exit_code> {
                     const auto found = cruddur::admin::statistics(where, options->wanted(), progress);
                     if (!found) return found.error();
                     print_one(*found, options->wanted());
                     return exit_code::done;
                 });
}

void add_admin(CLI::App& app, action& chosen) {
    auto* admin = app.add_subcommand("admin", "People, posts and reports, for who runs a Cruddur");
    admin->require_subcommand(1);
    admin->footer(
        "Every command is about the database of CONNECTION_URL and, with prod at its end, of "
        "PROD_CONNECTION_URL,\n"
        "as its owner. What people reported, oldest first, what to do about it, and that it was done:\n"
        "  cruddur admin reports list prod\n"
        "  cruddur admin posts take-down 5eed0000-0000-4000-8000-000000000101 prod\n"
        "  cruddur admin reports close 0199b2a4-0c3e-4d52-9c1b-3a5f0f6f2a11 prod\n"
        "With --json the data is printed as JSON, and nothing else. What cannot be undone asks for the "
        "database's\n"
        "name in production: --yes NAME gives it in scripts.\n"
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused for safety, 4 could not connect.");
    for (const auto add : {&add_admin_users, &add_admin_posts, &add_admin_reports, &add_admin_stats})
        add(*admin, chosen);
}

} // namespace cruddur::cli::admin
