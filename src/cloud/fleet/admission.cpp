#include "cloud/fleet/admission.hpp"

#include "cloud/ec2/ec2_records.hpp"
#include "cloud/fleet/instance_records.hpp"

#include <algorithm>
#include <utility>

namespace cruddur::cloud::fleet {

void admission::refresh(state& db) {
    std::map<std::string, entry> made;
    for (const db_instance& one : all_instances(db)) {
        entry& into = made[one.resource_id];
        into.publicly_accessible = one.publicly_accessible;
        into.port = static_cast<std::uint16_t>(one.port);
        if (const auto at = subnet_of_instance(db, one)) {
            into.vpc = at->vpc_id;
            into.internet = ec2::internet_of(db, *at);
            const auto vpc = ec2::vpc_by_id(db, one.region, at->vpc_id);
            if (vpc) into.inside = ec2::network::parse(vpc->cidr);
        }
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
    const auto origin = origin_of_ ? origin_of_(from.connection) : std::nullopt;
    const auto address = ec2::network::of_address(origin ? origin->address : from.address);
    if (!address) return {false, "its address makes no sense"};
    const std::lock_guard lock{mutex_};
    const auto found = entries_.find(resource_id);
    if (found == entries_.end()) return {false, "the instance is gone"};
    const entry& to = found->second;
    const bool in_a_vpc = origin && !origin->vpc.empty();
    if (in_a_vpc && origin->vpc != to.vpc) return {false, "the peer is in another VPC"};
    if (!in_a_vpc && !(to.inside && to.inside->contains(*address))) {
        if (!to.publicly_accessible)
            return {false, "the instance is not publicly accessible, and the peer is not in its VPC"};
        if (std::ranges::none_of(to.internet,
                                 [&](const ec2::network& each) { return each.contains(*address); }))
            return {false, "the instance's subnet has no route to the peer through an internet gateway"};
    }
    if (!ec2::admits(to.rules, {*address, origin ? origin->groups : std::vector<std::string>{}}, to.port)) {
        return {false, "no inbound rule of its security groups admits the peer"};
    }
    return {true, {}};
}

} // namespace cruddur::cloud::fleet
