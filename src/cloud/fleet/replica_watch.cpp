#include "cloud/fleet/replica_watch.hpp"

#include "cloud/fleet/replica_server.hpp"

namespace cruddur::cloud::fleet {

void replica_watch::led(const std::string& id, const cluster::server_place& place) {
    places_[id] = place;
}

std::string replica_watch::done(const std::string& id, const instance_job& what) {
    if (!what.spec.is_replica) return {};
    if (what.kind == job_kind::promote) {
        followed_.erase(id);
        seen_.erase(id);
        return {};
    }
    const bool led =
        what.kind == job_kind::bring_up || what.kind == job_kind::restart || what.kind == job_kind::follow;
    if (led && what.spec.source) followed_[id] = *what.spec.source;
    const bool was_lost = seen_[id].is_lost;
    seen_[id] = what.process->replication;
    return seen_[id].is_lost && !was_lost ? std::string{replication_lost} : std::string{};
}

void replica_watch::forget(const std::string& id) {
    places_.erase(id);
    followed_.erase(id);
    seen_.erase(id);
}

void replica_watch::tell(state& db, const std::string& id, instance_facts& into) const {
    const auto link = find_replica(db, id);
    if (!link) return;
    into.is_replica = true;
    into.promotes = link->promotes;
    const auto place = places_.find(link->source);
    into.has_source = place != places_.end();
    if (!into.has_source || into.promotes) return;
    const auto source = instance_by_resource_id(db, link->source);
    const auto replica = instance_by_resource_id(db, id);
    into.source_upgraded = source && replica && source->server_major != replica->server_major;
    const auto followed = followed_.find(id);
    into.source_moved = followed == followed_.end() || followed->second != place->second;
}

void replica_watch::tell(state& db, const std::string& id, instance_spec& into) const {
    for (const replica_link& each : replicas_of(db, id))
        into.replica_slots.push_back(replica_name(each.replica));
    const auto link = find_replica(db, id);
    if (!link) return;
    into.is_replica = true;
    into.prepare = false; // its roles and databases are its source's
    into.set_password = false;
    into.slot = replica_name(id);
    const auto place = places_.find(link->source);
    if (place != places_.end()) into.source = place->second;
}

std::optional<replication> replica_watch::replication_of(const std::string& id) const {
    const auto found = seen_.find(id);
    return found == seen_.end() ? std::nullopt : std::optional{found->second};
}

} // namespace cruddur::cloud::fleet
