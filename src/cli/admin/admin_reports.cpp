#include "admin/moderation.hpp"
#include "cli/admin/admin.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>

namespace cruddur::cli::admin {
namespace {

namespace work = cruddur::admin;

void add_list_reports(CLI::App& reports, action& chosen) {
    auto options = std::make_shared<admin_options>();
    auto& command = *reports.add_subcommand("list", "Show what is open, the oldest first");
    command.footer("Examples:\n"
                   "  cruddur admin reports list prod\n"
                   "  cruddur admin reports list --all --json");
    db::add_environment(command, *options);
    command.add_flag("--all", options->all, "Closed ones too");
    add_limit(command, *options);
    db::add_json(command, *options);
    db::set_work(command, chosen, options,
                 [options](const auto& where, const auto& progress) -> result<exit_code> {
                     const auto found =
                         work::reports(where, options->limit, options->all, options->wanted(), progress);
                     if (!found) return found.error();
                     print_found(*found, options->wanted(),
                                 options->all ? "There is no report." : "No report is open.");
                     return exit_code::done;
                 });
}

void add_show_report(CLI::App& reports, action& chosen) {
    auto options = std::make_shared<admin_options>();
    auto& command = *reports.add_subcommand("show", "Show a report, with the text as it was reported");
    command.add_option("uuid", options->subject, "The report")->required();
    command.footer("Example:\n"
                   "  cruddur admin reports show 0199b2a4-0c3e-4d52-9c1b-3a5f0f6f2a11 prod");
    db::add_environment(command, *options);
    db::add_json(command, *options);
    db::set_work(
        command, chosen, options, [options](const auto& where, const auto& progress) -> result<exit_code> {
            const auto found = work::one_report(where, options->subject, options->wanted(), progress);
            if (!found) return found.error();
            print_one(*found, options->wanted());
            return exit_code::done;
        });
}

void add_close(CLI::App& reports, action& chosen) {
    auto options = std::make_shared<admin_options>();
    auto& command = *reports.add_subcommand("close", "Say that a report has been dealt with");
    command.add_option("uuid", options->subject, "The report")->required();
    command.footer("Nothing happens to the post: cruddur admin posts take-down does that.\n"
                   "Example:\n"
                   "  cruddur admin reports close 0199b2a4-0c3e-4d52-9c1b-3a5f0f6f2a11 prod --by jadzia");
    db::add_environment(command, *options);
    command.add_option("--by", options->value, "Who closes it, in place of the database's login")
        ->check(refuse_empty);
    db::add_json(command, *options);
    db::set_work(
        command, chosen, options, [options](const auto& where, const auto& progress) -> result<exit_code> {
            const auto closed = work::close_report(where, options->subject, options->value, progress);
            if (!closed) return closed.error();
            if (options->json)
                db::print_json(boost::json::object{{"uuid", closed->uuid},
                                                   {"closed_at", closed->closed_at},
                                                   {"closed_by", closed->closed_by}});
            return exit_code::done;
        });
}

} // namespace

void add_admin_reports(CLI::App& admin, action& chosen) {
    auto& reports = add_topic(admin, "reports", "What people reported: list, show, close");
    for (const auto add : {&add_list_reports, &add_show_report, &add_close})
        add(reports, chosen);
}

} // namespace cruddur::cli::admin
