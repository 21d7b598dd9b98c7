#pragma once

#include "cloud/fleet/instance_job.hpp"
#include "cloud/fleet/replica_records.hpp"
#include "cluster/server_place.hpp"

#include <map>
#include <optional>
#include <string>

namespace cruddur::cloud::fleet {

// What the instances' loop knows of read replicas beside their rows: where each instance's server is, what
// each replica follows, and how. Used on the loop's thread alone.
class replica_watch {
public:
    // The server of that instance is reached there from now on.
    void led(const std::string& id, const cluster::server_place& place);
    // A job of that instance is over. Returns what an event is to tell of it; "" for nothing.
    [[nodiscard]] std::string done(const std::string& id, const instance_job& what);
    void forget(const std::string& id);

    // Adds what is known of a replica to what its next job, and its job, depend on.
    void tell(state& db, const std::string& id, instance_facts& into) const;
    void tell(state& db, const std::string& id, instance_spec& into) const;

    // How it follows, as far as was seen last; nullopt before that.
    [[nodiscard]] std::optional<replication> replication_of(const std::string& id) const;

private:
    std::map<std::string, cluster::server_place> places_;
    std::map<std::string, cluster::server_place> followed_;
    std::map<std::string, replication> seen_;
};

} // namespace cruddur::cloud::fleet
