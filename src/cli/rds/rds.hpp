#pragma once

#include "aws/keepsake.hpp"
#include "aws/rds.hpp"
#include "aws/waiter.hpp"
#include "cli/ground/command.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cli::rds {

using ground::action;
using ground::exit_code;

// `cruddur rds` and all that is below it.
void add_rds(CLI::App& app, action& chosen);

inline constexpr std::string_view default_instance = "cruddur-db-instance";

// What every `cruddur rds` command takes.
struct rds_options {
    aws::choices how{};
    std::string identifier{default_instance};
    std::string source; // the instance that a new one is made of; "" where none is
    bool json = false;
    bool no_wait = false;
    std::size_t timeout_s = 1'800;
};

// A command line's way to AWS: its caller, and what this machine keeps. A failure is thrown as
// aws::error_exception, which run_rds prints.
struct rds_context {
    explicit rds_context(const rds_options& options);

    aws::client by;
    aws::keepsakes kept;
};

// The command of this name below `rds`, with the flags that all share. `instance`: whether it takes the
// instance's identifier; `waits`: whether it waits for a status.
CLI::App* add_rds_command(CLI::App& rds, const std::string& name, const std::string& help, rds_options& into,
                          bool instance, bool waits);

// Runs a command's work and prints what it throws, with the exit code that goes with it.
exit_code run_rds(const rds_options& options, const std::function<exit_code(rds_context&)>& work);

// A command's callback: that work, run by run_rds on what was given, is what was chosen.
template<class Options, class Work>
std::function<void()> chooses(action& chosen, std::shared_ptr<Options> options, Work work) {
    return [&chosen, options, work] {
        chosen = [options, work] {
            return run_rds(*options, [&](rds_context& in) { return work(in, *options); });
        };
    };
}

// Waits with the status shown: one line rewritten on a terminal, a line a status elsewhere, on stderr.
aws::db_instance wait_and_show(rds_context& in, const rds_options& options, const std::string& identifier,
                               aws::awaited goal);
aws::db_snapshot wait_for_snapshot_and_show(rds_context& in, const rds_options& options,
                                            const std::string& name);

// On stdout: the instance as a table of a few lines, or as one JSON object.
void print_instance(const aws::db_instance& instance, bool json);
// Several: a line each, or one JSON array.
void print_instances(const std::vector<aws::db_instance>& all, bool json);
// The text with its commands, `cruddur rds …`, as they work when they are typed: they name the instance
// unless it is the one that is meant without a name, and have the flags that this command was given, as those
// of the AWS CLI have, `aws rds …`.
[[nodiscard]] std::string as_typed(const rds_options& options, std::string_view text);
// A line for people on stderr, so that stdout stays what scripts read.
void say(std::string_view line);

// Unwraps, or throws aws::error_exception.
template<class T>
T need(aws::result<T> outcome) {
    if (!outcome) throw aws::error_exception{outcome.error()};
    return std::move(*outcome);
}
void need(const aws::result<void>& outcome);

// Gives the instance a new password, waits until it holds, and keeps it. "" makes one up.
void rotate_password(rds_context& in, const rds_options& options, const aws::db_instance& instance,
                     std::string password);
// Waits for an instance that is being restored, and gives it a password that is kept here; with no_wait it
// says how to. The instance becomes what it is then.
void await_restored(rds_context& in, const rds_options& options, aws::db_instance& instance);

// Each adds some of the commands below `rds`. A file each.
void add_rds_create(CLI::App& rds, action& chosen);    // create, restore
void add_rds_life(CLI::App& rds, action& chosen);      // status, wait, stop, start, reboot, delete
void add_rds_snapshots(CLI::App& rds, action& chosen); // snapshot, snapshots
void add_rds_copies(CLI::App& rds, action& chosen);    // replicate, promote, restore-to
void add_rds_upkeep(CLI::App& rds, action& chosen);    // events, logs, parameters
void add_rds_measures(CLI::App& rds, action& chosen);  // insights, metrics
void add_rds_access(CLI::App& rds, action& chosen);    // allow-ip, revoke-ip
void add_rds_audit(CLI::App& rds, action& chosen);
void add_rds_secrets(CLI::App& rds, action& chosen); // url, rotate-password, ca-bundle

} // namespace cruddur::cli::rds
