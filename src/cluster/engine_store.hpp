#pragma once

#include "cluster/engine_lock.hpp"
#include "cluster/installation.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace cruddur::cluster {

// PostgreSQL's servers that were added to a folder of ours, beside those of the distribution: an engine is a
// folder in it, named by its version ("14.23"), with bin, lib and share. find_installations() finds them.

// An installation, as whom it serves asks about it.
struct engine {
    installation of;
    bool is_added = false;  // by us, into the store's folder
    std::int64_t bytes = 0; // that it takes on the disk; 0 where it is the distribution's
};
// All there are, the newest first.
[[nodiscard]] std::vector<engine> list_engines(const std::filesystem::path& store);

// The package that is locked for this machine and that major version; nullptr for none.
[[nodiscard]] const engine_package* find_package(int major);

// Whether local RDS can do all it does with that major version: what it lacks, as a sentence for the
// operator, or "".
[[nodiscard]] std::string why_not_served(int major, const std::filesystem::path& store);

struct engine_source {
    std::string registry; // of npm, with or without a slash at its end
    std::function<void(std::int64_t done, std::int64_t bytes)> progress = {};
    std::stop_token stopping = {};
};

// Brings the locked engine of that major version: downloads it, checks it against its lock, unpacks it,
// recreates the package's links, and has its programs say their version, before it appears at once and whole.
// One that is there already is left as it is. Returns where it is. One process at a time has a store. Throws
// cluster::error; nothing is there then but what a next try goes on with.
std::filesystem::path add_engine(const std::filesystem::path& store, int major, const engine_source& from);

// As add_engine, of a package that is a file here: what tests of broken packages call.
std::filesystem::path unpack_engine(const std::filesystem::path& store, const engine_package& locked,
                                    const std::filesystem::path& package);

// Removes all that were added of that major version. `users` tells whose servers are of it, and is asked
// again once they cannot be found any more, so that who comes between is not left without. Throws
// cluster::error, with the users where there are any, and where none was added.
void remove_engine(const std::filesystem::path& store, int major,
                   const std::function<std::vector<std::string>()>& users);

} // namespace cruddur::cluster
