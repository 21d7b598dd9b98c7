#include "cloud/fleet/admission.hpp"

#include "cloud/ec2/ec2_records.hpp"
#include "cloud/fleet/instance_records.hpp"

#include <utility>

namespace cruddur::cloud::fleet {

void admission::refresh(state& db) {
    std::map<std::string, entry> made;
    for (const db_instance& one : all_instances(db)) {
        entry& into = made[one.resource_id];
        into.publicly_accessible = one.publicly_accessible;
        into.port = static_cast<std::uint16_t>(one.port);
        for (const std::string& group : instance_groups(db, one.resource_id)) {
            for (const ec2::security_group_rule& rule : ec2::rules_of(db, group)) {
                if (rule.is_egress) continue;
                into.rules.push_back({rule.protocol, rule.from_port, rule.to_port,
                                      rule.is_reference() ? std::nullopt : ec2::network::parse(rule.source),
                                      rule.is_reference() ? rule.source : ""});
            }
        }
    }
    const std::lock_guard lock{mutex_};
    entries_.swap(made);
}

gate_verdict admission::judge(const std::string& resource_id, const gate_peer& from) const {
    static const ec2::network inside = *ec2::network::parse(ec2::vpc_cidr);
    const auto origin = origin_of_ ? origin_of_(from.connection) : std::nullopt;
    const auto address = ec2::network::of_address(origin ? origin->address : from.address);
    if (!address) return {false, "its address makes no sense"};
    const std::lock_guard lock{mutex_};
    const auto found = entries_.find(resource_id);
    if (found == entries_.end()) return {false, "the instance is gone"};
    if (!found->second.publicly_accessible && !inside.contains(*address)) {
        return {false, "the instance is not publicly accessible, and the peer is not in its VPC"};
    }
    if (!ec2::admits(found->second.rules, {*address, origin ? origin->groups : std::vector<std::string>{}},
                     found->second.port)) {
        return {false, "no inbound rule of its security groups admits the peer"};
    }
    return {true, {}};
}

} // namespace cruddur::cloud::fleet
