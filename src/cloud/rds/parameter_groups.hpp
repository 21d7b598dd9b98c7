#pragma once

#include "cloud/rds/parameter_catalogue.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/rds/rds_records.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace cruddur::cloud::rds {

// What the files of parameter groups share, and those of instances ask of them.

// The group of that name, a default one as well. Throws DBParameterGroupNotFound.
[[nodiscard]] parameter_group existing_parameter_group(const call& in, const std::string& name);
// The same of an operation that changes it: a default one is refused.
[[nodiscard]] parameter_group own_parameter_group(const call& in, const std::string& name);
[[nodiscard]] bool is_default(const parameter_group& group);
[[nodiscard]] std::string parameter_group_arn(const call& in, const std::string& name);

// What PostgreSQL and RDS offer in that family. A server is asked once a version, on a worker.
[[nodiscard]] boost::asio::awaitable<parameter_catalogue> catalogue_for(const call& in, std::string family);

// A new instance's group: the one that the call names, which must be of a family that the instance may have,
// or the default one of the version that was asked for.
void begin_with_parameter_group(const call& in, const db_instance& made, int asked_major);
// Gives an instance the group that the call names, if any: its parameters hold from the next reboot on.
void change_parameter_group(const call& in, const db_instance& of);
// Gives an instance that is to be upgraded, and its replicas, a group of that major version from the upgrade
// on: the instance the one that the call names, and all else the default one.
void upgrade_parameter_group(const call& in, const db_instance& of, int major);
// As answers have it.
[[nodiscard]] json::array describe_parameter_group_of(const call& in, const db_instance& of);

// The names of the region's instances that have the group.
[[nodiscard]] std::vector<db_instance> members_of(const call& in, const parameter_group& group);
// Has the members take over what the group has of these parameters now: those in `at_once` at once, all of
// the group from the next reboot on.
void bring_to_members(const call& in, const parameter_group& group, const std::vector<std::string>& at_once);

// The operations, by file.
json::object create_db_parameter_group(const call& in);
json::object copy_db_parameter_group(const call& in);
json::object delete_db_parameter_group(const call& in);
json::object describe_db_parameter_groups(const call& in);

boost::asio::awaitable<json::object> describe_db_parameters(const call& in);
boost::asio::awaitable<json::object> describe_engine_default_parameters(const call& in);
boost::asio::awaitable<json::object> modify_db_parameter_group(const call& in);
boost::asio::awaitable<json::object> reset_db_parameter_group(const call& in);

} // namespace cruddur::cloud::rds
