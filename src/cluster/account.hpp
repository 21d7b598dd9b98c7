#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace cruddur::cluster {

// The user that a server's processes run as: ourselves, unless set.
struct account {
    uid_t uid = ::getuid();
    gid_t gid = ::getgid();
    std::string name = {};

    // True when we are root and the processes are not: they change to this user before they begin.
    [[nodiscard]] bool differs() const;
};

// The user's name, or the number where it has none.
std::string name_of(uid_t uid);

// Ourselves; when we are root, which PostgreSQL refuses, the owner of the data folder that is there, else
// `postgres` where this machine has such a user, else `nobody`.
account account_for(const std::filesystem::path& data_folder);

// Becomes the account, in a child: by the kernel's own calls, for glibc's change every thread of the program
// whose memory that is. False, and errno, where it may not.
bool become(const account& account);

// The first folder on the way to `path`, itself included, that the account may not enter; empty when it may
// enter all.
std::filesystem::path first_closed_folder(const account& account, const std::filesystem::path& path);

// Gives a file, or a folder with all that is in it, to the account, where it is not ours already. Follows no
// links.
void give_to(const account& account, const std::filesystem::path& path);

} // namespace cruddur::cluster
