#pragma once

#include "cloud/ec2/peer_origin.hpp"
#include "cloud/ec2/rules.hpp"
#include "cloud/fleet/gate.hpp"
#include "cloud/ground/state.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cruddur::cloud::fleet {

// Who may connect to which DB instance, as the security groups say: read from the state after each change,
// and asked by the gates on their own thread. An instance that is not publicly accessible admits peers of
// inside its VPC alone: functions that stand in it, and addresses of its network; so does one whose subnet
// has no route to the peer through an internet gateway. Safe to use from several threads.
class admission {
public:
    explicit admission(ec2::origin_lookup origin_of = {})
        : origin_of_{std::move(origin_of)} {}

    // Reads every instance's rules. On the state's thread.
    void refresh(ground::state& db);
    [[nodiscard]] gate_verdict judge(const std::string& resource_id, const gate_peer& from) const;

private:
    struct entry {
        std::vector<ec2::inbound_rule> rules;
        bool publicly_accessible = false;
        std::string vpc;
        std::optional<ec2::network> inside; // the VPC's network
        std::vector<ec2::network> internet; // what of it the subnet has routes to
        std::uint16_t port = 0;
    };

    ec2::origin_lookup origin_of_;
    mutable std::mutex mutex_;
    std::map<std::string, entry> entries_;
};

} // namespace cruddur::cloud::fleet
