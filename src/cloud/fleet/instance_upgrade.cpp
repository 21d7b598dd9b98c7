#include "cloud/fleet/instance_upgrade.hpp"

#include "cloud/fleet/instance_standby.hpp"
#include "cluster/upgrade.hpp"

#include <spdlog/spdlog.h>

namespace cruddur::cloud::fleet {

void upgrade_instance(instance_process& in, const instance_spec& spec) {
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
