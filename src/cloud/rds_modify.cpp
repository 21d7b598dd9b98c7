#include "cloud/rds.hpp"
#include "cloud/rds_catalogue.hpp"
#include "cloud/rds_validation.hpp"
#include "cloud/scram.hpp"
#include "cluster/port.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/core.h>

namespace cruddur::cloud {

namespace {

[[noreturn]] void combination(std::string message) {
    throw refusal{"InvalidParameterCombination", std::move(message)};
}

// What holds at once and without the server: RDS applies these whatever ApplyImmediately says.
void apply_at_once(const call& in, db_instance& to) {
    const parameters& input = in.input;
    if (const auto on = input.boolean("PubliclyAccessible")) to.publicly_accessible = *on;
    if (const auto on = input.boolean("DeletionProtection")) to.deletion_protection = *on;
    if (const auto on = input.boolean("AutoMinorVersionUpgrade")) to.auto_minor_version_upgrade = *on;
    if (const auto on = input.boolean("CopyTagsToSnapshot")) to.copy_tags_to_snapshot = *on;
    if (const auto on = input.boolean("EnablePerformanceInsights")) to.performance_insights = *on;
    if (const auto kept = input.integer("PerformanceInsightsRetentionPeriod")) {
        if (!to.performance_insights) {
            combination("Performance Insights must be enabled for a retention period to be given.");
        }
        check_performance_insights_retention(*kept);
        to.performance_insights_retention = *kept;
    }
    if (const auto window = input.text("PreferredBackupWindow")) {
        check_backup_window(*window);
        to.backup_window = *window;
    }
    if (const auto window = input.text("PreferredMaintenanceWindow")) {
        check_maintenance_window(*window);
        to.maintenance_window = boost::algorithm::to_lower_copy(*window);
    }
    if (input.boolean("EnableIAMDatabaseAuthentication").value_or(false)) {
        combination("IAM Database Authentication is not supported for this configuration.");
    }
    if (input.integer("MonitoringInterval").value_or(0) != 0) {
        combination("A MonitoringRoleARN value is required if you specify a MonitoringInterval value other "
                    "than 0.");
    }
    check_default_groups(in, to.engine_version);
    if (input.has("VpcSecurityGroupIds")) set_instance_groups(in.db, to.resource_id, read_groups(in));
}

void put_if_new(const call& in, const db_instance& of, const char* name, const std::string& value,
                const std::string& now) {
    if (value != now) put_pending(in.db, of.resource_id, name, value);
}

void ask_for_storage(const call& in, const db_instance& of) {
    const parameters& input = in.input;
    if (!input.has("AllocatedStorage") && !input.has("StorageType") && !input.has("Iops") &&
        !input.has("StorageThroughput") && !input.has("MaxAllocatedStorage")) {
        return;
    }
    db_instance wanted = of;
    check_storage(in, wanted);
    if (wanted.allocated_storage < of.allocated_storage) {
        combination(fmt::format("Requested storage size {} is smaller than the current size of {}: storage "
                                "only grows.",
                                wanted.allocated_storage, of.allocated_storage));
    }
    if (wanted.allocated_storage != of.allocated_storage &&
        wanted.allocated_storage * 10 < of.allocated_storage * 11) {
        combination(fmt::format("Invalid storage size for modification: {}. It must grow by at least 10 "
                                "percent, or stay.",
                                wanted.allocated_storage));
    }
    put_if_new(in, of, "AllocatedStorage", std::to_string(wanted.allocated_storage),
               std::to_string(of.allocated_storage));
    put_if_new(in, of, "StorageType", wanted.storage_type, of.storage_type);
    if (wanted.iops) {
        put_if_new(in, of, "Iops", std::to_string(*wanted.iops), std::to_string(of.iops.value_or(0)));
    }
    if (wanted.storage_throughput) {
        put_if_new(in, of, "StorageThroughput", std::to_string(*wanted.storage_throughput),
                   std::to_string(of.storage_throughput.value_or(0)));
    }
}

void ask_for_port(const call& in, const db_instance& of) {
    const auto port = in.input.integer("DBPortNumber");
    if (!port || *port == of.port) return;
    check_port(*port);
    if (!cluster::port_is_free(of.address, static_cast<std::uint16_t>(*port))) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("Port {} on {} is taken. Stop what listens there, or name another port.",
                                  *port, of.address)};
    }
    put_pending(in.db, of.resource_id, "Port", std::to_string(*port));
}

void ask_for_version(const call& in, const db_instance& of) {
    const auto asked = in.input.text("EngineVersion");
    if (!asked || *asked == of.engine_version) return;
    const auto full = full_version(*asked);
    if (!full) combination(fmt::format("Cannot find version {} for postgres", *asked));
    if (major_of(*full) != major_of(of.engine_version)) {
        combination(fmt::format("Cannot upgrade postgres from {} to {}: major version upgrades are not "
                                "offered here. Dump the databases and load them into a new instance.",
                                of.engine_version, *full));
    }
    put_pending(in.db, of.resource_id, "EngineVersion", *full);
}

// What waits for the maintenance window or the next reboot, unless it is to be applied immediately.
void ask_for_more(const call& in, const db_instance& of) {
    const parameters& input = in.input;
    if (const auto asked = input.text("DBInstanceClass")) {
        const instance_class* const known = find_class(*asked);
        if (known == nullptr) {
            throw refusal{"InvalidParameterValue", fmt::format("Invalid DB Instance class: {}", *asked)};
        }
        if (major_of(of.engine_version) > known->newest_major) {
            combination(fmt::format("RDS does not support modifying a DB instance to the following "
                                    "combination: DBInstanceClass={}, Engine=postgres, EngineVersion={}.",
                                    *asked, of.engine_version));
        }
        put_if_new(in, of, "DBInstanceClass", *asked, of.instance_class);
    }
    if (const auto kept = input.integer("BackupRetentionPeriod")) {
        check_retention(*kept);
        put_if_new(in, of, "BackupRetentionPeriod", std::to_string(*kept),
                   std::to_string(of.backup_retention));
    }
    if (const auto on = input.boolean("MultiAZ")) {
        put_if_new(in, of, "MultiAZ", *on ? "true" : "false", of.multi_az ? "true" : "false");
    }
    ask_for_storage(in, of);
    ask_for_port(in, of);
    ask_for_version(in, of);
}

} // namespace

void modify_db_instance(const call& in) {
    db_instance what = find_instance(in, in.input.text("DBInstanceIdentifier").value_or(""));
    const bool stopped = what.status == "stopped";
    if (what.status != "available" && !stopped) {
        throw refusal{"InvalidDBInstanceState",
                      fmt::format("Database instance is not in available state: {} is {}.", what.identifier,
                                  what.status)};
    }
    apply_at_once(in, what);
    ask_for_more(in, what);
    const auto password = in.input.text("MasterUserPassword");
    if (password) {
        check_master_password(*password);
        put_pending(in.db, what.resource_id, "MasterUserPassword", scram_verifier(*password));
    }
    const bool waits = !pending_values(in.db, what.resource_id).empty();
    // A password never waits for the window; a stopped instance takes everything when it starts.
    if (!stopped && waits && (in.input.boolean("ApplyImmediately").value_or(false) || password)) {
        what.status = "modifying";
    }
    save_instance(in.db, what);
    in.env.rds->wake(what.resource_id);
    add_instance(in.result.add("DBInstance"), in, what);
}

} // namespace cruddur::cloud
