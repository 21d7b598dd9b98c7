#pragma once

#include "cloud/ec2/ec2_records.hpp"
#include "cloud/ground/tags.hpp"
#include "cloud/wire/operation.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cloud::ec2 {

using ground::refusal;
using wire::call;
using wire::element;
using wire::operation;
using wire::page;
using wire::parameters;

[[nodiscard]] const wire::query_service& ec2_service();

// What EC2's files share, and what other services of the query protocol ask of it.

// Each throws the refusal that AWS has for an id that is malformed or that is not in the region.
[[nodiscard]] security_group find_group(const call& in, const std::string& id);
[[nodiscard]] security_group find_group_by_name(const call& in, const std::string& vpc_id,
                                                const std::string& name);
// The group that GroupId or GroupName means; one of the two is needed.
[[nodiscard]] security_group named_group(const call& in);
[[nodiscard]] security_group_rule find_rule(const call& in, const std::string& id);
void check_vpc(const call& in, const std::string& id);
void check_subnet(const call& in, const std::string& id);

// The tags of TagSpecifications, which must be for this type of resource.
[[nodiscard]] ground::tag_list read_tag_specifications(const parameters& input,
                                                       std::string_view resource_type);
// Adds them as a tagSet.
void add_tag_set(const element& to, const ground::tag_list& tags);

// Once the transaction is committed, has everybody who asks groups for their rules read them again.
void tell_of_rules(const call& in);

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
    [[nodiscard]] bool match(attribute_list attributes, const ground::tag_list& tags) const;

    // What the filters of that name ask for.
    [[nodiscard]] std::vector<std::string> values_of(std::string_view name) const;

private:
    std::vector<wire::filter> filters_;
};

// The operations, by file.
void create_tags(const call& in);
void delete_tags(const call& in);
void describe_tags(const call& in);

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

} // namespace cruddur::cloud::ec2
