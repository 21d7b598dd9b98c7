#include "cloud/watch/server_usage.hpp"

#include "cluster/files.hpp"
#include "cluster/process.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::watch {

namespace {

using std::filesystem::path;

constexpr std::int64_t bytes_of_kib = 1024;

std::int64_t integer_of(std::string_view text) {
    std::int64_t out = 0;
    text.remove_prefix(std::min(text.find_first_of("0123456789"), text.size()));
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

// The number behind a name at a line's beginning: "VmRSS:   1234 kB".
std::int64_t number_behind(std::string_view text, std::string_view name) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        if (line.starts_with(name)) return integer_of(line.substr(name.size()));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return 0;
}

// Of proc(5)'s fields.
constexpr std::size_t parent_field = 4;
constexpr std::size_t user_time_field = 14;
constexpr std::size_t children_time_field = 16;
constexpr std::size_t fields_min = 18;

void add_process(server_usage& to, int pid, const std::vector<std::string>& fields, bool is_postmaster) {
    static const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    const auto seconds = [&](std::size_t field) {
        return static_cast<double>(integer_of(fields[field])) / ticks;
    };
    to.cpu_seconds += seconds(user_time_field) + seconds(user_time_field + 1);
    if (is_postmaster) to.cpu_seconds += seconds(children_time_field) + seconds(children_time_field + 1);
    // The postmaster's include those of its children that have ended.
    const path folder = path{"/proc"} / std::to_string(pid);
    const std::string io = cluster::read_file(folder / "io");
    to.read_bytes += number_behind(io, "read_bytes:");
    to.written_bytes += number_behind(io, "write_bytes:");
    to.memory_bytes += number_behind(cluster::read_file(folder / "status"), "RssAnon:") * bytes_of_kib;
}

void read_processes(server_usage& to) {
    std::int64_t shared_kib = 0;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const int pid = static_cast<int>(integer_of(name));
        const auto fields = cluster::stat_fields(pid);
        if (fields.size() < fields_min) continue; // it has ended just now
        if (pid != to.pid && integer_of(fields[parent_field]) != to.pid) continue;
        add_process(to, pid, fields, pid == to.pid);
        shared_kib =
            std::max(shared_kib, number_behind(cluster::read_file(entry.path() / "status"), "RssShmem:"));
    }
    to.memory_bytes += shared_kib * bytes_of_kib;
}

std::int64_t bytes_in(const path& folder) {
    std::int64_t out = 0;
    std::error_code failed;
    auto at = std::filesystem::recursive_directory_iterator(
        folder, std::filesystem::directory_options::skip_permission_denied, failed);
    for (; !failed && at != std::filesystem::recursive_directory_iterator{}; at.increment(failed)) {
        struct stat found {};
        if (::lstat(at->path().c_str(), &found) == 0) out += static_cast<std::int64_t>(found.st_blocks) * 512;
    }
    return out;
}

// As iostats.txt of the kernel's documentation has its lines.
std::optional<server_usage::disk> disk_of(const path& folder) {
    struct stat found {};
    if (::stat(folder.c_str(), &found) != 0) return std::nullopt;
    std::ifstream lines{"/proc/diskstats"};
    std::string line;
    while (std::getline(lines, line)) {
        std::istringstream fields{line};
        unsigned major_number = 0;
        unsigned minor_number = 0;
        std::string name;
        server_usage::disk out;
        std::int64_t skipped = 0;
        fields >> major_number >> minor_number >> name >> out.reads >> skipped >> skipped >> out.read_ms >>
            out.writes >> skipped >> skipped >> out.written_ms;
        if (fields && major_number == gnu_dev_major(found.st_dev) &&
            minor_number == gnu_dev_minor(found.st_dev))
            return out;
    }
    return std::nullopt;
}

} // namespace

std::optional<server_usage> usage_of(const cluster::server_place& of) {
    const path data = of.folder / "data";
    server_usage out{};
    out.at = std::chrono::steady_clock::now();
    out.pid = static_cast<int>(integer_of(cluster::read_file(data / "postmaster.pid")));
    if (out.pid <= 0 || cluster::stat_fields(out.pid).size() < fields_min) return std::nullopt;
    read_processes(out);
    out.machine_memory_bytes =
        number_behind(cluster::read_file("/proc/meminfo"), "MemAvailable:") * bytes_of_kib;
    out.folder_bytes = bytes_in(data);
    std::error_code failed;
    const auto space = std::filesystem::space(data, failed);
    if (!failed) out.machine_storage_bytes = static_cast<std::int64_t>(space.available);
    out.storage = disk_of(data);
    return out;
}

} // namespace cruddur::cloud::watch
