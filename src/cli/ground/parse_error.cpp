#include "cli/ground/parse_error.hpp"

#include <fmt/ostream.h>

#include <algorithm>
#include <numeric>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::cli::ground {
namespace {

// The command that the line had reached: the deepest one parsed.
const CLI::App& reached(const CLI::App& app) {
    const CLI::App* deepest = &app;
    while (!deepest->get_subcommands().empty())
        deepest = deepest->get_subcommands().back();
    return *deepest;
}

std::string name_of(const CLI::App& command) {
    return command.get_parent() == nullptr ? command.get_name()
                                           : name_of(*command.get_parent()) + ' ' + command.get_name();
}

std::string nearest(const CLI::App& command, std::string_view word) {
    std::vector<std::string> candidates;
    if (word.starts_with('-')) {
        for (const CLI::Option* option : command.get_options()) {
            for (const auto& name : option->get_lnames())
                candidates.push_back("--" + name);
        }
    } else {
        for (const CLI::App* sub : command.get_subcommands({}))
            candidates.push_back(sub->get_name());
        for (const CLI::Option* option : command.get_options()) {
            if (option->get_positional() && option->get_name() == "environment")
                candidates.emplace_back("prod");
        }
    }
    const auto flag = word.substr(0, word.find('='));
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(2, flag.size() / 3) + 1;
    for (const auto& candidate : candidates) {
        if (const auto steps = distance(flag, candidate); steps < best_distance) {
            best = candidate;
            best_distance = steps;
        }
    }
    return best;
}

} // namespace

std::size_t distance(std::string_view one, std::string_view other) {
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < one.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < other.size(); ++j) {
            const std::size_t change = diagonal + (one[i] == other[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({change, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

exit_code report(const CLI::App& app, const CLI::ParseError& stopped, std::ostream& out, std::ostream& err) {
    if (stopped.get_exit_code() == 0) {
        app.exit(stopped, out, err);
        return exit_code::done;
    }
    const CLI::App& command = reached(app);
    const auto unknown = command.remaining();
    if (unknown.empty()) {
        fmt::print(err, "{}: {}\n", name_of(command), stopped.what());
    } else {
        const auto meant = nearest(command, unknown.front());
        fmt::print(err, "{}: unknown {} '{}'{}\n", name_of(command),
                   unknown.front().starts_with('-')      ? "option"
                   : command.get_subcommands({}).empty() ? "argument"
                                                         : "command",
                   unknown.front(), meant.empty() ? "" : fmt::format(": did you mean '{}'?", meant));
    }
    fmt::print(err, "Nothing was done. '{} --help' explains it.\n", name_of(command));
    return exit_code::usage;
}

} // namespace cruddur::cli::ground
