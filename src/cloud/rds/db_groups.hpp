#pragma once

#include "cloud/rds/rds.hpp"

#include <string>

namespace cruddur::cloud::rds {

// Subnet groups and option groups of one's own, and what instances ask of them.

// The groups that the call names for a new instance, or the default ones. The subnet group must have subnets
// in the instance's zones.
void begin_with_subnet_group(const call& in, const db_instance& made);
void begin_with_option_group(const call& in, const db_instance& made);
void change_option_group(const call& in, const db_instance& of);
// The first, second… of the zones of the subnet group that the call names; "" where it has no more.
[[nodiscard]] std::string zone_in_subnet_group(const call& in, std::size_t number);
// The VPC of the subnet group that the call names for a new instance.
[[nodiscard]] std::string vpc_of_named_subnet_group(const call& in);
// Moves an instance into a subnet group of another VPC, whose default security group it gets where the call
// names none; one of the same VPC is refused.
void change_subnet_group(const call& in, const db_instance& of);
// Refuses a public address where the VPC leads none to the instance.
void check_public_access(const call& in, const db_instance& of, const std::string& vpc_id);
// As answers have them.
[[nodiscard]] json::object describe_subnet_group_of(const call& in, const db_instance& of);
[[nodiscard]] json::array describe_option_groups_of(const call& in, const db_instance& of);

// The ARN of a group that is there.
[[nodiscard]] std::string subnet_group_arn(const call& in, const std::string& name);
[[nodiscard]] std::string option_group_arn(const call& in, const std::string& name);

// The operations, by file.
json::object create_db_subnet_group(const call& in);
json::object modify_db_subnet_group(const call& in);
json::object delete_db_subnet_group(const call& in);
json::object describe_db_subnet_groups(const call& in);

json::object create_option_group(const call& in);
json::object delete_option_group(const call& in);
json::object describe_option_groups(const call& in);
json::object describe_option_group_options(const call& in);

} // namespace cruddur::cloud::rds
