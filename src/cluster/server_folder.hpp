#pragma once

#include "cluster/account.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace cruddur::cluster {

// A server's folder, made where it is missing: passed through by the account, listed by its owner alone.
// Returns its canonical path. Throws cluster::error where it is not ours to write to.
std::filesystem::path prepare_server_folder(const std::filesystem::path& wanted);

// Throws cluster::error where the account may not enter the folder.
void check_the_way(const account& account, const std::filesystem::path& folder);

// Writes the superuser's password twice: `password` for us, and `passfile` for libpq's programs (PGPASSFILE),
// each readable by its reader alone.
void write_password(const account& reader, const std::filesystem::path& folder, const std::string& superuser,
                    const std::string& password);

// What a server of this folder has of replication, as settings: read after all others, and empty where it has
// none.
std::filesystem::path replication_file(const std::filesystem::path& folder);

// As postgresql.conf wants it: in quotes.
std::string config_value(std::string_view value);

} // namespace cruddur::cluster
