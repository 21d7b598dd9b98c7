#include "cluster/upgrade.hpp"

#include "cluster/account.hpp"
#include "cluster/data_folder.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/installation.hpp"
#include "cluster/locale.hpp"
#include "cluster/postmaster.hpp"
#include "cluster/process.hpp"
#include "cluster/server_folder.hpp"
#include "cluster/socket_folder.hpp"
#include "cluster/wal_receiver.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace cruddur::cluster {
namespace {

using std::filesystem::path;

constexpr auto program_timeout = std::chrono::seconds(30);
constexpr std::size_t shown_bytes = 2000; // of what pg_upgrade says, whose reason is at its end

// Where a copy is made, and the data of before is kept.
path work_folder(const path& folder) {
    return folder / "upgrade";
}

int major_of(const path& data) {
    int major = 0;
    const auto version = read_file(data / "PG_VERSION");
    std::from_chars(version.data(), version.data() + version.size(), major);
    return major;
}

bool brings(const installation& one, const char* program) {
    return ::access(one.program(program).c_str(), X_OK) == 0;
}

// The value behind a label of pg_controldata's.
std::string_view labelled(std::string_view text, std::string_view label) {
    const auto at = text.find(label);
    if (at == text.npos) throw error(fmt::format("pg_controldata does not say \"{}\"", label));
    text.remove_prefix(at + label.size());
    text = text.substr(0, text.find('\n'));
    const auto begin = text.find_first_not_of(": \t");
    return begin == text.npos ? std::string_view{} : text.substr(begin);
}

std::uint64_t digits_in(std::string_view text, int base) {
    std::uint64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out, base);
    return out;
}

// How large the segments of its write-ahead log are, in which pg_upgrade takes no two folders that differ.
std::uint64_t segment_mib_of(const path& data) {
    for (const auto& entry : std::filesystem::directory_iterator(data / "pg_wal"))
        if (is_wal_segment(entry.path().filename().string())) return entry.file_size() >> 20U;
    throw error(
        fmt::format("{} holds no write-ahead log: it is no whole data folder of PostgreSQL.", data.string()));
}

// The first segment of the write-ahead log that no file of the data folder has used: what pg_resetwal would
// answer.
std::string next_segment(const path& data, std::string_view control) {
    std::string last{labelled(control, "Latest checkpoint's REDO WAL file")};
    for (const auto& entry : std::filesystem::directory_iterator(data / "pg_wal")) {
        const std::string name = entry.path().filename().string();
        if (is_wal_segment(name)) last = std::max(last, name);
    }
    if (!is_wal_segment(last)) throw error(fmt::format("pg_controldata names no segment, but {}", last));
    const std::uint64_t bytes = digits_in(labelled(control, "Bytes per WAL segment"), 10);
    if (bytes == 0) throw error("pg_controldata does not say how large a segment is");
    const std::uint64_t each = (std::uint64_t{1} << 32U) / bytes; // of them have the same second part
    const std::uint64_t next =
        digits_in(last.substr(8, 8), 16) * each + digits_in(last.substr(16, 8), 16) + 1;
    return fmt::format("{}{:08X}{:08X}", last.substr(0, 8), next / each, next % each);
}

// pg_upgrade asks programs of the old version what stands in its control file. An added engine brings
// postgres and pg_ctl alone. The new version's pg_controldata reads the file as well while its layout is the
// same, which PostgreSQL holds by a checksum; pg_resetwal, which takes its own version's folders alone, would
// say the same and the first free segment: that is written down beforehand.
path old_programs(const installation& from, const installation& to, const path& data, const path& work) {
    if (brings(from, "pg_controldata") && brings(from, "pg_resetwal")) return from.programs;
    const auto control =
        run({.arguments = {to.program("pg_controldata"), data.string()}, .as = {}, .input = {}, .log = {}},
            program_timeout);
    if (control.exit_status != 0 || control.output.find("WARNING") != std::string::npos) {
        throw error(fmt::format("The data of PostgreSQL {0} cannot be upgraded without its own pg_resetwal: "
                                "apt-get install postgresql-{0}. pg_controldata says: {1}",
                                from.major, control.output));
    }
    path programs = work / "programs";
    std::filesystem::create_directory(programs);
    for (const char* name : {"postgres", "pg_ctl"})
        std::filesystem::create_symlink(from.program(name), programs / name);
    std::filesystem::create_symlink(to.program("pg_controldata"), programs / "pg_controldata");
    write_file(programs / "control",
               fmt::format("{}\nFirst log segment after reset: {}\n", control.output,
                           next_segment(data, control.output)),
               0644);
    write_file(programs / "pg_resetwal", "#!/bin/sh\nexec cat \"${0%/*}/control\"\n", 0755);
    return programs;
}

// Servers that pg_upgrade started, and did not come to end.
void end_both(const path& data, const path& work) {
    end_postmaster(data);
    end_postmaster(work / "data");
}

void run_pg_upgrade(const server_params& as, const path& folder, const installation& from,
                    const installation& to, std::chrono::milliseconds at_most) {
    const path data = folder / "data";
    const path work = work_folder(folder);
    const account owner = account_for(data);
    const auto sockets = socket_folder(owner, folder);
    const auto programs = old_programs(from, to, data, work);
    auto environment = locale_environment(as.locales);
    environment.push_back("PGPASSFILE=" + (folder / "passfile").string());
    const command upgrade{.arguments = {to.program("pg_upgrade"), "--old-datadir=" + data.string(),
                                        "--new-datadir=" + (work / "data").string(),
                                        "--old-bindir=" + programs.string(),
                                        "--new-bindir=" + to.programs.string(), "--username=" + as.superuser,
                                        "--socketdir=" + sockets.string()},
                          .as = owner,
                          .input = {},
                          .log = {},
                          .environment = std::move(environment),
                          .working_folder = work,
                          .stopping = as.stopping};
    const auto done = run(upgrade, at_most);
    if (done.exit_status == 0) return;
    const auto cut = done.output.size() > shown_bytes ? done.output.size() - shown_bytes : 0;
    throw error(fmt::format("pg_upgrade failed with exit status {}:\n{}", done.exit_status,
                            std::string_view{done.output}.substr(cut)));
}

// At once, so that there is always the one or the other.
void exchange(const path& one, const path& other) {
    if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) != 0) {
        throw error(fmt::format("{} and {} cannot change places: {}", one.string(), other.string(),
                                std::strerror(errno)));
    }
    sync_folder(one.parent_path());
}

} // namespace

std::string why_not_upgraded(int from, int to, const path& engines) {
    const auto all = find_installations(engines);
    for (const int major : {from, to}) {
        if (std::ranges::find(all, major, &installation::major) == all.end())
            return fmt::format("There is no PostgreSQL {} on this machine.", major);
    }
    const auto& newer = *std::ranges::find(all, to, &installation::major);
    for (const char* program : {"pg_upgrade", "pg_controldata", "pg_resetwal", "pg_dump", "pg_dumpall",
                                "pg_restore", "psql", "vacuumdb"}) {
        if (!brings(newer, program))
            return fmt::format(
                "The PostgreSQL {0} in {1} has no {2}, by which data of {3} becomes data of {0}: "
                "apt-get install postgresql-{0}",
                to, newer.programs.string(), program, from);
    }
    return {};
}

void upgrade(const server_params& as, int major, std::chrono::milliseconds at_most) {
    const path folder = prepare_server_folder(as.folder);
    const file_lock lock(folder / "lock");
    const path data = folder / "data";
    const path work = work_folder(folder);
    const int before = major_of(data);
    if (before == major) return;
    if (auto lacks = why_not_upgraded(before, major, as.engines); !lacks.empty()) throw error(lacks);
    end_both(data, work);
    std::filesystem::remove_all(work);
    std::filesystem::create_directory(work);
    std::filesystem::permissions(work, std::filesystem::perms::owner_all);
    const account owner = account_for(data);
    give_to(owner, work);
    try {
        const installation to = find_installation(major, as.engines);
        make_data_folder({.data = work / "data",
                          .cache = as.cache.empty() ? default_cache_folder() : as.cache,
                          .owner = owner,
                          .programs = to,
                          .superuser = as.superuser,
                          .password = read_file(folder / "password"),
                          .stopping = as.stopping,
                          .locale = locale_of(data), // as PostgreSQL 15 and before ask of both
                          .locales = as.locales,
                          .wal_segment_mib = segment_mib_of(data)});
        run_pg_upgrade(as, folder, find_installation(before, as.engines), to, at_most);
        sync_folder(work / "data");
        exchange(data, work / "data");
    } catch (...) {
        end_both(data, work);
        std::filesystem::remove_all(work);
        throw;
    }
}

void undo_upgrade(const path& folder) {
    const path kept = work_folder(folder) / "data";
    if (!std::filesystem::exists(kept)) return;
    exchange(folder / "data", kept);
    settle_upgrade(folder);
}

void settle_upgrade(const path& folder) {
    std::filesystem::remove_all(work_folder(folder));
}

} // namespace cruddur::cluster
