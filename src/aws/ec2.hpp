#pragma once

#include "aws/call.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::aws {

struct security_group_rule {
    std::string id{};
    std::string group{};
    bool egress = false;
    std::string protocol{};
    std::int64_t from_port = -1;
    std::int64_t to_port = -1;
    std::string cidr{}; // IPv4 or IPv6, "" where another group is its source
    std::string description{};
};

// An inbound rule for one address: TCP to one port.
struct address_rule {
    std::string cidr{};
    std::uint16_t port = 5432;
    std::string description{};
};

// One rule by its id; nullopt where there is none of it.
[[nodiscard]] result<std::optional<security_group_rule>> find_rule(client& by, const std::string& rule);
[[nodiscard]] result<std::vector<security_group_rule>> rules_of(client& by, const std::string& group);
// Turns an inbound rule into this one; its id stays.
[[nodiscard]] result<void> modify_rule(client& by, const std::string& group, const std::string& rule,
                                       const address_rule& becomes);
// Adds an inbound rule and returns its id.
[[nodiscard]] result<std::string> authorize_ingress(client& by, const std::string& group,
                                                    const address_rule& rule);
// Takes it out. It is not an error when it has gone already.
[[nodiscard]] result<void> revoke_ingress(client& by, const std::string& group, const std::string& rule);

} // namespace cruddur::aws
