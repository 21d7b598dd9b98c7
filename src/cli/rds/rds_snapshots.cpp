#include "cli/rds/rds.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/ostream.h>

#include <ctime>
#include <iostream>

namespace cruddur::cli::rds {
namespace {

boost::json::object snapshot_json(const aws::db_snapshot& one) {
    return {{"identifier", one.identifier},
            {"status", one.status},
            {"instance", one.instance},
            {"created", one.created},
            {"engine_version", one.engine_version},
            {"allocated_storage_gib", one.allocated_storage_gib},
            {"encrypted", one.encrypted}};
}

void print_line(const aws::db_snapshot& one) {
    fmt::print(std::cout, "{}  {}  of {}  {}  {} GiB{}\n", one.identifier, one.status, one.instance,
               one.created, one.allocated_storage_gib, one.encrypted ? "  encrypted" : "");
}

exit_code take(rds_context& in, const rds_options& options, std::string name) {
    if (name.empty())
        name = fmt::format("{}-{:%Y%m%d-%H%M%S}", options.identifier, fmt::gmtime(std::time(nullptr)));
    auto snapshot = need(aws::create_snapshot(in.by, options.identifier, name));
    if (!options.no_wait) snapshot = wait_for_snapshot_and_show(in, options, name);
    if (options.json)
        std::cout << boost::json::serialize(snapshot_json(snapshot)) << '\n';
    else
        print_line(snapshot);
    return exit_code::done;
}

exit_code list(rds_context& in, const rds_options& options, bool all) {
    const auto every = need(aws::describe_snapshots(in.by, all ? std::string{} : options.identifier));
    // Snapshots outlive their instance: a name is unknown where there is neither.
    if (every.empty() && !all) need(aws::describe_instance(in.by, options.identifier));
    if (options.json) {
        boost::json::array printed;
        for (const auto& one : every)
            printed.emplace_back(snapshot_json(one));
        std::cout << boost::json::serialize(printed) << '\n';
        return exit_code::done;
    }
    for (const auto& one : every)
        print_line(one);
    if (every.empty()) say("There is no snapshot.");
    return exit_code::done;
}

} // namespace

void add_rds_snapshots(CLI::App& rds, action& chosen) {
    auto options = std::make_shared<rds_options>();
    auto name = std::make_shared<std::string>();
    CLI::App* command = add_rds_command(rds, "snapshot", "Take a snapshot", *options, true, true);
    command->add_option("--name", *name,
                        "The snapshot's name; the instance's with the time where none is given");
    command->callback([&chosen, options, name] {
        chosen = [options, name] {
            return run_rds(*options, [&](rds_context& in) { return take(in, *options, *name); });
        };
    });
    options = std::make_shared<rds_options>();
    auto all = std::make_shared<bool>(false);
    command = add_rds_command(rds, "snapshots", "List an instance's snapshots", *options, true, false);
    command->add_flag("--all", *all, "Of every instance");
    command->callback([&chosen, options, all] {
        chosen = [options, all] {
            return run_rds(*options, [&](rds_context& in) { return list(in, *options, *all); });
        };
    });
}

} // namespace cruddur::cli::rds
