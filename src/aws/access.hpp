#pragma once

#include "aws/ec2.hpp"
#include "aws/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cruddur::aws {

// Which inbound rule admits this machine: one that is named (DB_SG_RULE_ID), or in the group the one with the
// description.
struct access_params {
    std::string group{}; // DB_SG_ID or the instance's; "" where `rule` names one
    std::string rule{};  // "" where none is named
    std::string address{};
    std::uint16_t port = 5432;
    std::string description = "GITPOD";
};

struct access {
    enum class change : std::uint8_t { none, modified, created };
    change what = change::none;
    std::string group{};
    std::string rule{};
    std::string cidr{};            // of the rule, which may be wider than the address
    bool rule_was_missing = false; // the one that was named is gone
};

// Sees to it that exactly one rule admits the address to the port: the named one is changed; without one, a
// rule that admits the address already is left alone, else the rule of this description is changed, else one
// is added. Doing it twice is doing it once.
[[nodiscard]] result<access> allow_address(client& by, const access_params& params);

// Takes out every rule of the group that admits exactly this address to the port, and the named one where it
// is such a rule. Returns their ids: none where there was nothing to take out.
[[nodiscard]] result<std::vector<std::string>> revoke_address(client& by, const access_params& params);

// Whether the rule admits this one address to the port over TCP.
[[nodiscard]] bool admits(const security_group_rule& rule, const std::string& address, std::uint16_t port);

} // namespace cruddur::aws
