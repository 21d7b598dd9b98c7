#pragma once

#include "cluster/account.hpp"
#include "cluster/installation.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace cruddur::cluster {

struct data_folder_params {
    std::filesystem::path data;  // to be made; must not exist
    std::filesystem::path cache; // where template folders are kept; empty keeps none
    account owner;
    installation programs;
    std::string superuser;
    std::string password;
    bool durable = true; // false leaves writing it down to the kernel, for what may be lost
    std::stop_token stopping = {};
    std::string locale = "C.UTF-8";
    std::filesystem::path locales = {}; // where one is that the system has not (cluster/locale)
    // The segments of its write-ahead log. Every folder, backup and archive holds whole ones, of PostgreSQL's
    // 16 MiB by default, and most of these databases write a few megabytes in their life.
    std::uint64_t wal_segment_mib = 4;
};

// Makes a data folder: UTF-8, its locale, data checksums, and SCRAM-SHA-256 for every connection
// including local ones. initdb runs once for each version and superuser: its result, which holds no password
// of use, is kept in the cache and copied the next time. The folder appears at once and whole, or not at all;
// any number of threads and processes may do this with one cache. (Copies share PostgreSQL's system
// identifier, which tells WAL archives apart.)
void make_data_folder(const data_folder_params& params);

// Gives the superuser of a data folder that no server runs on its password. A base backup is recovered by it,
// under the settings given, each "name=value".
void set_password(const data_folder_params& params, const std::filesystem::path& data,
                  const std::vector<std::string>& settings = {},
                  std::chrono::milliseconds at_most = std::chrono::minutes(2));

// `$XDG_CACHE_HOME/cruddur`, else `~/.cache/cruddur`; empty when there is no home.
std::filesystem::path default_cache_folder();

} // namespace cruddur::cluster
