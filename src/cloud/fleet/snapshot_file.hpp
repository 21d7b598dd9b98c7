#pragma once

#include "cloud/ground/vault.hpp"
#include "cluster/server.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace cruddur::cloud::fleet {

// Writes a base backup of the server to `file`, sealed by the vault where one is given, under the key that is
// in the instance's folder. The file appears at once and whole, or not at all. Blocks; throws cluster::error,
// vault_error.
void write_snapshot(const cluster::server& of, const std::filesystem::path& file, const ground::vault* seal,
                    const std::filesystem::path& instance);

// To where a restore goes on from a backup's end: by the archive of the write-ahead log, from a position in
// it on.
struct restore_point {
    std::filesystem::path archive; // empty to stay at the backup's end
    std::string position;
    std::chrono::system_clock::time_point until;
};

// Makes the server's data folder from such a file, sealed or not. Whole or not at all; it is not an error
// when the folder is there already. Blocks; throws cluster::error, vault_error.
void restore_snapshot(const std::filesystem::path& file, const ground::vault* seal,
                      const cluster::server_params& as, const restore_point& to = {});

} // namespace cruddur::cloud::fleet
