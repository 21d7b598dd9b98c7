#pragma once

#include "cluster/server.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cluster {

// Makes `params.folder` a physical standby of the primary, whatever data it held, and starts it: a base
// backup, a replication slot named `name`, streaming over the primary's Unix socket. `name` is also its
// application_name: [a-z0-9_], at most 63. The primary is not made to wait for it: make_synchronous() does
// that. A standby made before is started again by server::start(params) alone. Throws cluster::error.
server start_standby(const server& primary, server_params params, const std::string& name);
server start_standby(const server_place& primary, server_params params, const std::string& name);

// Has the primary keep its write-ahead log for the standby of that name from here on; it is not an error when
// it does already.
void keep_slot(const server_place& primary, const std::string& name);

// Writes down which primary the standby of that folder follows, and as whom; it heeds that from its next
// start or server::reload() on.
void follow(const server_place& primary, const std::filesystem::path& standby, const std::string& name);
// The same of one that is to follow nobody any more.
void follow_nobody(const std::filesystem::path& standby);

// Forgets the standbys whose names begin so and are not among those given, unless they are connected.
void drop_other_slots(const server_place& primary, const std::string& prefix,
                      const std::vector<std::string>& kept);

// What a primary keeps for a standby. A slot whose standby stayed away until `max_slot_wal_keep_size` was
// exceeded is lost: the standby cannot catch up any more, and is to be built anew.
struct slot_state {
    bool is_there = false;
    bool is_lost = false;
    bool streams = false; // its standby is connected and has caught up
    std::chrono::milliseconds replay_lag{0};
};
[[nodiscard]] slot_state slot_of(const server_place& primary, const std::string& name);

// What the primary knows of a standby that is connected to it.
struct replication_state {
    std::string state; // "streaming" once it has caught up
    bool is_synchronous = false;
    std::int64_t replay_lag_bytes = 0;
};

// nullopt while the standby is not connected.
std::optional<replication_state> replication_of(const server& primary, const std::string& name);

// From the return on the primary acknowledges a commit only when this standby has it on disk. First waits
// until the standby streams; throws cluster::error when it does not in time, and then nothing has changed.
void make_synchronous(server& primary, const std::string& name,
                      std::chrono::milliseconds at_most = std::chrono::seconds(30));

// The primary waits for no standby any more, and commits that did are let go: for a standby that is dead.
// What is acknowledged from here on is on the primary alone.
void make_asynchronous(server& primary);

// Forgets a standby that does not come back, so that the primary keeps no write-ahead log for it.
void drop_standby(const server& primary, const std::string& name);
void drop_standby(const server_place& primary, const std::string& name);

// Puts the standby in the primary's place: the primary, dead or alive, is fenced first (server::fence), so
// that never two take writes; then the standby is promoted, and takes writes when this returns. What the
// primary acknowledged while it was synchronous is there. Build the old folder anew with start_standby().
void fail_over(server& primary, server& standby);

} // namespace cruddur::cluster
