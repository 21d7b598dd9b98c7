#pragma once

#include "cloud/gate.hpp"
#include "cloud/rules.hpp"
#include "cloud/state.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cruddur::cloud {

// Where a peer stands in AWS, though its connection comes from this machine.
struct peer_origin {
    std::string address;             // what rules compare with, in place of the socket's own
    std::vector<std::string> groups; // the security groups that it is a member of
};

// Tells it for peers that are more than their address, as a Lambda function's process is, known by its socket
// (function_pool::origins); nullopt for all others. Called for each connection, on the gates' thread: it
// must look at nothing but what it may from there, and answer within milliseconds. Given to `instances` as
// instances_params::origin_of by the service, which has both.
using origin_lookup = std::function<std::optional<peer_origin>(const gate_peer&)>;

// Who may connect to which DB instance, as the security groups say: read from the state after each change,
// and asked by the gates on their own thread. An instance that is not publicly accessible admits peers of
// inside the VPC alone: addresses of 172.31.0.0/16. Safe to use from several threads.
class admission {
public:
    explicit admission(origin_lookup origin_of = {})
        : origin_of_{std::move(origin_of)} {}

    // Reads every instance's rules. On the state's thread.
    void refresh(state& db);
    [[nodiscard]] gate_verdict judge(const std::string& resource_id, const gate_peer& from) const;

private:
    struct entry {
        std::vector<inbound_rule> rules;
        bool publicly_accessible = false;
        std::uint16_t port = 0;
    };

    origin_lookup origin_of_;
    mutable std::mutex mutex_;
    std::map<std::string, entry> entries_;
};

} // namespace cruddur::cloud
