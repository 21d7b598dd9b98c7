#pragma once

#include "cloud/fleet/snapshot_file.hpp"
#include "cloud/ground/authorities.hpp"
#include "cloud/ground/vault.hpp"
#include "cluster/server.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace cruddur::cloud::fleet {

// How a read replica follows its source, as that one was seen to know it last.
struct replication {
    bool streams = false;
    bool is_lost = false; // it was away until the source kept no more for it, and cannot catch up
    std::chrono::milliseconds lag{0};
};

// A DB instance's live parts. One job has them at a time. Its servers are on two nodes, which are folders of
// their own; the second one is used with Multi-AZ alone.
struct instance_process {
    std::optional<cluster::server> server;
    std::optional<cluster::server> standby; // on the other node
    int node = 0;                           // the server's
    std::string version;                    // the server's, as "15.20"; "" before it has been started
    bool in_sync = false;      // all that the server acknowledges is on the standby, too, which may take over
    std::int64_t settings = 0; // that the server runs by, as settings_position counts them
    bool takes_all_settings = false; // those as well that waited for its start
    fleet::replication replication;  // of a read replica
    int replication_misses = 0;      // looks in a row at which it did not stream
    std::string archive_position;    // where the last automated backup began

    // Whether the server has died, and the standby lives and lacks nothing.
    [[nodiscard]] bool may_fail_over() const;
};

// All that a DB instance's server is made from: a value, so that a worker thread needs nothing else.
struct instance_spec {
    std::filesystem::path folder;
    int node = 0;                           // that the server was on last, as far as is known
    bool multi_az = false;                  // a standby is to be there
    bool with_standby = false;              // before a start is done
    std::string address;                    // that its certificate is for
    ground::authorities* trusted = nullptr; // the certificate's issuers
    std::chrono::system_clock::time_point now;
    int server_major = 0;
    std::filesystem::path engines; // where those are that were added
    std::filesystem::path locales; // where that of RDS is kept (cluster/locale)
    int connections_max = 100;
    bool force_ssl = false;
    bool iam_authentication = false; // members of rds_iam sign in by tokens
    std::uint16_t sign_in_port = 0;  // of loopback, where the server has those judged
    std::vector<std::pair<std::string, std::string>> settings{}; // more of postgresql.conf, computed
    std::int64_t settings_number = 0;                            // as settings_position counts them
    bool takes_all_settings = false;                             // those, too, that wait for a restart
    std::string master_username;
    std::string master_verifier;
    std::string database;
    std::filesystem::path restore_from;  // a snapshot's file, for a data folder that is not there yet
    restore_point restore_to;            // where it goes on to from there
    const ground::vault* seal = nullptr; // of the snapshots of an encrypted instance
    bool prepare = false;                // roles and database are to be made, where they are not there yet
    bool set_password = false;           // the master user's verifier is to be set
    bool is_replica = false;             // of another instance: it follows that one, and takes no writes
    std::optional<cluster::server_place> source;           // that a replica follows, where that runs
    std::string slot;                                      // which the source keeps for it
    std::vector<std::string> replica_slots;                // of those that follow this instance
    std::stop_token stopping = {};                         // ends what takes long
    std::function<void(const std::string&)> progress = {}; // told how far a recovery is
    std::function<void(const std::string&)> notify = {};   // told what an operator is to know
};

// The folder of the server on that node.
[[nodiscard]] std::filesystem::path node_folder(const std::filesystem::path& instance, int node);
// Where the server of that folder writes its log files.
[[nodiscard]] std::filesystem::path instance_log_folder(const std::filesystem::path& node);
// How the server on that node runs.
[[nodiscard]] cluster::server_params node_params(const instance_spec& spec, int node);

// Starts the server, or adopts the one that runs, and makes what is missing of its roles and database. It has
// no TCP port: connections are handed over by the instance's gate. The master user is a member of
// rds_superuser and no superuser; rdsadmin, who is one, comes in by the Unix socket alone. It waits for no
// standby. A failover that a crash left half done is finished: the server is on the other node then. Blocks;
// throws cluster::error, certificate_error.
void start_instance(instance_process& in, const instance_spec& spec);

// Which version that server is of, as "15.20". Throws cluster::error.
[[nodiscard]] std::string version_of(const cluster::server& running);

// Has the servers, which run, go by the spec's settings, as far as they can without being restarted.
void apply_settings(instance_process& to, const instance_spec& spec);

// Makes what is missing of the server's roles and database, and sets the master user's verifier where that is
// asked for.
void prepare_instance(const cluster::server& in, const instance_spec& spec);

// Ends the servers of that instance that still run, whoever started them.
void end_instance(const std::filesystem::path& folder);

// Ends the server on that node and removes all that it had, its sockets included.
void remove_node(const std::filesystem::path& instance, int node);

} // namespace cruddur::cloud::fleet
