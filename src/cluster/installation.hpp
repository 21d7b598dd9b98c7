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
    std::string version; // all that `postgres --version` says

    [[nodiscard]] std::string program(const char* name) const { return (programs / name).string(); }
};

inline constexpr int oldest_major = 14;

// All of oldest_major or later, the newest first: from /usr/lib/postgresql/*/bin, then by pg_config or
// postgres on PATH. The programs are asked for their versions once a process, and again when they were
// replaced. Any thread may call it.
[[nodiscard]] std::vector<installation> find_installations();

// The newest, or with `major` the one that can read a data folder of that version. Throws cluster::error that
// names the package to install.
installation find_installation(std::optional<int> major = std::nullopt);

} // namespace cruddur::cluster
