#pragma once

#include "cloud/ec2/network_records.hpp"
#include "cloud/ec2/network_users.hpp"
#include "cloud/ground/state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::cloud::fleet {

using ground::rows;
using ground::state;
using ground::transaction;

[[nodiscard]] ground::service_migrations fleet_migrations();

// A point of time as the state holds it: milliseconds since 1970.
using epoch_ms = std::int64_t;
constexpr epoch_ms ms_per_minute = 60'000;
constexpr epoch_ms ms_per_day = 24 * 60 * ms_per_minute;

// A DB instance, as its row holds it. Its status is also the intent: at each start, what is neither available
// nor stopped is taken up where it was left.
struct db_instance {
    std::string resource_id; // "db-" and 26 letters: the name of its folder, too
    std::string region;
    std::string identifier;
    std::string status;
    std::string instance_class;
    std::string engine_version;  // of the PostgreSQL that serves it, with its minor version
    std::int64_t server_major{}; // of the PostgreSQL that serves it
    std::string master_username;
    std::string master_verifier; // SCRAM's: the password itself is nowhere
    std::string database;        // created with the instance; "" for none
    std::string address;         // its own in 127.0.0.0/8
    std::int64_t port{};
    std::int64_t allocated_storage{}; // in GiB
    std::string storage_type;
    std::optional<std::int64_t> iops;
    std::optional<std::int64_t> storage_throughput;
    std::optional<std::int64_t> max_allocated_storage;
    std::string availability_zone;
    std::string secondary_zone; // "" unless multi_az
    std::int64_t node{};        // 0 or 1: which of its two folders the primary has, as far as is written down
    bool fails_over = false;    // the reboot that is under way was asked to
    bool keeps_backups = false; // the deletion that is under way leaves the automated ones
    bool is_partial = false;    // the change that is under way is of what never waits, and of nothing else
    bool multi_az = false;
    bool publicly_accessible = false;
    std::int64_t backup_retention = 1; // in days
    std::string backup_window;
    std::string maintenance_window;
    bool storage_encrypted = false;
    std::string kms_key_id;            // "" unless encrypted
    bool iam_authentication = false;   // members of rds_iam sign in by tokens
    bool performance_insights = false; // its load is looked at
    std::int64_t performance_insights_retention{};
    bool deletion_protection = false;
    bool auto_minor_version_upgrade = true;
    bool copy_tags_to_snapshot = false;
    std::optional<epoch_ms> created_at; // once it has been available for the first time
    std::optional<epoch_ms> restart_at; // when a stopped instance starts by itself
    std::string restored_from;          // the folder of the snapshot that it begins with; "" for none
};

// A DB snapshot; what a restored instance begins with is a copy of its source's attributes.
struct db_snapshot {
    std::string folder; // the name of its folder
    std::string region;
    std::string identifier;
    std::string status; // creating, available, deleting, failed
    std::string type;   // manual, automated
    epoch_ms created_at{};
    std::int64_t percent{};
    db_instance source;
    std::optional<epoch_ms> finished_at{}; // from when on it can be gone on from to another point of time
    std::string archive{};                 // the position in the archive of the log, of an automated one
    std::string copied_from{};             // the folder of the snapshot that it is a copy of; "" for none
    bool source_is_sealed = false;         // that one's file
    std::optional<epoch_ms> original_at{}; // when that one, or the first of its kind, was taken
};

using name_values = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] std::vector<db_instance> all_instances(state& db);
[[nodiscard]] std::vector<db_instance> instances_of(state& db, const std::string& region);
[[nodiscard]] std::optional<db_instance> instance_by_identifier(state& db, const std::string& region,
                                                                const std::string& identifier);
[[nodiscard]] std::optional<db_instance> instance_by_resource_id(state& db, const std::string& resource_id);
void insert_instance(state& db, const db_instance& made);
void save_instance(state& db, const db_instance& changed);
void delete_instance(state& db, const std::string& resource_id); // with its tags, groups and pending values

[[nodiscard]] std::vector<std::string> instance_groups(state& db, const std::string& resource_id);
[[nodiscard]] bool has_instance_in_group(state& db, const std::string& group_id);
void set_instance_groups(state& db, const std::string& resource_id, const std::vector<std::string>& groups);

// The subnet that an instance has in each of its zones; none of one that was made when there was no other VPC
// than the default one.
struct placement {
    std::string zone;
    std::string subnet_id;
};
[[nodiscard]] std::vector<placement> instance_subnets(state& db, const std::string& resource_id);
void set_instance_subnets(state& db, const std::string& resource_id, const std::vector<placement>& all);
// Whether an instance stands in that subnet; one with a public address, where that is asked.
[[nodiscard]] bool has_instance_in_subnet(state& db, const std::string& subnet_id, bool with_public_address);
// Where it stands at present.
[[nodiscard]] std::optional<ec2::subnet> subnet_of_instance(state& db, const db_instance& of);
// The default VPC's, where the instance is gone.
[[nodiscard]] std::string vpc_of_instance(state& db, const db_instance& of);
// One of each instance, and one of each standby, which is reached at the same address.
[[nodiscard]] std::vector<ec2::network_interface> instance_interfaces(state& db, const std::string& region);

// Values that wait to be applied, by the names of PendingModifiedValues.
[[nodiscard]] name_values pending_values(state& db, const std::string& resource_id);
void put_pending(state& db, const std::string& resource_id, const std::string& name,
                 const std::string& value);
void drop_pending(state& db, const std::string& resource_id, const std::string& name);

[[nodiscard]] std::vector<db_snapshot> snapshots_of(state& db, const std::string& region);
[[nodiscard]] std::vector<db_snapshot> unfinished_snapshots(state& db);
// Automated backups that outlived their instances, and now their retention periods.
[[nodiscard]] std::vector<db_snapshot> expired_orphans(state& db, epoch_ms now);
[[nodiscard]] std::optional<db_snapshot> snapshot_by_identifier(state& db, const std::string& region,
                                                                const std::string& identifier);
void insert_snapshot(state& db, const db_snapshot& made);
[[nodiscard]] std::optional<db_snapshot> snapshot_in_folder(state& db, const std::string& folder);
// That it is there, and since when.
void finish_snapshot(state& db, const std::string& folder, epoch_ms finished_at, const std::string& archive);
void set_snapshot_status(state& db, const std::string& folder, const std::string& status);
void delete_snapshot(state& db, const std::string& folder);

// The accounts that may restore a snapshot, "all" among them where everybody may, sorted.
[[nodiscard]] std::vector<std::string> snapshot_accounts(state& db, const std::string& folder);
void set_snapshot_accounts(state& db, const std::string& folder, const std::vector<std::string>& accounts);

// The key that encrypts in that region; "" where nothing is encrypted yet.
[[nodiscard]] std::string kms_key_of(state& db, const std::string& region);

struct db_event {
    std::string region;
    std::string source_type; // db-instance, db-snapshot
    std::string source;      // its identifier
    std::string category;
    std::string message;
    epoch_ms at{};
};

// Events are kept for fourteen days, as RDS keeps them.
void record_event(state& db, const db_event& what);
[[nodiscard]] std::vector<db_event> events_between(state& db, const std::string& region, epoch_ms begin,
                                                   epoch_ms end);
// Those of all regions behind a place among them, each with its own; and the last one's, 0 of none.
[[nodiscard]] std::vector<std::pair<std::int64_t, db_event>> events_after(state& db, std::int64_t place,
                                                                          std::int64_t limit);
[[nodiscard]] std::int64_t last_event(state& db);

[[nodiscard]] std::string instance_arn(const db_instance& of);
[[nodiscard]] std::string snapshot_arn(const db_snapshot& of);

} // namespace cruddur::cloud::fleet
