#pragma once

#include "cloud/fleet/replica_watch.hpp"
#include "cloud/fleet/wal_archives.hpp"

#include <string>
#include <utility>

namespace cruddur::cloud::fleet {

// Who follows the instances' servers by their write-ahead logs: read replicas, and archives. Used on the
// loop's thread alone.
class followers {
public:
    explicit followers(wal_archives_params params)
        : archives{std::move(params)} {}

    // The instance's server is reached there from now on.
    void led(const db_instance& of, const cluster::server_place& place) {
        replicas.led(of.resource_id, place);
        archives.led(of, place);
    }
    void tell(state& db, const db_instance& of, instance_spec& into) const {
        replicas.tell(db, of.resource_id, into);
        archives.tell(db, of, into);
    }

    replica_watch replicas;
    wal_archives archives;
};

} // namespace cruddur::cloud::fleet
