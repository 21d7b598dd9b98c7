#include "cli/ground/terminal.hpp"
#include "cli/rds/rds.hpp"

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/ostream.h>

#include <ctime>
#include <iostream>
#include <map>
#include <optional>

namespace cruddur::cli::rds {
namespace {

// Begins something, waits until the instance is as it should be, and prints it.
exit_code change(rds_context& in, const rds_options& options, aws::db_instance begun, aws::awaited goal) {
    if (!options.no_wait) begun = wait_and_show(in, options, options.identifier, goal);
    print_instance(begun, options.json);
    return exit_code::done;
}

exit_code status(rds_context& in, const rds_options& options, bool all) {
    if (all)
        print_instances(need(aws::describe_instances(in.by)), options.json);
    else
        print_instance(need(aws::describe_instance(in.by, options.identifier)), options.json);
    return exit_code::done;
}

const std::map<std::string, aws::awaited> awaitable{{"available", aws::awaited::available},
                                                    {"stopped", aws::awaited::stopped},
                                                    {"deleted", aws::awaited::deleted}};

exit_code wait(rds_context& in, const rds_options& options, const std::string& goal) {
    const auto found = wait_and_show(in, options, options.identifier, awaitable.at(goal));
    if (goal == "deleted")
        say(fmt::format("{} is deleted.", options.identifier));
    else
        print_instance(found, options.json);
    return exit_code::done;
}

struct upgrade_options : rds_options {
    std::string version;
    bool in_window = false;
};

exit_code upgrade(rds_context& in, const upgrade_options& options) {
    auto going = need(aws::upgrade_instance(in.by, options.identifier, options.version, !options.in_window));
    if (!options.no_wait && !options.in_window)
        going = wait_and_show(in, options, options.identifier, aws::awaited::available);
    print_instance(going, options.json);
    // RDS goes back to the version before where an upgrade fails, and is available again.
    const bool is_done =
        going.engine_version == options.version ||
        going.engine_version.starts_with(options.version.substr(0, options.version.find('.')) + ".");
    if (options.no_wait || options.in_window || is_done) return exit_code::done;
    say(fmt::format(
        "It runs {} still: the upgrade failed, and nothing was changed. Its events say why: aws rds "
        "describe-events --source-type db-instance --source-identifier {}",
        going.engine_version, options.identifier));
    return exit_code::failed;
}

struct delete_options : rds_options {
    std::string yes;
    std::string final_snapshot;
    bool skip_final_snapshot = false;
    bool unprotect = false;
};

bool confirmed(const delete_options& options) {
    if (!options.yes.empty()) return options.yes == options.identifier;
    if (!ground::can_ask()) return false;
    const auto typed = ground::read_answer(
        fmt::format("This deletes {} with all its data. Type its name to go on: ", options.identifier));
    return typed == options.identifier;
}

std::string final_snapshot_name(const std::string& identifier) {
    return fmt::format("{}-final-{:%Y%m%d-%H%M%S}", identifier, fmt::gmtime(std::time(nullptr)));
}

exit_code remove(rds_context& in, const delete_options& options) {
    if (!confirmed(options)) {
        say(fmt::format("cruddur rds delete: {}\nNothing was done. In a script, say --yes {}.",
                        options.yes.empty() ? "it was not confirmed by the instance's name"
                                            : "--yes names another instance",
                        options.identifier));
        return exit_code::refused;
    }
    std::optional<std::string> snapshot;
    if (!options.skip_final_snapshot) {
        snapshot =
            options.final_snapshot.empty() ? final_snapshot_name(options.identifier) : options.final_snapshot;
    }
    if (options.unprotect) {
        static_cast<void>(need(aws::remove_protection(in.by, options.identifier)));
        wait_and_show(in, options, options.identifier, aws::awaited::available);
    }
    auto going = need(aws::delete_instance(in.by, options.identifier, snapshot));
    aws::forget_password(in.kept.password_file(going.account(), going.region(), going.identifier));
    if (!options.no_wait) {
        wait_and_show(in, options, options.identifier, aws::awaited::deleted);
        going.status = "deleted";
    }
    if (options.json)
        print_instance(going, true);
    else
        fmt::print(std::cout, "{} is {}.\n", options.identifier,
                   options.no_wait ? "being deleted" : "deleted");
    if (snapshot) {
        say(as_typed(options,
                     fmt::format("Its last snapshot is {0}: `cruddur rds restore {0} {1}` brings it back.",
                                 *snapshot, options.identifier)));
    }
    return exit_code::done;
}

void add_changes(CLI::App& rds, action& chosen) {
    auto options = std::make_shared<rds_options>();
    CLI::App* command =
        add_rds_command(rds, "stop", "Stop it: AWS starts it again after seven days", *options, true, true);
    command->callback(chooses(chosen, options, [](rds_context& in, const rds_options& given) {
        return change(in, given, need(aws::stop_instance(in.by, given.identifier)), aws::awaited::stopped);
    }));
    options = std::make_shared<rds_options>();
    command = add_rds_command(rds, "start", "Start a stopped one", *options, true, true);
    command->callback(chooses(chosen, options, [](rds_context& in, const rds_options& given) {
        return change(in, given, need(aws::start_instance(in.by, given.identifier)), aws::awaited::available);
    }));
    options = std::make_shared<rds_options>();
    auto failover = std::make_shared<bool>(false);
    command = add_rds_command(rds, "reboot", "Restart the server", *options, true, true);
    command->add_flag("--force-failover", *failover, "With Multi-AZ: to the standby");
    command->callback(chooses(chosen, options, [failover](rds_context& in, const rds_options& given) {
        return change(in, given, need(aws::reboot_instance(in.by, given.identifier, *failover)),
                      aws::awaited::available);
    }));
    auto upgrading = std::make_shared<upgrade_options>();
    command = add_rds_command(rds, "upgrade", "Move it to a newer major version of PostgreSQL", *upgrading,
                              true, true);
    command->add_option("--engine-version", upgrading->version, "The newer version, such as 15")->required();
    command->add_flag("--in-maintenance-window", upgrading->in_window, "Not at once, but in its next window");
    command->callback(chooses(chosen, upgrading, upgrade));
}

} // namespace

void add_rds_life(CLI::App& rds, action& chosen) {
    auto options = std::make_shared<rds_options>();
    auto all = std::make_shared<bool>(false);
    CLI::App* command = add_rds_command(rds, "status", "Show a DB instance", *options, true, false);
    command->add_flag("--all", *all, "Every one of the region");
    command->callback(chooses(chosen, options, [all](rds_context& in, const rds_options& given) {
        return status(in, given, *all);
    }));

    options = std::make_shared<rds_options>();
    auto goal = std::make_shared<std::string>("available");
    command = add_rds_command(rds, "wait", "Wait for a status", *options, true, false);
    command->add_option("--for", *goal, "available, stopped or deleted")
        ->check(CLI::IsMember({"available", "stopped", "deleted"}));
    command->add_option("--timeout", options->timeout_s, "How long, in seconds")
        ->check(CLI::Range(1, 86'400));
    command->callback(chooses(chosen, options, [goal](rds_context& in, const rds_options& given) {
        return wait(in, given, *goal);
    }));

    add_changes(rds, chosen);

    auto deleting = std::make_shared<delete_options>();
    command = add_rds_command(rds, "delete", "Delete it, after a last snapshot", *deleting, true, true);
    command->add_option("--yes", deleting->yes, "Its name, in place of being asked for it");
    CLI::Option* skip =
        command->add_flag("--skip-final-snapshot", deleting->skip_final_snapshot, "Take no snapshot");
    command->add_option("--final-snapshot", deleting->final_snapshot, "The last snapshot's name")
        ->excludes(skip);
    command->add_flag("--unprotect", deleting->unprotect, "Turn deletion protection off first");
    command->callback(chooses(chosen, deleting, remove));
}

} // namespace cruddur::cli::rds
