#include "cluster/postmaster.hpp"

#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/process.hpp"

#include <fmt/format.h>

#include <sys/shm.h>

#include <charconv>
#include <csignal>
#include <sstream>
#include <vector>

namespace cruddur::cluster {
namespace {

using std::filesystem::path;

// Beyond the kernel's highest pid_max (2^22): nobody's, ever.
constexpr pid_t impossible_pid = 1 << 30;

constexpr std::size_t wal_segment_name_size = 24;

path file_of(const path& data) {
    return data / "postmaster.pid";
}

template<class Number>
Number number_in(const std::string& text) {
    Number number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);)
        parts.push_back(part);
    return parts;
}

} // namespace

std::optional<postmaster_file> read_postmaster_file(const path& data) {
    // pid, data folder, start time, port, socket folder, address, shared memory key, status.
    const auto lines = split(read_file(file_of(data)), '\n');
    if (lines.empty()) return std::nullopt;
    postmaster_file file;
    file.pid = number_in<pid_t>(lines[0]);
    if (file.pid <= 0) return std::nullopt;
    if (lines.size() > 3) file.port = number_in<std::uint16_t>(lines[3]);
    if (lines.size() > 7) file.status = lines[7].substr(0, lines[7].find(' '));
    return file;
}

// By the command line, which everyone may read; /proc/<pid>/cwd, which says the same, is closed to root in a
// container.
bool is_postmaster_of(pid_t pid, const path& data) {
    const auto arguments = split(read_file(path("/proc") / std::to_string(pid) / "cmdline"), '\0');
    if (arguments.empty() || path(arguments[0]).filename() != "postgres") return false;
    for (std::size_t i = 1; i + 1 < arguments.size(); ++i) {
        std::error_code gone;
        if (arguments[i] == "-D") return std::filesystem::equivalent(arguments[i + 1], data, gone);
    }
    return false;
}

std::optional<pid_t> find_postmaster(const path& data) {
    const auto file = read_postmaster_file(data);
    if (!file || !is_postmaster_of(file->pid, data)) return std::nullopt;
    return file->pid;
}

void end_postmaster(const path& data) {
    constexpr auto patience = std::chrono::seconds(10);
    for (const int signal : {SIGINT, SIGQUIT, SIGKILL}) {
        const auto pid = find_postmaster(data);
        if (!pid) return;
        ::kill(*pid, signal);
        if (wait_until(patience, [&] { return !is_postmaster_of(*pid, data); })) return;
    }
    throw error(fmt::format("the server of {} does not end, not even when killed", data.string()));
}

std::vector<pid_t> processes_of(const path& data, const std::string& cluster_name) {
    std::vector<pid_t> found;
    std::error_code ignored;
    for (const auto& process : std::filesystem::directory_iterator("/proc", ignored)) {
        const auto pid = number_in<pid_t>(process.path().filename().string());
        if (pid <= 0) continue;
        // A new one bears its postmaster's command line for a moment.
        const auto title = read_file(process.path() / "cmdline");
        if (title.starts_with("postgres: " + cluster_name + ": ") || is_postmaster_of(pid, data))
            found.push_back(pid);
    }
    return found;
}

std::string recovery_position(const std::string& cluster_name) {
    const std::string title = "postgres: " + cluster_name + ": startup recovering ";
    std::error_code ignored;
    for (const auto& process : std::filesystem::directory_iterator("/proc", ignored)) {
        if (number_in<pid_t>(process.path().filename().string()) <= 0) continue;
        const auto shown = read_file(process.path() / "cmdline");
        if (shown.starts_with(title)) return shown.substr(title.size(), wal_segment_name_size);
    }
    return {};
}

bool has_processes(const path& data) {
    // The seventh line: the key and the id of the shared memory that every process of a server attaches.
    const auto lines = split(read_file(file_of(data)), '\n');
    if (lines.size() < 7) return false;
    const auto words = split(lines[6], ' ');
    if (words.empty()) return false;
    shmid_ds segment{};
    if (shmctl(number_in<int>(words.back()), IPC_STAT, &segment) != 0) return false;
    return segment.shm_nattch > 0;
}

void disarm_postmaster_file(const account& owner, const path& data) {
    if (!std::filesystem::exists(file_of(data))) return;
    const auto text = read_file(file_of(data));
    const auto file = read_postmaster_file(data);
    if (!file) {
        std::filesystem::remove(file_of(data));
        return;
    }
    if (!std::filesystem::exists(path("/proc") / std::to_string(file->pid)))
        return; // PostgreSQL sees that itself
    const auto rest = text.find('\n');
    write_file(file_of(data),
               std::to_string(impossible_pid) + (rest == std::string::npos ? "\n" : text.substr(rest) + "\n"),
               0600);
    give_to(owner, file_of(data));
}

} // namespace cruddur::cluster
