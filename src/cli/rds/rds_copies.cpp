#include "cli/rds/rds.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cruddur::cli::rds {
namespace {

struct copy_options : rds_options {
    std::string time;
};

exit_code replicate(rds_context& in, const copy_options& options) {
    auto instance = need(aws::create_replica(in.by, options.source, options.identifier));
    if (!options.no_wait) instance = wait_and_show(in, options, options.identifier, aws::awaited::available);
    say(fmt::format(
        "It follows {}, with the same users and passwords, and takes no writes until it is promoted.",
        options.source));
    print_instance(instance, options.json);
    return exit_code::done;
}

exit_code promote(rds_context& in, const copy_options& options) {
    auto instance = need(aws::promote_replica(in.by, options.identifier));
    if (!options.no_wait) instance = wait_and_show(in, options, options.identifier, aws::awaited::available);
    print_instance(instance, options.json);
    return exit_code::done;
}

exit_code restore_to(rds_context& in, const copy_options& options) {
    const std::string time = options.time == "latest" ? "" : options.time;
    auto instance = need(aws::restore_to_time(in.by, options.source, options.identifier, time));
    await_restored(in, options, instance);
    print_instance(instance, options.json);
    return exit_code::done;
}

// A command that makes or changes the instance that it names.
CLI::App* add_copy_command(CLI::App& rds, action& chosen, const char* name, const char* help,
                           exit_code (*work)(rds_context&, const copy_options&),
                           const std::shared_ptr<copy_options>& options) {
    CLI::App* command = add_rds_command(rds, name, help, *options, false, true);
    command->callback(chooses(chosen, options, work));
    return command;
}

} // namespace

void add_rds_copies(CLI::App& rds, action& chosen) {
    const auto add = [&](const char* name, const char* help, auto work, bool has_time, bool has_source) {
        const auto options = std::make_shared<copy_options>();
        CLI::App* command = add_copy_command(rds, chosen, name, help, work, options);
        if (has_time) {
            command
                ->add_option("time", options->time,
                             "When, as 2026-11-25T01:47:19Z, or latest: up to LatestRestorableTime")
                ->required();
        }
        command->add_option("identifier", options->identifier, "The DB instance's name")->required();
        if (!has_source) return;
        options->source = default_instance;
        command->add_option("--of", options->source, "Its source")->capture_default_str();
    };
    add("replicate", "Make a read replica", &replicate, false, true);
    add("promote", "Make a read replica an instance of its own", &promote, false, false);
    add("restore-to", "Make a new DB instance as one was at a time", &restore_to, true, true);
}

} // namespace cruddur::cli::rds
