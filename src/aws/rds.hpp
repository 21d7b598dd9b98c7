#pragma once

#include "aws/call.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::aws {

// A DB instance, as DescribeDBInstances shows it.
struct db_instance {
    std::string identifier{};
    std::string arn{};
    std::string resource_id{}; // which Performance Insights knows it by
    std::string status{};
    std::string engine{};
    std::string engine_version{};
    std::string instance_class{};
    std::string availability_zone{};
    std::string secondary_zone{};
    std::string storage_type{};
    std::string master_username{};
    std::string database{};
    std::string address{}; // of the endpoint, "" until it has one
    std::uint16_t port = 0;
    std::int64_t allocated_storage_gib = 0;
    std::int64_t backup_retention_days = 0;
    bool multi_az = false;
    bool publicly_accessible = false;
    bool storage_encrypted = false;
    bool deletion_protection = false;
    bool performance_insights = false;          // its load is looked at
    bool iam_authentication = false;            // members of rds_iam sign in by tokens
    std::vector<std::string> security_groups{}; // ids of those that are active
    std::vector<std::string> pending{};         // names of values that are still to be applied
    std::string parameter_group{};
    std::string parameter_status{}; // of that group: in-sync, applying, pending-reboot

    // Of its ARN: arn:aws:rds:REGION:ACCOUNT:db:IDENTIFIER.
    [[nodiscard]] std::string region() const;
    [[nodiscard]] std::string account() const;
};

struct db_event {
    std::string time{}; // as 2026-11-25T01:47:19.123Z
    std::string message{};
};

struct log_file {
    std::string name{};
    std::int64_t written_ms = 0; // since the epoch
    std::int64_t bytes = 0;
};

// A part of a log file, and the marker from which the next one is read.
struct log_part {
    std::string text{};
    std::string marker{};
    bool is_last = true;
};

struct db_parameter {
    std::string name{};
    std::string value{};
    std::string allowed{};
    std::string description{};
    bool is_static = false; // holds from a restart on
    bool is_set = false;    // by its user, and not by the engine
};

struct db_snapshot {
    std::string identifier{};
    std::string instance{};
    std::string status{};
    std::string created{};
    std::string engine_version{};
    std::int64_t allocated_storage_gib = 0;
    std::int64_t percent = 0;
    bool encrypted = false;
};

// What a DB instance is made with: defaults of a first, small database in development.
struct placement {
    std::string instance_class = "db.t3.micro";
    std::string storage_type = "gp2";
    std::string availability_zone{}; // "" lets AWS choose
    std::string subnet_group{};
    std::vector<std::string> security_groups{};
    std::uint16_t port = 5432;
    bool multi_az = false;
    bool publicly_accessible = true;
    bool deletion_protection = false;
};

struct new_instance {
    std::string identifier{};
    std::string engine_version{}; // "" is AWS's default
    std::string database = "cruddur";
    std::string master_username = "cruddurroot";
    std::int64_t allocated_storage_gib = 20;
    std::int64_t backup_retention_days = 0;
    bool storage_encrypted = true;
    bool performance_insights = true;
    placement where{};
};

// CreateDBInstance's input but for the password.
[[nodiscard]] parameters create_input(const new_instance& wanted);

[[nodiscard]] result<db_instance> create_instance(client& by, const new_instance& wanted,
                                                  const std::string& password);
[[nodiscard]] result<db_instance> describe_instance(client& by, const std::string& identifier);
[[nodiscard]] result<std::vector<db_instance>> describe_instances(client& by);
[[nodiscard]] result<db_instance> start_instance(client& by, const std::string& identifier);
[[nodiscard]] result<db_instance> stop_instance(client& by, const std::string& identifier);
[[nodiscard]] result<db_instance> reboot_instance(client& by, const std::string& identifier,
                                                  bool force_failover);
// `final_snapshot`: its name, or nullopt for none.
[[nodiscard]] result<db_instance> delete_instance(client& by, const std::string& identifier,
                                                  const std::optional<std::string>& final_snapshot);
[[nodiscard]] result<db_instance> change_password(client& by, const std::string& identifier,
                                                  const std::string& password);
// To a newer major version: at once, or in the instance's maintenance window.
[[nodiscard]] result<db_instance> upgrade_instance(client& by, const std::string& identifier,
                                                   const std::string& version, bool at_once);
[[nodiscard]] result<db_instance> remove_protection(client& by, const std::string& identifier);

[[nodiscard]] result<db_snapshot> create_snapshot(client& by, const std::string& instance,
                                                  const std::string& name);
[[nodiscard]] result<db_snapshot> describe_snapshot(client& by, const std::string& name);
// All manual ones of an instance, or with "" of the account.
[[nodiscard]] result<std::vector<db_snapshot>> describe_snapshots(client& by, const std::string& instance);
[[nodiscard]] result<db_instance> restore_snapshot(client& by, const std::string& snapshot,
                                                   const std::string& identifier, const placement& where);

// A read replica of `source`, and what makes it an instance of its own.
[[nodiscard]] result<db_instance> create_replica(client& by, const std::string& source,
                                                 const std::string& identifier);
[[nodiscard]] result<db_instance> promote_replica(client& by, const std::string& identifier);
// A new instance as `source` was at that time, as "2026-11-25T01:47:19Z"; "" is the latest that there is.
[[nodiscard]] result<db_instance> restore_to_time(client& by, const std::string& source,
                                                  const std::string& identifier, const std::string& time);

// What happened to an instance in so many minutes, the oldest first.
[[nodiscard]] result<std::vector<db_event>> describe_events(client& by, const std::string& identifier,
                                                            std::int64_t minutes);

// PostgreSQL's log, the oldest file first.
[[nodiscard]] result<std::vector<log_file>> describe_log_files(client& by, const std::string& identifier);
// From the marker of a part on, or, where it is "", the file's last lines.
[[nodiscard]] result<log_part> read_log(client& by, const std::string& identifier, const std::string& file,
                                        const std::string& marker, std::int64_t lines);

// A parameter group's: all that the engine has, or with `own` what its user has set.
[[nodiscard]] result<std::vector<db_parameter>> describe_parameters(client& by, const std::string& group,
                                                                    bool own);
// Sets each to its value, at once where it is dynamic, or takes it back to the engine's own.
[[nodiscard]] result<void> set_parameters(client& by, const std::string& group,
                                          const std::vector<db_parameter>& all);
[[nodiscard]] result<void> reset_parameters(client& by, const std::string& group,
                                            const std::vector<db_parameter>& all);
// A group of the instance's own in the place of the engine's default one, which cannot be changed; it holds
// from the instance's next reboot on. One of that name that is there is taken.
[[nodiscard]] result<db_instance> give_parameter_group(client& by, const db_instance& to,
                                                       const std::string& name);

} // namespace cruddur::aws
