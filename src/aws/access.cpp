#include "aws/access.hpp"

#include "aws/address.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>

namespace cruddur::aws {
namespace {

namespace ip = boost::asio::ip;

bool covers(const std::string& cidr, const std::string& address) {
    boost::system::error_code failed;
    const auto peer = ip::make_address(address, failed);
    if (failed) return false;
    if (peer.is_v4()) {
        const auto range = ip::make_network_v4(cidr, failed);
        return !failed &&
               ip::network_v4{peer.to_v4(), range.prefix_length()}.canonical() == range.canonical();
    }
    const auto range = ip::make_network_v6(cidr, failed);
    return !failed && ip::network_v6{peer.to_v6(), range.prefix_length()}.canonical() == range.canonical();
}

bool is_tcp(const security_group_rule& rule, std::uint16_t port) {
    return !rule.egress && rule.protocol == "tcp" && rule.from_port == port && rule.to_port == port;
}

result<access> change(client& by, const std::string& group, const security_group_rule& rule,
                      const address_rule& wanted) {
    if (is_tcp(rule, wanted.port) && rule.cidr == wanted.cidr)
        return access{.group = group, .rule = rule.id, .cidr = wanted.cidr};
    auto done = modify_rule(by, group, rule.id, wanted);
    if (!done) return done.error();
    return access{access::change::modified, group, rule.id, wanted.cidr};
}

// The id of the group's rule that is exactly this one; "" where it cannot be found.
std::string rule_of(client& by, const access_params& params, const address_rule& wanted) {
    const auto rules = rules_of(by, params.group);
    if (!rules) return {};
    const auto found = std::ranges::find_if(
        *rules, [&](const auto& rule) { return is_tcp(rule, wanted.port) && rule.cidr == wanted.cidr; });
    return found == rules->end() ? std::string{} : found->id;
}

result<access> allow_in_group(client& by, const access_params& params, const address_rule& wanted) {
    const auto rules = rules_of(by, params.group);
    if (!rules) return rules.error();
    const auto admitting = std::ranges::find_if(
        *rules, [&](const auto& rule) { return admits(rule, params.address, params.port); });
    if (admitting != rules->end())
        return access{.group = params.group, .rule = admitting->id, .cidr = admitting->cidr};
    const auto ours = std::ranges::find_if(*rules, [&](const auto& rule) {
        return is_tcp(rule, params.port) && !rule.cidr.empty() && rule.description == params.description;
    });
    if (ours != rules->end()) return change(by, params.group, *ours, wanted);
    auto added = authorize_ingress(by, params.group, wanted);
    if (!added && added.error().code == "InvalidPermission.Duplicate") {
        // Ours, where an attempt of which we had no answer made it; else another one was quicker.
        const auto change = added.error().uncertain ? access::change::created : access::change::none;
        return access{change, params.group, rule_of(by, params, wanted), wanted.cidr};
    }
    if (!added) return added.error();
    return access{access::change::created, params.group, *added, wanted.cidr};
}

} // namespace

bool admits(const security_group_rule& rule, const std::string& address, std::uint16_t port) {
    if (rule.egress || !covers(rule.cidr, address)) return false;
    if (rule.protocol == "-1") return true;
    return rule.protocol == "tcp" && rule.from_port <= port && port <= rule.to_port;
}

result<access> allow_address(client& by, const access_params& params) {
    const address_rule wanted{cidr_of(params.address), params.port, params.description};
    if (params.rule.empty()) return allow_in_group(by, params, wanted);
    const auto named = find_rule(by, params.rule);
    if (!named) return named.error();
    if (!*named) {
        if (params.group.empty()) {
            return error{.kind = failure::configuration,
                         .message = "There is no security group rule " + params.rule,
                         .hint = "Unset DB_SG_RULE_ID: the rule is then found by its group, or made."};
        }
        auto done = allow_in_group(by, params, wanted);
        if (done) done->rule_was_missing = true;
        return done;
    }
    if ((*named)->egress) {
        return error{.kind = failure::configuration,
                     .message = params.rule + " is an outbound rule",
                     .hint = "DB_SG_RULE_ID names an inbound one."};
    }
    if (!params.group.empty() && (*named)->group != params.group) {
        return error{.kind = failure::configuration,
                     .message = params.rule + " is a rule of " + (*named)->group + ", not of " + params.group,
                     .hint = "DB_SG_ID and DB_SG_RULE_ID must belong together."};
    }
    return change(by, (*named)->group, **named, wanted);
}

result<std::vector<std::string>> revoke_address(client& by, const access_params& params) {
    std::string group = params.group;
    if (group.empty()) {
        const auto named = find_rule(by, params.rule);
        if (!named) return named.error();
        if (!*named) return std::vector<std::string>{};
        group = (*named)->group;
    }
    const auto rules = rules_of(by, group);
    if (!rules) return rules.error();
    std::vector<std::string> gone;
    for (const auto& rule : *rules) {
        if (!is_tcp(rule, params.port) || rule.cidr != cidr_of(params.address)) continue;
        auto done = revoke_ingress(by, group, rule.id);
        if (!done) return done.error();
        gone.push_back(rule.id);
    }
    return gone;
}

} // namespace cruddur::aws
