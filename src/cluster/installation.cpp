#include "cluster/installation.hpp"

#include "cluster/error.hpp"
#include "cluster/process.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <string_view>
#include <tuple>
#include <utility>

namespace cruddur::cluster {
namespace {

using std::filesystem::path;

bool is_program(const path& file) {
    return access(file.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(file);
}

// What the program says first; asked once for as long as its file stays as it is.
std::string first_line_of(const path& program, const char* argument) {
    static std::mutex mutex;
    static std::map<std::tuple<path, std::filesystem::file_time_type>, std::string> answers;
    std::error_code ignored;
    const std::tuple file{program, std::filesystem::last_write_time(program, ignored)};
    const std::lock_guard lock{mutex};
    if (const auto known = answers.find(file); known != answers.end()) return known->second;
    const auto done =
        run({.arguments = {program.string(), argument}, .as = account_for({}), .input = {}, .log = {}},
            std::chrono::seconds(10));
    if (done.exit_status != 0) return {};
    return answers[file] = done.output.substr(0, done.output.find('\n'));
}

// Whether a program's file holds that text; looked for once for as long as the file stays as it is.
bool names(const path& program, std::string_view text) {
    static std::mutex mutex;
    static std::map<std::tuple<path, std::filesystem::file_time_type, std::string_view>, bool> answers;
    std::error_code ignored;
    const std::tuple file{program, std::filesystem::last_write_time(program, ignored), text};
    const std::lock_guard lock{mutex};
    if (const auto known = answers.find(file); known != answers.end()) return known->second;
    std::ifstream opened{program, std::ios::binary};
    std::ostringstream whole;
    whole << opened.rdbuf();
    return answers[file] = whole.view().find(text) != std::string_view::npos;
}

path real_path(const path& file) {
    std::error_code ignored;
    const path real = std::filesystem::canonical(file, ignored);
    return real.empty() ? file : real;
}

std::vector<path> candidates(const path& engines) {
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
            folders.emplace_back(first_line_of(real_path(path(part) / "pg_config"), "--bindir"));
    }
    if (engines.empty()) return folders;
    for (const auto& engine : std::filesystem::directory_iterator(engines, ignored)) {
        // What is being unpacked is none yet.
        if (engine.path().filename().string().find_first_not_of("0123456789.") == std::string::npos)
            folders.push_back(engine.path() / "bin");
    }
    return folders;
}

// "postgres (PostgreSQL) 15.20 (Debian …)"; 0 and 0 of one that is no release, such as "18beta1".
std::pair<int, int> numbers_of(const std::string& version) {
    const auto number = version.find(") ");
    if (number == std::string::npos) return {};
    int major = 0;
    int minor = 0;
    const char* const end = version.data() + version.size();
    const auto [dot, failed] = std::from_chars(version.data() + number + 2, end, major);
    if (failed != std::errc{} || dot == end || *dot != '.') return {};
    if (std::from_chars(dot + 1, end, minor).ec != std::errc{}) return {};
    return {major, minor};
}

} // namespace

std::string installation::number() const {
    return fmt::format("{}.{}", major, minor);
}

std::vector<installation> find_installations(const path& engines) {
    std::vector<installation> found;
    std::set<path> seen; // one program may be reached by several folders
    for (const auto& folder : candidates(engines)) {
        if (!is_program(folder / "initdb") || !is_program(folder / "postgres")) continue;
        if (!seen.insert(real_path(folder / "postgres")).second) continue;
        const auto version = first_line_of(folder / "postgres", "--version");
        const auto [major, minor] = numbers_of(version);
        if (major < oldest_major) continue;
        const auto older = std::ranges::find_if(found, [numbers = std::pair{major, minor}](const auto& one) {
            return std::pair{one.major, one.minor} < numbers;
        });
        found.insert(older, {folder, major, minor, version});
    }
    return found;
}

installation find_installation(std::optional<int> major, const path& engines) {
    for (const auto& one : find_installations(engines))
        if (!major || one.major == *major) return one;
    if (major && !engines.empty()) {
        throw error(
            fmt::format("PostgreSQL {0} is not there, and this server is of it. Bring it: cruddur cloud "
                        "engines add {0}, or apt-get install postgresql-{0}.",
                        *major));
    }
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

bool has_ldap(int major, const path& engines) {
    for (const auto& one : find_installations(engines))
        if (one.major == major) return names(one.program("postgres"), "ldap_simple_bind");
    return false;
}

path find_client(const char* program, int server_major, const path& engines) {
    path found;
    std::pair<int, int> best;
    for (const auto& folder : candidates(engines)) {
        if (!is_program(folder / program)) continue;
        const auto numbers = numbers_of(first_line_of(folder / program, "--version"));
        if (numbers.first < server_major) continue;
        const bool is_better = found.empty() || numbers.first < best.first ||
                               (numbers.first == best.first && numbers.second > best.second);
        if (!is_better) continue;
        found = folder / program;
        best = numbers;
    }
    return found;
}

} // namespace cruddur::cluster
