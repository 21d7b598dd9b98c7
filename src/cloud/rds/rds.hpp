#pragma once

#include "cloud/fleet/instance_catalogue.hpp"
#include "cloud/fleet/instance_records.hpp"
#include "cloud/fleet/instances.hpp"
#include "cloud/ground/tags.hpp"
#include "cloud/wire/input.hpp"
#include "cloud/wire/listing.hpp"
#include "cloud/wire/operation.hpp"

#include <boost/json/object.hpp>

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cruddur::cloud::rds {

namespace json = boost::json;
using fleet::db_instance;
using fleet::db_snapshot;
using fleet::epoch_ms;
using fleet::instances;
using ground::refusal;
using wire::call;
using wire::is_true;
using wire::operation;
using wire::optional_boolean;
using wire::optional_integer;
using wire::optional_text;
using wire::text_of;
using wire::texts_of;

[[nodiscard]] const wire::service& rds_service();

// What RDS's files share.

// Each throws the refusal that RDS has for a name that is not there.
[[nodiscard]] db_instance find_instance(const call& in, const std::string& identifier);
[[nodiscard]] db_snapshot find_snapshot(const call& in, const std::string& identifier);

// The security groups of VpcSecurityGroupIds, which must be of that VPC; its default group where none are
// named.
[[nodiscard]] std::vector<std::string> read_groups(const call& in, const std::string& vpc_id);
// Refuses what is asked of licence, network, authentication and monitoring and is not here.
void check_what_there_is(const call& in);
// Refuses IAM database authentication where the server of that major version can't have tokens judged.
void check_takes_tokens(const call& in, int major);

// Reads the parameters of storage into the instance, over what it has.
void check_storage(const call& in, db_instance& into);
// The limit of storage autoscaling, which must exceed what is allocated.
void check_storage_limit(const call& in, db_instance& into);

// Makes an instance that begins with another's data, whose attributes it has as far as the call does not name
// others; `source` is what it is made of, as a sentence begins with it.
void insert_copy(const call& in, db_instance& made, const std::string& source);

// What an instance's answer tells of the replicas that it has, and of the source that it follows.
void add_replication(json::object& to, const call& in, const db_instance& what);
// Refuses what a read replica's source alone can be changed in.
void check_change(const call& in, const db_instance& what);
// Of a deletion: has the instance's replicas become instances of their own. Throws the refusal that RDS has.
void part_from_replicas(const call& in, const db_instance& what);

// Once what the operation has written is committed: has it brought about, and the gates know of it. "" looks
// after what is no instance's.
void bring_about(const call& in, const std::string& resource_id);

void record(const call& in, const db_instance& of, std::string_view category, std::string message);

// As answers have them.
[[nodiscard]] json::object describe(const call& in, const db_instance& what);
[[nodiscard]] json::object describe(const call& in, const db_snapshot& what);

// Asks for a snapshot with that name. Throws refusal where there is one.
db_snapshot ask_for_snapshot(const call& in, const db_instance& of, const std::string& identifier);

// Throws the refusal that RDS has for a manual snapshot of that name, which is there, or would be one too
// many.
void check_new_snapshot(const call& in, const std::string& identifier);

// Throws refusal for a filter of a name that is not known, or without values.
void check_filters(const call& in, std::span<const std::string_view> known);
// Whether every filter has a value that one of the attributes of its name has. Throws refusal as
// check_filters.
[[nodiscard]] bool match_filters(const call& in, std::span<const std::string_view> known,
                                 const std::vector<std::pair<std::string, std::string>>& attributes);

// The operations, by file.
json::object create_db_instance(const call& in);
json::object restore_db_instance_from_db_snapshot(const call& in);
json::object restore_db_instance_to_point_in_time(const call& in);

json::object create_db_instance_read_replica(const call& in);
json::object promote_read_replica(const call& in);

json::object describe_db_instances(const call& in);

json::object modify_db_instance(const call& in);

json::object delete_db_instance(const call& in);
json::object reboot_db_instance(const call& in);
json::object start_db_instance(const call& in);
json::object stop_db_instance(const call& in);

json::object copy_db_snapshot(const call& in);
json::object create_db_snapshot(const call& in);
json::object delete_db_snapshot(const call& in);
json::object delete_db_instance_automated_backup(const call& in);
json::object describe_db_instance_automated_backups(const call& in);
json::object describe_db_snapshot_attributes(const call& in);
json::object describe_db_snapshots(const call& in);
json::object modify_db_snapshot_attribute(const call& in);

json::object describe_db_engine_versions(const call& in);
json::object describe_orderable_db_instance_options(const call& in);

json::object describe_events(const call& in);
json::object add_tags_to_resource(const call& in);
json::object list_tags_for_resource(const call& in);
json::object remove_tags_from_resource(const call& in);

} // namespace cruddur::cloud::rds
