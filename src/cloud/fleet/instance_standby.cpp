#include "cloud/fleet/instance_standby.hpp"

#include "cluster/error.hpp"
#include "cluster/replica.hpp"

#include <spdlog/spdlog.h>

namespace cruddur::cloud::fleet {

namespace {

constexpr auto patience = std::chrono::seconds(10); // with a standby that was there already

// The standby of before, where the other node has one that still can follow.
bool take_up(instance_process& in, const instance_spec& spec, int other) {
    const auto folder = node_folder(spec.folder, other);
    if (!std::filesystem::exists(folder / "data" / "standby.signal") || cluster::is_fenced(folder)) {
        return false;
    }
    try {
        in.standby.emplace(cluster::server::start(node_params(spec, other)));
        in.standby->reload(); // it may have been running by other access rules
        cluster::make_synchronous(*in.server, standby_name(other), patience);
        return true;
    } catch (const cluster::error& failed) {
        spdlog::info("{} is built anew: {}", folder.string(), failed.what());
        in.standby.reset();
        return false;
    }
}

} // namespace

std::string standby_name(int node) {
    return node == 0 ? "first" : "second";
}

void add_standby(instance_process& in, const instance_spec& spec) {
    end_standby(in);
    const int other = 1 - in.node;
    try {
        if (!take_up(in, spec, other)) {
            in.standby.emplace(
                cluster::start_standby(*in.server, node_params(spec, other), standby_name(other)));
            cluster::make_synchronous(*in.server, standby_name(other));
        }
    } catch (...) {
        end_standby(in);
        throw;
    }
    in.in_sync = true;
    spdlog::info("the standby in {} keeps up with its primary", node_folder(spec.folder, other).string());
}

void end_standby(instance_process& in) {
    in.in_sync = false;
    if (in.server && in.server->running()) cluster::make_asynchronous(*in.server);
    if (in.standby) in.standby->stop();
    in.standby.reset();
}

void remove_standby(instance_process& in, const instance_spec& spec) {
    end_standby(in);
    const int other = 1 - in.node;
    if (in.server) cluster::drop_standby(*in.server, standby_name(other));
    remove_node(spec.folder, other);
}

void fail_over(instance_process& in) {
    try {
        cluster::fail_over(in.server.value(), in.standby.value());
    } catch (...) {
        in.in_sync = false;
        in.server.reset();
        in.standby.reset();
        throw;
    }
    in.in_sync = false;
    in.server = std::move(in.standby);
    in.standby.reset();
    in.node = 1 - in.node;
}

} // namespace cruddur::cloud::fleet
