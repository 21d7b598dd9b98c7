#pragma once

#include "cloud/ec2/network_records.hpp"
#include "cloud/ground/state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cloud::ec2 {

// What EC2 keeps: networks (network_records.hpp) and security groups. Whoever puts them to use asks here, in
// whatever protocol it was asked itself.

[[nodiscard]] ground::service_migrations ec2_migrations();

struct security_group {
    std::string id;
    std::string vpc_id;
    std::string name;
    std::string description;
};

struct security_group_rule {
    std::string id;
    std::string group_id;
    bool is_egress = false;
    std::string protocol;
    std::int64_t from_port = -1;
    std::int64_t to_port = -1;
    std::string source; // a canonical CIDR, or a security group's id
    std::optional<std::string> description;

    [[nodiscard]] bool is_reference() const { return source.starts_with("sg-"); }
    [[nodiscard]] bool is_ipv6() const { return source.find(':') != std::string::npos; }
};

// Each is nullopt where there is none, in that region.
[[nodiscard]] std::optional<security_group> group_by_id(state& db, const std::string& region,
                                                        const std::string& id);
[[nodiscard]] std::optional<security_group> group_by_name(state& db, const std::string& vpc_id,
                                                          const std::string& name);
[[nodiscard]] std::vector<security_group> groups_of(state& db, const std::string& region);
[[nodiscard]] std::optional<security_group_rule> rule_by_id(state& db, const std::string& region,
                                                            const std::string& id);
[[nodiscard]] std::vector<security_group_rule> rules_in(state& db, const std::string& region);
// A group's rules of both directions, in the order they were made.
[[nodiscard]] std::vector<security_group_rule> rules_of(state& db, const std::string& group_id);
// Creates a group with the rule that every group begins with: all may go out.
std::string insert_group(state& db, const std::string& region, const security_group& group);
void insert_rule(state& db, const security_group_rule& rule);
// With their tags, and a group's rules.
void delete_group(state& db, const std::string& id);
void delete_rule(state& db, const std::string& id);

} // namespace cruddur::cloud::ec2
