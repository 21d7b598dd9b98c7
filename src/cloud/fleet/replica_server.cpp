#include "cloud/fleet/replica_server.hpp"

#include "cluster/error.hpp"
#include "cluster/process.hpp"
#include "cluster/replica.hpp"

#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>

namespace cruddur::cloud::fleet {

namespace {

constexpr auto patience = std::chrono::seconds(5); // with a replica that has just been told where to stream
constexpr int misses_max = 6;                      // checks in a row at which it did not stream

// What the source, which may be down, is asked for.
template<class Ask>
bool ask_source(const instance_spec& spec, std::string_view what, Ask ask) {
    try {
        ask(spec.source.value());
        return true;
    } catch (const cluster::error& failed) {
        spdlog::warn("{} of the source of {} failed: {}", what, spec.folder.string(), failed.what());
        return false;
    }
}

bool look_at_slot(instance_process& in, const instance_spec& spec) {
    return ask_source(spec, "Looking at the replication slot", [&](const cluster::server_place& source) {
        const auto slot = cluster::slot_of(source, spec.slot);
        in.replication = {slot.streams, slot.is_lost, slot.replay_lag};
    });
}

} // namespace

std::string replica_name(const std::string& resource_id) {
    std::string out = "replica_" + resource_id.substr(resource_id.find('-') + 1);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

cluster::server start_replica(const instance_spec& spec) {
    auto params = node_params(spec, spec.node);
    if (std::filesystem::exists(params.folder / "data") && !cluster::is_fenced(params.folder)) {
        if (spec.source) {
            (void)ask_source(spec, "Keeping the write-ahead log", [&](const cluster::server_place& source) {
                cluster::keep_slot(source, spec.slot);
            });
            cluster::follow(*spec.source, params.folder, spec.slot);
        }
        return cluster::server::start(std::move(params));
    }
    if (!spec.source) {
        throw cluster::error{"The source of this read replica does not run, so that nothing can be copied "
                             "from it. Start it, or delete the replica."};
    }
    return cluster::start_standby(*spec.source, std::move(params), spec.slot);
}

bool await_replication(instance_process& in, const instance_spec& spec) {
    in.replication_misses = 0;
    if (!spec.source) return false;
    bool answers = true;
    cluster::wait_until(patience, spec.stopping, [&] {
        answers = look_at_slot(in, spec);
        return !answers || in.replication.streams || in.replication.is_lost || !in.server->running();
    });
    return answers;
}

void follow_source(instance_process& in, const instance_spec& spec) {
    const bool is_there =
        ask_source(spec, "Keeping the write-ahead log",
                   [&](const cluster::server_place& source) { cluster::keep_slot(source, spec.slot); });
    cluster::follow(spec.source.value(), in.server.value().folder(), spec.slot);
    in.server->reload();
    // A source that has died says nothing of its replica: where it comes back elsewhere, this is called
    // again.
    if (!is_there || !await_replication(in, spec)) return;
    if (in.replication.streams || in.replication.is_lost) return;
    if (!in.server->running()) return; // nor does a replica that has died stream: it is started again
    spdlog::warn("{} cannot follow its source any more, and is copied anew", spec.folder.string());
    rebuild_replica(in, spec);
}

void check_replica(instance_process& in, const instance_spec& spec) {
    if (!look_at_slot(in, spec)) {
        in.replication.streams = false;
        return;
    }
    in.replication_misses = in.replication.streams ? 0 : in.replication_misses + 1;
    if (in.replication.is_lost || in.replication_misses < misses_max) return;
    spdlog::warn("{} has not streamed from its source for a while, and is copied anew", spec.folder.string());
    rebuild_replica(in, spec);
}

void rebuild_replica(instance_process& in, const instance_spec& spec) {
    if (in.server) in.server->fence(); // one that hangs would hold up its source's checkpoints for good
    in.server.reset();
    in.server.emplace(cluster::start_standby(spec.source.value(), node_params(spec, spec.node), spec.slot));
    (void)await_replication(in, spec);
}

void promote_replica(instance_process& in, const instance_spec& spec) {
    in.server.value().promote();
    cluster::follow_nobody(in.server->folder());
    in.server->reload();
    in.replication = {};
    leave_source(spec);
}

void drop_foreign_slots(const cluster::server& of, const instance_spec& spec) {
    cluster::drop_other_slots(of.place(), "replica_", spec.replica_slots);
}

void leave_source(const instance_spec& spec) {
    if (!spec.source) return;
    // The source sees that it has gone a moment after it has.
    (void)ask_source(spec, "Dropping the replication slot", [&](const cluster::server_place& source) {
        cluster::wait_until(patience, spec.stopping, [&] {
            cluster::drop_standby(source, spec.slot);
            return !cluster::slot_of(source, spec.slot).is_there;
        });
    });
}

} // namespace cruddur::cloud::fleet
