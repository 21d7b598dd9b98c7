#include "cluster/installation.hpp"

#include "cluster/error.hpp"
#include "cluster/process.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <sstream>
#include <vector>

namespace cruddur::cluster {
namespace {

using std::filesystem::path;

bool is_program(const path& file) {
    return access(file.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(file);
}

std::string first_line_of(const path& program, const char* argument) {
    const auto done =
        run({.arguments = {program.string(), argument}, .as = account_for({}), .input = {}, .log = {}},
            std::chrono::seconds(10));
    return done.exit_status == 0 ? done.output.substr(0, done.output.find('\n')) : std::string();
}

std::vector<path> candidates() {
    std::vector<path> folders;
    std::error_code ignored;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
        folders.push_back(version.path() / "bin");
    }
    const char* search = std::getenv("PATH");
    std::istringstream parts(search ? search : "");
    for (std::string part; std::getline(parts, part, ':');) {
        if (part.empty()) continue;
        if (is_program(path(part) / "postgres")) folders.emplace_back(part);
        if (is_program(path(part) / "pg_config"))
            folders.emplace_back(first_line_of(path(part) / "pg_config", "--bindir"));
    }
    return folders;
}

// "postgres (PostgreSQL) 15.20 (Debian …)"
int major_of(const std::string& version) {
    const auto number = version.find(") ");
    if (number == std::string::npos) return 0;
    int major = 0;
    std::from_chars(version.data() + number + 2, version.data() + version.size(), major);
    return major;
}

} // namespace

installation find_installation(std::optional<int> major) {
    std::optional<installation> best;
    for (const auto& folder : candidates()) {
        if (!is_program(folder / "initdb") || !is_program(folder / "postgres")) continue;
        const auto version = first_line_of(folder / "postgres", "--version");
        const installation found{folder, major_of(version), version};
        if (found.major < oldest_major || (major && found.major != *major)) continue;
        if (!best || found.major > best->major) best = found;
    }
    if (best) return *best;
    if (major) {
        throw error(fmt::format(
            "The data folder is of PostgreSQL {0}, whose server is not installed on this machine. "
            "Install it (apt-get install postgresql-{0}), or name another folder.",
            *major));
    }
    throw error(
        fmt::format("No PostgreSQL server of version {} or later is installed on this machine. Install one: "
                    "apt-get install postgresql",
                    oldest_major));
}

} // namespace cruddur::cluster
