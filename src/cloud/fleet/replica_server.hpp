#pragma once

#include "cloud/fleet/instance_server.hpp"

#include <string>
#include <string_view>

namespace cruddur::cloud::fleet {

// What a read replica's server does beside running. Each blocks, and throws cluster::error.

// What is to be told of a replica whose slot is lost.
constexpr std::string_view replication_lost =
    "Streaming replication has stopped: the read replica was away until its source kept no more of the "
    "write-ahead log for it (max_slot_wal_keep_size). Reboot the replica to have it copied anew, or delete "
    "it.";

// Its application_name and the name of its slot: of the instance's resource id.
[[nodiscard]] std::string replica_name(const std::string& resource_id);

// Starts the replica's server: as a copy of its source's where it has no data yet, which needs the source to
// run, else as it is, source or none.
[[nodiscard]] cluster::server start_replica(const instance_spec& spec);

// Waits a moment until the replica streams, and keeps in the process how it follows. Returns whether the
// source could be asked.
bool await_replication(instance_process& in, const instance_spec& spec);

// Has it follow its source where that is now. A replica that has more than the source, because the server
// which sent it that has failed over to one that had less, is built anew.
void follow_source(instance_process& in, const instance_spec& spec);

// Looks how it follows. One that does not come to stream again by itself is built anew; one that was cut off
// stays as it is until it is rebooted.
void check_replica(instance_process& in, const instance_spec& spec);

// Copies the source again.
void rebuild_replica(instance_process& in, const instance_spec& spec);

// Makes it take writes, and has the source forget it.
void promote_replica(instance_process& in, const instance_spec& spec);

// Has a server keep nothing for replicas that are none of its any more.
void drop_foreign_slots(const cluster::server& of, const instance_spec& spec);

// Has the source keep nothing for it any more. A source that cannot be reached is no error.
void leave_source(const instance_spec& spec);

} // namespace cruddur::cloud::fleet
