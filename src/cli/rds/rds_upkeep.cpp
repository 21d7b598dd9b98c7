#include "cli/ground/terminal.hpp"
#include "cli/rds/rds.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <thread>

namespace cruddur::cli::rds {
namespace {

namespace json = boost::json;

constexpr auto look_again = std::chrono::seconds{1}; // for what a log that is followed has got

struct event_options : rds_options {
    std::int64_t hours = 24;
};

struct log_options : rds_options {
    std::int64_t lines = 100;
    std::string file;
    bool list = false;
    bool follow = false;
};

struct parameter_options : rds_options {
    std::vector<std::string> set;
    std::vector<std::string> reset;
    bool all = false;
};

exit_code events(rds_context& in, const event_options& options) {
    constexpr std::int64_t minutes_of_an_hour = 60;
    const auto all =
        need(aws::describe_events(in.by, options.identifier, options.hours * minutes_of_an_hour));
    // Events outlive their instance: a name is unknown where there is neither.
    if (all.empty()) need(aws::describe_instance(in.by, options.identifier));
    json::array printed;
    for (const auto& one : all) {
        if (options.json)
            printed.push_back({{"time", one.time}, {"message", one.message}});
        else
            fmt::print(std::cout, "{}  {}\n", one.time, one.message);
    }
    if (options.json) std::cout << json::serialize(printed) << '\n';
    if (all.empty()) say(fmt::format("Nothing happened to it in {} hours.", options.hours));
    return exit_code::done;
}

exit_code list_logs(const std::vector<aws::log_file>& files, bool as_json) {
    json::array printed;
    for (const auto& one : files) {
        if (as_json)
            printed.push_back({{"name", one.name}, {"bytes", one.bytes}, {"written_ms", one.written_ms}});
        else
            fmt::print(std::cout, "{:>12}  {}\n", one.bytes, one.name);
    }
    if (as_json) std::cout << json::serialize(printed) << '\n';
    return exit_code::done;
}

// Prints the file's last lines, or what there is from the marker on, and returns where that ended.
std::string print_log(rds_context& in, const log_options& options, const std::string& file,
                      std::string marker) {
    for (bool more = true; more;) {
        const auto part = need(aws::read_log(in.by, options.identifier, file, marker, options.lines));
        std::cout << part.text << std::flush;
        more = !part.is_last && !marker.empty(); // of a file's last lines there is one part
        marker = part.marker;
    }
    return marker;
}

exit_code logs(rds_context& in, const log_options& options) {
    auto files = need(aws::describe_log_files(in.by, options.identifier));
    if (options.list) return list_logs(files, options.json);
    if (files.empty()) {
        say("There is no log yet.");
        return exit_code::done;
    }
    std::string file = options.file.empty() ? files.back().name : options.file;
    if (options.json) {
        const auto part = need(aws::read_log(in.by, options.identifier, file, "", options.lines));
        std::cout << json::serialize(json::object{{"file", file}, {"text", part.text}}) << '\n';
        return exit_code::done;
    }
    std::string marker = print_log(in, options, file, "");
    // Until it is interrupted; into the next file, once there is one.
    while (options.follow && std::cout) {
        std::this_thread::sleep_for(look_again);
        marker = print_log(in, options, file, marker);
        files = need(aws::describe_log_files(in.by, options.identifier));
        if (options.file.empty() && !files.empty() && files.back().name != file) {
            file = files.back().name;
            marker = "0";
        }
    }
    return exit_code::done;
}

void print_parameters(const std::vector<aws::db_parameter>& all, bool as_json) {
    json::array printed;
    for (const auto& one : all) {
        if (as_json) {
            printed.push_back({{"name", one.name},
                               {"value", one.value},
                               {"allowed", one.allowed},
                               {"set", one.is_set},
                               {"needs_reboot", one.is_static}});
        } else {
            fmt::print(std::cout, "{} = {}{}\n", one.name, one.value,
                       one.is_static ? "  (from a reboot on)" : "");
        }
    }
    if (as_json) std::cout << json::serialize(printed) << '\n';
}

// Those of the names that the engine has; it throws for one that it has not.
std::vector<aws::db_parameter> known(const std::vector<aws::db_parameter>& all,
                                     const std::vector<std::string>& asked) {
    std::vector<aws::db_parameter> out;
    for (const std::string& each : asked) {
        const auto equals = each.find('=');
        const auto found = std::ranges::find(all, each.substr(0, equals), &aws::db_parameter::name);
        if (found == all.end()) {
            throw aws::error_exception{
                {.kind = aws::failure::refused,
                 .code = "InvalidParameterValue",
                 .message = fmt::format("PostgreSQL has no parameter '{}'", each.substr(0, equals))}};
        }
        out.push_back(*found);
        if (equals != std::string::npos) out.back().value = each.substr(equals + 1);
    }
    return out;
}

bool is_default(const std::string& group) {
    return group.starts_with("default.");
}

exit_code change_parameters(rds_context& in, const parameter_options& options, aws::db_instance instance) {
    const auto all = need(aws::describe_parameters(in.by, instance.parameter_group, false));
    const auto set = known(all, options.set);
    const auto reset = known(all, options.reset);
    if (is_default(instance.parameter_group)) {
        instance = need(aws::give_parameter_group(in.by, instance, options.identifier));
        say(fmt::format(
            "{0} has the engine's default parameters, which cannot be changed: it gets the group {1} "
            "of its own, which holds from its next reboot on.",
            options.identifier, options.identifier));
    }
    // A group that was given just now is not described before the reboot.
    const std::string group =
        is_default(instance.parameter_group) ? options.identifier : instance.parameter_group;
    need(aws::set_parameters(in.by, group, set));
    need(aws::reset_parameters(in.by, group, reset));
    print_parameters(need(aws::describe_parameters(in.by, group, true)), options.json);
    const auto waits = [](const aws::db_parameter& one) { return one.is_static; };
    if (group != instance.parameter_group || instance.parameter_status == "pending-reboot" ||
        std::ranges::any_of(set, waits) || std::ranges::any_of(reset, waits)) {
        say(as_typed(options, "What waits for a reboot holds after `cruddur rds reboot`."));
    }
    return exit_code::done;
}

exit_code parameters(rds_context& in, const parameter_options& options) {
    const auto instance = need(aws::describe_instance(in.by, options.identifier));
    if (!options.set.empty() || !options.reset.empty()) return change_parameters(in, options, instance);
    const auto all = need(aws::describe_parameters(in.by, instance.parameter_group, !options.all));
    print_parameters(all, options.json);
    if (all.empty()) {
        say(as_typed(options,
                     fmt::format("The group {} has the engine's own values; `cruddur rds parameters --all` "
                                 "lists them, and --set NAME=VALUE changes one.",
                                 instance.parameter_group)));
    }
    return exit_code::done;
}

template<class Options>
CLI::App* add(CLI::App& rds, action& chosen, const char* name, const char* help,
              exit_code (*work)(rds_context&, const Options&), const std::shared_ptr<Options>& options) {
    CLI::App* command = add_rds_command(rds, name, help, *options, true, false);
    command->callback(chooses(chosen, options, work));
    return command;
}

} // namespace

void add_rds_upkeep(CLI::App& rds, action& chosen) {
    const auto told = std::make_shared<event_options>();
    constexpr std::int64_t hours_max = 14 * 24; // as long as RDS keeps them
    add(rds, chosen, "events", "List what happened to it", &events, told)
        ->add_option("--hours", told->hours, "Of so many hours")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{1}, hours_max));

    const auto read = std::make_shared<log_options>();
    CLI::App* command = add(rds, chosen, "logs", "Print PostgreSQL's log", &logs, read);
    constexpr std::int64_t lines_max = 9'999; // of one answer of RDS
    command->add_option("--lines", read->lines, "So many of its last lines")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{1}, lines_max));
    CLI::Option* file =
        command->add_option("--file", read->file, "This one of its files, in place of the newest");
    CLI::Option* follow =
        command->add_flag("--follow,-f", read->follow, "Go on with what is written, until Ctrl-C");
    follow->excludes(command->get_option("--json"));
    command->add_flag("--list", read->list, "List its files, with their bytes")
        ->excludes(file)
        ->excludes(follow);

    const auto shown = std::make_shared<parameter_options>();
    command =
        add(rds, chosen, "parameters", "List the parameters that are set, or set them", &parameters, shown);
    command->add_flag("--all", shown->all, "All that PostgreSQL has");
    command->add_option("--set", shown->set, "NAME=VALUE; may be given again")
        ->check([](const std::string& text) {
            const auto equals = text.find('=');
            return equals == std::string::npos || equals == 0 ? "it is NAME=VALUE" : std::string{};
        });
    command->add_option("--reset", shown->reset, "NAME: back to the engine's own value; may be given again");
}

} // namespace cruddur::cli::rds
