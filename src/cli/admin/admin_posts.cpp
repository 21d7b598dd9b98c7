#include "admin/moderation.hpp"
#include "cli/admin/admin.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <iostream>

namespace cruddur::cli::admin {
namespace {

namespace work = cruddur::admin;

CLI::App& add_post_command(CLI::App& posts, const std::string& name, const std::string& description,
                           const std::string& footer, admin_options& options) {
    auto& command = *posts.add_subcommand(name, description);
    command.add_option("uuid", options.subject, "The post or reply")->required();
    command.footer(footer);
    db::add_environment(command, options);
    return command;
}

void add_show_post(CLI::App& posts, action& chosen) {
    auto options = std::make_shared<admin_options>();
    auto& command = add_post_command(posts, "show", "Show a post or reply, and what was reported of it",
                                     "Example:\n"
                                     "  cruddur admin posts show 5eed0000-0000-4000-8000-000000000101 prod",
                                     *options);
    db::add_json(command, *options);
    db::set_work(command, chosen, options,
                 [options](const auto& where, const auto& progress) -> result<exit_code> {
                     const auto found = work::post(where, options->subject, options->wanted(), progress);
                     if (!found) return found.error();
                     print_one(*found, options->wanted());
                     return exit_code::done;
                 });
}

void add_take_down(CLI::App& posts, action& chosen) {
    auto options = std::make_shared<admin_options>();
    auto& command = add_post_command(
        posts, "take-down", "Delete a post or reply, with the replies below it",
        "What was reported of it is kept, with its text, until the report is 90 days old.\n"
        "Examples:\n"
        "  cruddur admin posts take-down 5eed0000-0000-4000-8000-000000000101\n"
        "  cruddur admin posts take-down 5eed0000-0000-4000-8000-000000000101 prod --yes cruddur",
        *options);
    db::add_yes(command, *options);
    db::add_json(command, *options);
    db::set_work(command, chosen, options,
                 [options](const auto& where, const auto& progress) -> result<exit_code> {
                     const auto gone =
                         work::take_down(where, options->subject, db::confirmation_of(*options), progress);
                     if (!gone) return gone.error();
                     if (options->json)
                         db::print_json(boost::json::object{{"uuid", gone->uuid},
                                                            {"handle", gone->handle},
                                                            {"message", gone->message},
                                                            {"open_reports", gone->open_reports}});
                     else if (gone->open_reports > 0)
                         std::cout << fmt::format("{} of it open: {}, then {}\n",
                                                  gone->open_reports == 1
                                                      ? "One report is"
                                                      : fmt::format("{} reports are", gone->open_reports),
                                                  work::command_text(where, "reports list"),
                                                  work::command_text(where, "reports close UUID"));
                     return exit_code::done;
                 });
}

} // namespace

void add_admin_posts(CLI::App& admin, action& chosen) {
    auto& posts = add_topic(admin, "posts", "Posts and replies: show, take down");
    for (const auto add : {&add_show_post, &add_take_down})
        add(posts, chosen);
}

} // namespace cruddur::cli::admin
