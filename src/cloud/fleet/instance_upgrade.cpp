#include "cloud/fleet/instance_upgrade.hpp"

#include "cloud/fleet/instance_standby.hpp"
#include "cloud/fleet/replica_server.hpp"
#include "cluster/error.hpp"
#include "cluster/postmaster.hpp"
#include "cluster/upgrade.hpp"

#include <spdlog/spdlog.h>

namespace cruddur::cloud::fleet {

namespace {

// What it had is its source's, which is of the newer version already.
void upgrade_replica(instance_process& in, const instance_spec& spec) {
    if (!spec.source)
        throw cluster::error{"The source of this read replica does not run, so that it cannot be copied in "
                             "its newer version."};
    if (!in.server) cluster::end_postmaster(node_folder(spec.folder, spec.node) / "data");
    rebuild_replica(in, spec);
    in.version = version_of(in.server.value());
    in.settings = spec.settings_number;
    in.takes_all_settings = spec.takes_all_settings;
}

} // namespace

void upgrade_instance(instance_process& in, const instance_spec& spec) {
    if (spec.is_replica) return upgrade_replica(in, spec);
    end_standby(in);
    if (in.server) in.server->stop();
    in.server.reset();
    const auto params = node_params(spec, in.node);
    try {
        cluster::upgrade(params, spec.server_major);
        start_instance(in, spec);
    } catch (...) {
        in.server.reset();
        cluster::undo_upgrade(params.folder);
        throw;
    }
    cluster::settle_upgrade(params.folder);
    // A standby follows a server of its own version alone.
    remove_node(spec.folder, 1 - in.node);
    if (!spec.multi_az) return;
    try {
        add_standby(in, spec);
    } catch (const std::exception& failed) { // it is tried again
        spdlog::error("the standby of {}: {}", spec.folder.string(), failed.what());
    }
}

} // namespace cruddur::cloud::fleet
