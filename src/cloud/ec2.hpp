#pragma once

#include "cloud/operation.hpp"
#include "cloud/tags.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cloud {

// What EC2's files share, and what other services ask of it.

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

// The region's default VPC, with its subnets and its default group; made when the region is first used.
// Returns the VPC's id.
std::string ensure_network(state& db, const std::string& region);

// Each throws the refusal that AWS has for an id that is malformed or that is not in the region.
[[nodiscard]] security_group find_group(const call& in, const std::string& id);
[[nodiscard]] security_group find_group_by_name(const call& in, const std::string& vpc_id,
                                                const std::string& name);
// The group that GroupId or GroupName means; one of the two is needed.
[[nodiscard]] security_group named_group(const call& in);
[[nodiscard]] security_group_rule find_rule(const call& in, const std::string& id);
void check_vpc(const call& in, const std::string& id);
void check_subnet(const call& in, const std::string& id);

// A group's rules of both directions, in the order they were made.
[[nodiscard]] std::vector<security_group_rule> rules_of(state& db, const std::string& group_id);
// Creates a group with the rule that every group begins with: all may go out.
std::string insert_group(state& db, const std::string& region, const security_group& group);
void insert_rule(state& db, const security_group_rule& rule);

// Refuses, by the code that the resource has for it, an id that could be no id of such a resource.
void check_id(const std::string& id, std::string_view prefix, const char* code);
[[nodiscard]] std::string ec2_arn(const call& in, std::string_view type, std::string_view id);

// A resource as filters look at it: a name may stand there with several values.
using attribute_list = std::vector<std::pair<std::string, std::string>>;

// The filters of a Describe operation. Throws refusal for one that the operation does not have; tag:KEY and
// tag-key are always there.
class ec2_filters {
public:
    ec2_filters(const parameters& input, std::initializer_list<std::string_view> known);

    // Whether every filter has a value that one of the attributes of its name has.
    [[nodiscard]] bool match(const attribute_list& attributes) const;
    // The same, with the tags beside.
    [[nodiscard]] bool match(attribute_list attributes, const tag_list& tags) const;

    // What the filters of that name ask for.
    [[nodiscard]] std::vector<std::string> values_of(std::string_view name) const;

private:
    std::vector<filter> filters_;
};

// The operations, by file.
void describe_availability_zones(const call& in);
void describe_regions(const call& in);
void describe_subnets(const call& in);
void describe_vpcs(const call& in);

void create_security_group(const call& in);
void delete_security_group(const call& in);
void describe_security_groups(const call& in);

void authorize_security_group_ingress(const call& in);
void authorize_security_group_egress(const call& in);
void revoke_security_group_ingress(const call& in);
void revoke_security_group_egress(const call& in);
void describe_security_group_rules(const call& in);
void modify_security_group_rules(const call& in);
void update_security_group_rule_descriptions_ingress(const call& in);
void update_security_group_rule_descriptions_egress(const call& in);

} // namespace cruddur::cloud
