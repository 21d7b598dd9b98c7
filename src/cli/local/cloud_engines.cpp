#include "cli/local/cloud_engines.hpp"

#include "cli/ground/output.hpp"
#include "cli/ground/process.hpp"
#include "cloud/door/engine_users.hpp"
#include "cluster/engine_store.hpp"
#include "cluster/error.hpp"
#include "cluster/process.hpp"

#include <CLI/CLI.hpp>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>

namespace cruddur::cli::local {
namespace {

namespace json = boost::json;
using ground::exit_code;
using std::filesystem::path;

constexpr auto npm_timeout = std::chrono::seconds(60);

json::object described(const cluster::engine& one) {
    json::object out{{"major", one.of.major},
                     {"version", one.of.number()},
                     {"source", one.is_added ? "added" : "installed"},
                     {"folder", one.of.programs.parent_path().string()}};
    if (one.is_added) out["bytes"] = one.bytes;
    return out;
}

// The packages that would bring what is not there.
std::vector<cluster::engine_package> missing_packages(const std::vector<cluster::engine>& there,
                                                      const path& store) {
    std::vector<cluster::engine_package> out;
    for (const cluster::engine_package& one : cluster::engine_packages()) {
        const bool is_there = std::ranges::any_of(there, [&](const cluster::engine& each) {
            return each.of.major == one.major && each.of.minor >= one.minor;
        });
        if (!is_there && cluster::find_package(one.major) != nullptr &&
            cluster::find_package(one.major)->machine == one.machine &&
            cluster::why_not_served(one.major, store).empty())
            out.push_back(one);
    }
    return out;
}

exit_code list(const path& store, bool as_json) {
    const auto there = cluster::list_engines(store);
    const auto more = missing_packages(there, store);
    if (as_json) {
        json::array engines;
        for (const cluster::engine& one : there)
            engines.push_back(described(one));
        json::array packages;
        for (const auto& one : more)
            packages.push_back({{"major", one.major},
                                {"version", fmt::format("{}.{}", one.major, one.minor)},
                                {"bytes", one.bytes}});
        fmt::print("{}\n", json::serialize(json::object{{"engines", engines}, {"packages", packages}}));
        return exit_code::done;
    }
    std::vector<std::vector<std::string>> rows;
    rows.reserve(there.size());
    for (const cluster::engine& one : there) {
        rows.push_back({std::to_string(one.of.major), one.of.number(), one.is_added ? "added" : "installed",
                        one.is_added ? ground::size_text(one.bytes) : "",
                        one.of.programs.parent_path().string()});
    }
    fmt::print("{}", ground::table({"major", "version", "from", "size", "folder"}, rows));
    for (const auto& one : more) {
        fmt::print("PostgreSQL {}.{} can be added: cruddur cloud engines add {} ({} to fetch)\n", one.major,
                   one.minor, one.major, ground::size_text(one.bytes));
    }
    return exit_code::done;
}

// As npm itself finds it: its configuration files and variables. It is asked in the caller's own PATH, and
// its variables, which may hold secrets, are in no argument list.
std::string npm_registry() {
    cluster::command npm{.arguments = {"/usr/bin/env", "PATH=" + ground::environment("PATH"), "npm", "config",
                                       "get", "registry"},
                         .as = {},
                         .input = {},
                         .log = {}};
    for (char** each = environ; *each != nullptr; ++each) {
        const std::string_view variable{*each};
        if (variable.starts_with("npm_config_") || variable.starts_with("NPM_CONFIG_") ||
            variable.starts_with("HOME=") || variable.starts_with("XDG_CONFIG_HOME="))
            npm.environment.emplace_back(variable);
    }
    auto done = cluster::run(npm, npm_timeout);
    while (done.output.ends_with('\n'))
        done.output.pop_back();
    const bool is_url = done.output.starts_with("https://") || done.output.starts_with("http://");
    if (done.exit_status == 0 && is_url && done.output.find_first_of(" \n") == std::string::npos)
        return done.output;
    throw cluster::error(
        fmt::format("npm does not say which registry packages come from (`npm config get registry`). "
                    "Is it installed (apt-get install npm)? It says: {}",
                    done.output));
}

// On a terminal one line that grows; elsewhere a line every quarter.
class shown_progress {
public:
    void tell(std::int64_t done, std::int64_t bytes) {
        const auto percent = static_cast<int>(done * 100 / bytes);
        const int step = terminal_ ? 1 : 25;
        if (percent / step == told_ / step) return;
        told_ = percent;
        fmt::print(stderr, "{}{} of {}, {} %{}", terminal_ ? "\r" : "", ground::size_text(done),
                   ground::size_text(bytes), percent, terminal_ && done < bytes ? "" : "\n");
        std::fflush(stderr);
    }

private:
    bool terminal_ = isatty(STDERR_FILENO) != 0;
    int told_ = 0;
};

exit_code add(const path& store, int major) {
    const auto before = cluster::list_engines(store);
    if (const auto lacks = cluster::why_not_served(major, store); !lacks.empty()) throw cluster::error(lacks);
    shown_progress progress;
    const path folder = cluster::add_engine(
        store, major,
        {.registry = npm_registry(), .progress = [&](auto done, auto bytes) { progress.tell(done, bytes); }});
    const bool was_there = std::ranges::any_of(before, [&](const cluster::engine& one) {
        return one.is_added && one.of.programs.parent_path().filename() == folder.filename();
    });
    fmt::print("PostgreSQL {} is {} {}. New instances of version {} run it.\n", folder.filename().string(),
               was_there ? "there already, in" : "added, to", folder.string(), major);
    return exit_code::done;
}

exit_code remove(const path& folder, int major) {
    cluster::remove_engine(cloud::door::engine_store(folder), major,
                           [&] { return cloud::door::engine_users(folder, major); });
    fmt::print("PostgreSQL {} is removed. Snapshots of it can be restored once it is added again.\n", major);
    return exit_code::done;
}

// A number with letters behind it would be taken for the number.
std::string check_switch(const std::string& value) {
    static constexpr std::array words{"1", "0", "true", "false", "yes", "no", "on", "off"};
    const auto word = boost::algorithm::to_lower_copy(value);
    return std::ranges::find(words, word) != words.end() ? "" : fmt::format("'{}' is neither 1 nor 0", value);
}

} // namespace

void add_engine_substitute(CLI::App& command, const std::string& name, bool& value,
                           const std::string& description) {
    command.add_flag(name, value, description)
        ->envname("CRUDDUR_ENGINE_SUBSTITUTE")
        ->check(CLI::Validator{check_switch, ""});
}

void add_engines(CLI::App& cloud, const std::function<path()>& folder, ground::action& chosen) {
    auto* engines = cloud.add_subcommand("engines", "The versions of PostgreSQL that RDS serves here");
    const auto as_json = std::make_shared<bool>(false);
    const auto major = std::make_shared<int>(0);
    engines->add_flag("--json", *as_json, "Print them as one JSON object");
    auto* add_one = engines->add_subcommand("add", "Bring one, from the registry that npm is configured for");
    auto* remove_one = engines->add_subcommand("remove", "Remove one that was added");
    for (auto* each : {add_one, remove_one})
        each->add_option("major", *major, "Its major version, such as 14")
            ->required()
            ->check(CLI::Range(1, 99));
    add_one->callback([&chosen, folder, major] {
        chosen = [folder, major] { return add(cloud::door::engine_store(folder()), *major); };
    });
    remove_one->callback(
        [&chosen, folder, major] { chosen = [folder, major] { return remove(folder(), *major); }; });
    engines->callback([&chosen, folder, as_json, engines] {
        if (!engines->get_subcommands().empty()) return;
        chosen = [folder, as_json] { return list(cloud::door::engine_store(folder()), *as_json); };
    });
}

} // namespace cruddur::cli::local
