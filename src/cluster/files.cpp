#include "cluster/files.hpp"

#include "cluster/error.hpp"
#include "cluster/process.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <sstream>
#include <utility>

namespace cruddur::cluster {
namespace {

using std::filesystem::path;

[[noreturn]] void fail_to(const char* verb, const path& place) {
    throw error(fmt::format("Cannot {} {}: {}.", verb, place.string(), std::strerror(errno)));
}

void sync_one(const path& place) {
    const int opened = open(place.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (opened < 0) fail_to("open", place);
    const bool synced = fsync(opened) == 0;
    close(opened);
    if (!synced) fail_to("sync", place);
}

void sync_parent(const path& of) {
    sync_one(of.has_parent_path() ? of.parent_path() : path("."));
}

} // namespace

path unshared_name(const path& of) {
    static std::atomic<unsigned> given = 0;
    return fmt::format("{}.{}.{}", of.string(), ::getpid(), given++);
}

void write_file(const path& file, std::string_view text, mode_t mode) {
    const path beside = file.string() + ".new";
    unlink(beside.c_str());
    const int opened = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (opened < 0) fail_to("create", beside);
    errno = ENOSPC; // of a write that is cut short
    const bool written = write(opened, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         fchmod(opened, mode) == 0 && fsync(opened) == 0;
    const int reason = errno;
    close(opened);
    if (!written) {
        unlink(beside.c_str());
        errno = reason;
        fail_to("write", file);
    }
    replace_file(beside, file);
}

void replace_file(const path& from, const path& to) {
    if (rename(from.c_str(), to.c_str()) != 0) fail_to("write", to);
    sync_parent(to);
}

void remove_file(const path& file) {
    if (unlink(file.c_str()) == 0)
        sync_parent(file);
    else if (errno != ENOENT)
        fail_to("remove", file);
}

std::string read_file(const path& file) {
    std::ifstream opened(file, std::ios::binary);
    std::ostringstream read; // an iterator would throw where reading fails, as of a process that has ended
    read << opened.rdbuf();
    std::string text = std::move(read).str();
    if (text.ends_with('\n')) text.pop_back();
    return text;
}

std::string last_lines(const path& log, std::uintmax_t offset, std::size_t lines_max) {
    std::ifstream opened(log, std::ios::binary);
    opened.seekg(static_cast<std::streamoff>(offset));
    std::deque<std::string> lines;
    for (std::string line; std::getline(opened, line);) {
        lines.push_back(line);
        if (lines.size() > lines_max) lines.pop_front();
    }
    std::string text;
    for (const auto& line : lines)
        text += "  " + line + "\n";
    return text;
}

void copy_folder(const path& from, const path& to) {
    const auto done = run({.arguments = {"/bin/cp", "-R", "--reflink=auto", "--", from.string(), to.string()},
                           .as = {},
                           .input = {},
                           .log = {}},
                          std::chrono::minutes(10));
    if (done.exit_status != 0) {
        throw error(fmt::format("Cannot copy {} to {}: {}", from.string(), to.string(), done.output));
    }
}

void make_passable_folder(const std::filesystem::path& folder) {
    std::error_code failed;
    if (std::filesystem::create_directories(folder, failed)) {
        using std::filesystem::perms;
        const auto others = geteuid() == 0 ? perms::group_exec | perms::others_exec : perms::none;
        std::filesystem::permissions(folder, perms::owner_all | others);
    }
    if (failed)
        throw error(fmt::format("Cannot create the folder {}: {}.", folder.string(), failed.message()));
}

void sync_folder(const path& folder) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_symlink()) sync_one(entry.path());
    }
    sync_one(folder);
    sync_one(folder.parent_path());
}

std::string random_password() {
    std::array<unsigned char, 24> bytes{};
    if (getentropy(bytes.data(), bytes.size()) != 0) {
        throw error(fmt::format("The kernel gives no random bytes: {}.", std::strerror(errno)));
    }
    std::string text;
    for (const unsigned byte : bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

file_lock::file_lock(const path& file)
    : descriptor_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (descriptor_ < 0) fail_to("open", file);
    if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        const int reason = errno;
        close(descriptor_);
        errno = reason;
        if (reason != EWOULDBLOCK) fail_to("lock", file);
        const auto holder = read_file(file);
        throw error(fmt::format(
            "The folder {} is in use by another process{}. Stop that one, or name another folder.",
            file.parent_path().string(), holder.empty() ? "" : " (pid " + holder + ")"));
    }
    const auto ours = std::to_string(getpid());
    if (ftruncate(descriptor_, 0) != 0 || pwrite(descriptor_, ours.data(), ours.size(), 0) < 0) {
        close(descriptor_);
        fail_to("write", file);
    }
}

file_lock::~file_lock() {
    close(descriptor_);
}

std::optional<std::string> lock_holder(const std::filesystem::path& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) return std::nullopt;
    const std::string inode = fmt::format(":{}", found.st_ino);
    // "number: POSIX ADVISORY WRITE pid device:inode start end", and "number: -> …" of who waits.
    std::ifstream locks{"/proc/locks"};
    for (std::string line; std::getline(locks, line);) {
        std::istringstream fields{line};
        std::string number, kind, mode, access, pid, where;
        fields >> number >> kind >> mode >> access >> pid >> where;
        if (kind != "POSIX" || access != "WRITE" || !where.ends_with(inode) ||
            pid == std::to_string(::getpid()))
            continue;
        std::string name;
        std::getline(std::ifstream{"/proc/" + pid + "/comm"}, name);
        return fmt::format("{} (pid {})", name, pid);
    }
    return std::nullopt;
}

} // namespace cruddur::cluster
