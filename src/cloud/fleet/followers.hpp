#pragma once

#include "cloud/fleet/replica_watch.hpp"
#include "cloud/fleet/wal_archives.hpp"

#include <map>
#include <string>
#include <utility>

namespace cruddur::cloud::fleet {

// Who follows the instances' servers: read replicas and archives, by their write-ahead logs, and whoever
// looks at those that run. Used on the loop's thread alone.
class followers {
public:
    explicit followers(wal_archives_params params)
        : archives{std::move(params)} {}

    // The instance's server is reached there from now on.
    void led(const db_instance& of, const cluster::server_place& place) {
        replicas.led(of.resource_id, place);
        archives.led(of, place);
        running_[of.resource_id] = place;
    }
    // That server has died, or is about to be stopped.
    void ended(const std::string& id) { running_.erase(id); }
    // The servers that run now, as far as is known, by their instances' ids.
    [[nodiscard]] const std::map<std::string, cluster::server_place>& running() const { return running_; }

    void tell(state& db, const db_instance& of, instance_spec& into) const {
        replicas.tell(db, of.resource_id, into);
        archives.tell(db, of, into);
    }

    replica_watch replicas;
    wal_archives archives;

private:
    std::map<std::string, cluster::server_place> running_;
};

} // namespace cruddur::cloud::fleet
