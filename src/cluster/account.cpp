#include "cluster/account.hpp"

#include "cluster/error.hpp"

#include <fmt/format.h>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace cruddur::cluster {
namespace {

std::string name_of(uid_t uid) {
    const passwd* entry = getpwuid(uid);
    return entry ? entry->pw_name : std::to_string(uid);
}

std::optional<account> named(const char* name) {
    const passwd* entry = getpwnam(name);
    if (!entry || entry->pw_uid == 0) return std::nullopt;
    return account{entry->pw_uid, entry->pw_gid, name};
}

// Asked in a child that has become the account, so that ACLs and groups count as the kernel counts them.
bool may_enter(const account& who, const std::filesystem::path& folder) {
    const pid_t child = fork();
    if (child < 0) throw error(fmt::format("fork failed: {}", std::strerror(errno)));
    if (child == 0) {
        if (setgroups(1, &who.gid) != 0 || setgid(who.gid) != 0 || setuid(who.uid) != 0) _exit(2);
        _exit(access(folder.c_str(), X_OK) == 0 ? 0 : 1);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void give_one(const account& who, const std::filesystem::path& path) {
    if (lchown(path.c_str(), who.uid, who.gid) != 0) {
        throw error(
            fmt::format("Cannot give {} to the user {}: {}.", path.string(), who.name, std::strerror(errno)));
    }
}

} // namespace

bool account::differs() const {
    return uid != geteuid();
}

account account_for(const std::filesystem::path& data_folder) {
    if (geteuid() != 0) return {geteuid(), getegid(), name_of(geteuid())};
    struct stat found {};
    if (lstat(data_folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid != 0) {
        return {found.st_uid, found.st_gid, name_of(found.st_uid)};
    }
    if (auto who = named("postgres")) return *who;
    if (auto who = named("nobody")) return *who;
    throw error(
        "PostgreSQL does not run as root, and this machine has neither a user 'postgres' nor 'nobody'. "
        "Run this as another user.");
}

std::filesystem::path first_closed_folder(const account& who, const std::filesystem::path& path) {
    if (may_enter(who, path)) return {};
    std::filesystem::path so_far;
    for (const auto& part : path) {
        so_far /= part;
        if (!may_enter(who, so_far)) return so_far;
    }
    return path;
}

void give_to(const account& who, const std::filesystem::path& path) {
    if (!who.differs()) return;
    give_one(who, path);
    if (!std::filesystem::is_directory(std::filesystem::symlink_status(path))) return;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
        give_one(who, entry.path());
}

} // namespace cruddur::cluster
