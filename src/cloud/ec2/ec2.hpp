#pragma once

#include "cloud/ec2/ec2_records.hpp"
#include "cloud/ground/tags.hpp"
#include "cloud/wire/input.hpp"
#include "cloud/wire/listing.hpp"
#include "cloud/wire/operation.hpp"

#include <boost/json/object.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cloud::ec2 {

namespace json = boost::json;
using ground::refusal;
using wire::call;
using wire::find_object;
using wire::is_true;
using wire::objects_of;
using wire::operation;
using wire::optional_boolean;
using wire::optional_integer;
using wire::optional_text;
using wire::page;
using wire::text_of;
using wire::texts_of;

[[nodiscard]] const wire::service& ec2_service();

// What EC2's files share, and what other services of the query protocol ask of it.

// Each throws the refusal that AWS has for an id that is malformed or that is not in the region.
[[nodiscard]] security_group find_group(const call& in, const std::string& id);
[[nodiscard]] security_group find_group_by_name(const call& in, const std::string& vpc_id,
                                                const std::string& name);
// The group that GroupId or GroupName means; one of the two is needed.
[[nodiscard]] security_group named_group(const call& in);
[[nodiscard]] security_group_rule find_rule(const call& in, const std::string& id);
[[nodiscard]] vpc find_vpc(const call& in, const std::string& id);
[[nodiscard]] subnet find_subnet(const call& in, const std::string& id);
[[nodiscard]] internet_gateway find_gateway(const call& in, const std::string& id);
[[nodiscard]] route_table find_route_table(const call& in, const std::string& id);
// The zone of that name or id, or any. Throws refusal.
[[nodiscard]] std::string zone_of(const call& in);
// An IPv4 network that the member holds, canonical.
[[nodiscard]] network read_network(const std::string& cidr, std::string_view parameter);
// Whether a VPC or a subnet may have it: /16 to /28.
[[nodiscard]] bool has_network_size(const network& of);
// Whether somebody's resource stands in it.
[[nodiscard]] bool is_used(const call& in, const std::string& id);
// "true" or "false", as filters have it.
[[nodiscard]] std::string truth(bool value);

// The tags of TagSpecifications, which must be for this type of resource.
[[nodiscard]] ground::tag_list read_tag_specifications(const json::object& input,
                                                       std::string_view resource_type);

// Once the transaction is committed, has everybody who heeds groups' rules and routes read them again.
void tell_of_rules(const call& in);

// Each refuses, by the code that the resource has for it: ids that are not known, and an id that could be no
// id of such a resource.
void check_ids(const std::vector<std::string>& asked, const std::vector<std::string>& known, const char* code,
               std::string_view noun);
void check_id(const std::string& id, std::string_view prefix, const char* code);
// Where ids were asked for: whether it is one of them.
[[nodiscard]] bool is_asked_for(const std::vector<std::string>& asked, const std::string& id);
[[nodiscard]] std::string ec2_arn(const call& in, std::string_view type, std::string_view id);

// A resource as filters look at it: a name may stand there with several values.
using attribute_list = std::vector<std::pair<std::string, std::string>>;

// The filters of a Describe operation. Throws refusal for one that the operation does not have; tag:KEY and
// tag-key are always there.
class ec2_filters {
public:
    ec2_filters(const json::object& input, std::initializer_list<std::string_view> known);

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
json::object create_tags(const call& in);
json::object delete_tags(const call& in);
json::object describe_tags(const call& in);

json::object describe_availability_zones(const call& in);
json::object describe_regions(const call& in);

json::object create_vpc(const call& in);
json::object delete_vpc(const call& in);
json::object describe_vpcs(const call& in);
json::object describe_vpc_attribute(const call& in);
json::object modify_vpc_attribute(const call& in);
json::object describe_network_acls(const call& in);

json::object describe_network_interfaces(const call& in);

json::object create_subnet(const call& in);
json::object delete_subnet(const call& in);
json::object describe_subnets(const call& in);
json::object modify_subnet_attribute(const call& in);

json::object attach_internet_gateway(const call& in);
json::object create_internet_gateway(const call& in);
json::object delete_internet_gateway(const call& in);
json::object describe_internet_gateways(const call& in);
json::object detach_internet_gateway(const call& in);

json::object associate_route_table(const call& in);
json::object create_route(const call& in);
json::object create_route_table(const call& in);
json::object delete_route(const call& in);
json::object delete_route_table(const call& in);
json::object describe_route_tables(const call& in);
json::object disassociate_route_table(const call& in);
json::object replace_route(const call& in);
json::object replace_route_table_association(const call& in);

json::object create_security_group(const call& in);
json::object delete_security_group(const call& in);
json::object describe_security_groups(const call& in);

json::object authorize_security_group_ingress(const call& in);
json::object authorize_security_group_egress(const call& in);
json::object revoke_security_group_ingress(const call& in);
json::object revoke_security_group_egress(const call& in);
json::object describe_security_group_rules(const call& in);
json::object modify_security_group_rules(const call& in);
json::object update_security_group_rule_descriptions_ingress(const call& in);
json::object update_security_group_rule_descriptions_egress(const call& in);

} // namespace cruddur::cloud::ec2
