#include "cluster/account.hpp"

#include "cluster/error.hpp"
#include "cluster/process.hpp"

#include <fmt/format.h>

#include <pwd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace cruddur::cluster {
namespace {

std::optional<account> named(const char* name) {
    const passwd* entry = getpwnam(name);
    if (!entry || entry->pw_uid == 0) return std::nullopt;
    return account{entry->pw_uid, entry->pw_gid, name};
}

// Asked in a child that has become the account, so that ACLs and groups count as the kernel counts them.
bool may_enter(const account& account, const std::filesystem::path& folder) {
    const pid_t child = in_child([&] {
        if (!become(account)) _exit(2);
        _exit(access(folder.c_str(), X_OK) == 0 ? 0 : 1);
    });
    if (child < 0) throw error(fmt::format("vfork failed: {}", std::strerror(errno)));
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void give_one(const account& account, const std::filesystem::path& path) {
    if (lchown(path.c_str(), account.uid, account.gid) != 0) {
        throw error(fmt::format("Cannot give {} to the user {}: {}.", path.string(), account.name,
                                std::strerror(errno)));
    }
}

} // namespace

std::string name_of(uid_t uid) {
    const passwd* entry = getpwuid(uid);
    return entry ? entry->pw_name : std::to_string(uid);
}

bool account::differs() const {
    return uid != geteuid();
}

account account_for(const std::filesystem::path& data_folder) {
    if (geteuid() != 0) return {geteuid(), getegid(), name_of(geteuid())};
    struct stat found {};
    if (lstat(data_folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid != 0) {
        return {found.st_uid, found.st_gid, name_of(found.st_uid)};
    }
    if (auto account = named("postgres")) return *account;
    if (auto account = named("nobody")) return *account;
    throw error(
        "PostgreSQL does not run as root, and this machine has neither a user 'postgres' nor 'nobody'. "
        "Run this as another user.");
}

bool become(const account& account) {
    return syscall(SYS_setgroups, 1, &account.gid) == 0 && syscall(SYS_setgid, account.gid) == 0 &&
           syscall(SYS_setuid, account.uid) == 0;
}

std::filesystem::path first_closed_folder(const account& account, const std::filesystem::path& path) {
    if (may_enter(account, path)) return {};
    std::filesystem::path so_far;
    for (const auto& part : path) {
        so_far /= part;
        if (!may_enter(account, so_far)) return so_far;
    }
    return path;
}

void give_to(const account& account, const std::filesystem::path& path) {
    if (!account.differs()) return;
    give_one(account, path);
    if (!std::filesystem::is_directory(std::filesystem::symlink_status(path))) return;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
        give_one(account, entry.path());
}

} // namespace cruddur::cluster
