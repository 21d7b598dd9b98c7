#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cluster {

// PostgreSQL's server programs as they are installed on this machine.
struct installation {
    std::filesystem::path programs; // the folder of initdb and postgres
    int major = 0;
    int minor = 0;
    std::string version; // all that `postgres --version` says

    [[nodiscard]] std::string program(const char* name) const { return (programs / name).string(); }
    [[nodiscard]] std::string number() const; // "15.20"
};

inline constexpr int oldest_major = 14;

// All releases of oldest_major or later, the newest first: from /usr/lib/postgresql/*/bin, by pg_config or
// postgres on PATH, and the engines that were added to that folder (engine_store). The programs are asked for
// their versions once a process, and again when they were replaced. Any thread may call it.
[[nodiscard]] std::vector<installation> find_installations(const std::filesystem::path& engines = {});

// The newest, or with `major` the newest that can read a data folder of that version. Throws cluster::error
// that names what to install.
installation find_installation(std::optional<int> major = std::nullopt,
                               const std::filesystem::path& engines = {});

// Whether the server that find_installation finds is built with LDAP, as its file tells. False where there is
// none.
[[nodiscard]] bool has_ldap(int major, const std::filesystem::path& engines = {});

// The client program of that name that serves a server of that major version, as pg_basebackup and pg_dump
// do: as old as can be, and no older than the server. An added engine brings none. Empty where there is none.
[[nodiscard]] std::filesystem::path find_client(const char* program, int server_major,
                                                const std::filesystem::path& engines = {});

} // namespace cruddur::cluster
