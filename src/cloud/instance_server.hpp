#pragma once

#include "cluster/server.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cloud {

class certificate_authority;
class vault;

// All that a DB instance's server is made from: a value, so that a worker thread needs nothing else.
struct instance_spec {
    std::filesystem::path folder;
    std::string address; // that its certificate is for
    const certificate_authority* authority = nullptr;
    std::chrono::system_clock::time_point now;
    int server_major = 0;
    int connections_max = 100;
    bool force_ssl = false;
    std::string master_username;
    std::string master_verifier;
    std::string database;
    std::filesystem::path restore_from; // a snapshot's file, for a data folder that is not there yet
    const vault* seal = nullptr;        // of the snapshots of an encrypted instance
    bool prepare = false;               // roles and database are to be made, where they are not there yet
    bool set_password = false;          // the master user's verifier is to be set
};

// The major versions of PostgreSQL whose server is installed here, oldest first.
[[nodiscard]] std::vector<int> installed_majors();

// Starts the server, or adopts the one that runs, and makes what is missing of its roles and database. It has
// no TCP port: connections are handed over by the instance's gate. The master user is a member of
// rds_superuser and no superuser; rdsadmin, who is one, comes in by the Unix socket alone. Blocks; throws
// cluster::error, certificate_error.
[[nodiscard]] cluster::server start_instance(const instance_spec& spec);

// Ends the server of that folder where one still runs, whoever started it.
void end_instance(const std::filesystem::path& folder);

// Ends it and removes all that the instance had, its sockets included.
void remove_instance(const std::filesystem::path& folder);

} // namespace cruddur::cloud
