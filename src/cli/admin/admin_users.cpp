#include "admin/people.hpp"
#include "cli/admin/admin.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <iostream>

namespace cruddur::cli::admin {
namespace {

namespace work = cruddur::admin;

CLI::App& add_command(CLI::App& users, const std::string& name, const std::string& description,
                      const std::string& footer, admin_options& options) {
    auto& command = *users.add_subcommand(name, description);
    command.add_option("handle", options.subject, "Whose, in whatever case, without the @")->required();
    command.footer(footer);
    return command;
}

void add_list(CLI::App& users, action& chosen) {
    auto options = std::make_shared<admin_options>();
    auto& command = *users.add_subcommand("list", "Show who there is, the newest first");
    command.footer("Examples:\n"
                   "  cruddur admin users list prod\n"
                   "  cruddur admin users list --search and --limit 100 --json");
    db::add_environment(command, *options);
    command.add_option("--search", options->value, "Only whose handle or display name begins so")
        ->check(refuse_empty);
    add_limit(command, *options);
    db::add_json(command, *options);
    db::set_work(command, chosen, options,
                 [options](const auto& where, const auto& progress) -> result<exit_code> {
                     const auto found =
                         work::people(where, options->limit, options->value, options->wanted(), progress);
                     if (!found) return found.error();
                     print_found(*found, options->wanted(), "There is nobody.");
                     return exit_code::done;
                 });
}

void add_show(CLI::App& users, action& chosen) {
    auto options = std::make_shared<admin_options>();
    auto& command = add_command(users, "show", "Show all that is known of a person but what they wrote",
                                "Example:\n"
                                "  cruddur admin users show andrewbrown prod",
                                *options);
    db::add_environment(command, *options);
    db::add_json(command, *options);
    db::set_work(command, chosen, options,
                 [options](const auto& where, const auto& progress) -> result<exit_code> {
                     const auto found = work::person(where, options->subject, options->wanted(), progress);
                     if (!found) return found.error();
                     print_one(*found, options->wanted());
                     return exit_code::done;
                 });
}

void add_export(CLI::App& users, action& chosen) {
    auto options = std::make_shared<admin_options>();
    auto& command =
        add_command(users, "export", "Print all that is a person's as one JSON document",
                    "For who asks for their data. It holds their messages: keep it as what it is.\n"
                    "Example:\n"
                    "  cruddur admin users export andrewbrown prod > andrewbrown.json",
                    *options);
    db::add_environment(command, *options);
    options->json = true;
    db::set_work(command, chosen, options,
                 [options](const auto& where, const auto& progress) -> result<exit_code> {
                     const auto found = work::person_export(where, options->subject, progress);
                     if (!found) return found.error();
                     std::cout << found->get(0, 0).value_or("") << '\n';
                     return exit_code::done;
                 });
}

void add_rename(CLI::App& users, action& chosen) {
    auto options = std::make_shared<admin_options>();
    auto& command = add_command(users, "rename", "Give a person another handle",
                                "Texts that mention the old handle stay as they were written.\n"
                                "Example:\n"
                                "  cruddur admin users rename andrewbrown andrew prod",
                                *options);
    command.add_option("new-handle", options->value, "The new one")->required();
    db::add_environment(command, *options);
    db::add_json(command, *options);
    db::set_work(command, chosen, options,
                 [options](const auto& where, const auto& progress) -> result<exit_code> {
                     const auto done = work::rename_person(where, options->subject, options->value, progress);
                     if (!done) return done.error();
                     if (options->json) db::print_json(boost::json::object{{"handle", options->value}});
                     return exit_code::done;
                 });
}

void add_disable(CLI::App& users, action& chosen) {
    auto options = std::make_shared<admin_options>();
    auto& command =
        add_command(users, "disable", "Hide a person and what they wrote, and refuse their requests",
                    "Nothing is deleted, and 'enable' undoes it. Their posts, profile and conversations are "
                    "nobody's to see, "
                    "and the API answers them with 403. Counts stay as they are.\n"
                    "Examples:\n"
                    "  cruddur admin users disable andrewbrown\n"
                    "  cruddur admin users disable andrewbrown prod --json",
                    *options);
    db::add_environment(command, *options);
    db::add_json(command, *options);
    db::set_work(
        command, chosen, options, [options](const auto& where, const auto& progress) -> result<exit_code> {
            const auto person = work::disable_person(where, options->subject, progress);
            if (!person) return person.error();
            if (options->json)
                db::print_json(boost::json::object{{"uuid", person->uuid},
                                                   {"handle", person->handle},
                                                   {"disabled_at", person->disabled_at}});
            else
                std::cout << "To undo it: " << work::command_text(where, "users enable " + person->handle)
                          << '\n';
            return exit_code::done;
        });
}

void add_enable(CLI::App& users, action& chosen) {
    auto options = std::make_shared<admin_options>();
    auto& command = add_command(users, "enable", "Undo 'disable': show a person again, and let them sign in",
                                "Example:\n"
                                "  cruddur admin users enable andrewbrown prod",
                                *options);
    db::add_environment(command, *options);
    db::add_json(command, *options);
    db::set_work(
        command, chosen, options, [options](const auto& where, const auto& progress) -> result<exit_code> {
            const auto person = work::enable_person(where, options->subject, progress);
            if (!person) return person.error();
            if (options->json)
                db::print_json(boost::json::object{{"uuid", person->uuid}, {"handle", person->handle}});
            return exit_code::done;
        });
}

void add_delete(CLI::App& users, action& chosen) {
    auto options = std::make_shared<admin_options>();
    auto& command = add_command(
        users, "delete", "Delete a person with all that is theirs",
        "Posts go with the replies below them, and conversations for both sides. Reports keep their text "
        "alone.\n"
        "The user pool is not touched: while the person is in it, they can sign in, and are nobody here.\n"
        "Examples:\n"
        "  cruddur admin users delete andrewbrown\n"
        "  cruddur admin users delete andrewbrown prod --yes cruddur",
        *options);
    db::add_environment(command, *options);
    db::add_yes(command, *options);
    db::add_json(command, *options);
    db::set_work(
        command, chosen, options, [options](const auto& where, const auto& progress) -> result<exit_code> {
            const auto gone =
                work::delete_person(where, options->subject, db::confirmation_of(*options), progress);
            if (!gone) return gone.error();
            if (options->json)
                db::print_json(boost::json::object{{"uuid", gone->uuid},
                                                   {"handle", gone->handle},
                                                   {"cognito_user_id", gone->cognito_user_id}});
            else
                std::cout << "In the user pool they are " << gone->cognito_user_id
                          << " still: aws cognito-idp admin-delete-user deletes them there.\n";
            return exit_code::done;
        });
}

} // namespace

void add_admin_users(CLI::App& admin, action& chosen) {
    auto& users = add_topic(admin, "users", "People: list, show, rename, disable, enable, delete, export");
    for (const auto add :
         {&add_list, &add_show, &add_rename, &add_disable, &add_enable, &add_delete, &add_export})
        add(users, chosen);
}

} // namespace cruddur::cli::admin
