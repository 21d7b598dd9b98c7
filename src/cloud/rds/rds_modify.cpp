#include "cloud/fleet/instance_job.hpp"
#include "cloud/fleet/instance_settings.hpp"
#include "cloud/rds/db_groups.hpp"
#include "cloud/rds/managed_passwords.hpp"
#include "cloud/rds/parameter_groups.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/rds/rds_catalogue.hpp"
#include "cloud/rds/rds_logs.hpp"
#include "cloud/rds/rds_validation.hpp"
#include "cloud/rds/scram.hpp"
#include "cluster/port.hpp"
#include "cluster/upgrade.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/core.h>

namespace cruddur::cloud::rds {

namespace {

[[noreturn]] void refuse_change(std::string message) {
    throw refusal{"InvalidParameterCombination", std::move(message)};
}

// RDS does not have it wait for the window, either.
void change_iam_authentication(const call& in, db_instance& to) {
    const auto on = optional_boolean(in.input, "EnableIAMDatabaseAuthentication");
    if (!on || *on == to.iam_authentication) return;
    if (*on) check_takes_tokens(in, static_cast<int>(to.server_major));
    to.iam_authentication = *on;
    fleet::renew_settings(in.db, to.resource_id);
    record(in, to, "configuration change",
           fmt::format("IAM database authentication is {}", *on ? "enabled" : "disabled"));
}

// What holds at once and without the server: RDS applies these whatever ApplyImmediately says.
void apply_at_once(const call& in, db_instance& to) {
    const json::object& input = in.input;
    if (const auto on = optional_boolean(input, "PubliclyAccessible")) {
        to.publicly_accessible = *on;
        check_public_access(in, to, fleet::vpc_of_instance(in.db, to));
    }
    if (const auto on = optional_boolean(input, "DeletionProtection")) to.deletion_protection = *on;
    if (const auto on = optional_boolean(input, "AutoMinorVersionUpgrade"))
        to.auto_minor_version_upgrade = *on;
    if (const auto on = optional_boolean(input, "CopyTagsToSnapshot")) to.copy_tags_to_snapshot = *on;
    const auto insights = optional_boolean(input, "EnablePerformanceInsights");
    if (insights) to.performance_insights = *insights;
    if (const auto kept = optional_integer(input, "PerformanceInsightsRetentionPeriod")) {
        if (!to.performance_insights) {
            refuse_change("Performance Insights must be enabled for a retention period to be given.");
        }
        check_performance_insights_retention(*kept);
        to.performance_insights_retention = *kept;
    }
    if (const auto window = optional_text(input, "PreferredBackupWindow")) {
        check_backup_window(*window);
        to.backup_window = *window;
    }
    if (const auto window = optional_text(input, "PreferredMaintenanceWindow")) {
        check_maintenance_window(*window);
        to.maintenance_window = boost::algorithm::to_lower_copy(*window);
    }
    check_windows(to.backup_window, to.maintenance_window);
    check_what_there_is(in);
    change_iam_authentication(in, to);
    change_subnet_group(in, to);
    change_option_group(in, to);
    change_authority(in, to);
    change_log_exports(in, to);
    change_parameter_group(in, to);
    if (input.contains("VpcSecurityGroupIds"))
        fleet::set_instance_groups(in.db, to.resource_id, read_groups(in, fleet::vpc_of_instance(in.db, to)));
}

void put_if_new(const call& in, const db_instance& of, const char* name, const std::string& value,
                const std::string& now) {
    if (value != now)
        fleet::put_pending(in.db, of.resource_id, name, value);
    else
        fleet::drop_pending(in.db, of.resource_id, name); // it was to become another
}

void ask_for_storage(const call& in, db_instance& of) {
    const json::object& input = in.input;
    const bool any = input.contains("AllocatedStorage") || input.contains("StorageType") ||
                     input.contains("Iops") || input.contains("StorageThroughput");
    db_instance wanted = of;
    if (any) check_storage(in, wanted);
    if (wanted.allocated_storage < of.allocated_storage) {
        refuse_change(fmt::format("Requested storage size {} is smaller than the current size of {}: storage "
                                  "only grows.",
                                  wanted.allocated_storage, of.allocated_storage));
    }
    if (wanted.allocated_storage != of.allocated_storage &&
        wanted.allocated_storage * 10 < of.allocated_storage * 11) {
        refuse_change(fmt::format("Invalid storage size for modification: {}. It must grow by at least 10 "
                                  "percent, or stay.",
                                  wanted.allocated_storage));
    }
    // The limit holds at once; as large as the storage is, it ends autoscaling.
    if (optional_integer(input, "MaxAllocatedStorage") == wanted.allocated_storage) {
        of.max_allocated_storage.reset();
    } else {
        check_storage_limit(in, wanted);
        of.max_allocated_storage = wanted.max_allocated_storage;
    }
    if (input.contains("AllocatedStorage")) {
        put_if_new(in, of, "AllocatedStorage", std::to_string(wanted.allocated_storage),
                   std::to_string(of.allocated_storage));
    }
    if (input.contains("StorageType"))
        put_if_new(in, of, "StorageType", wanted.storage_type, of.storage_type);
    if (input.contains("Iops")) {
        put_if_new(in, of, "Iops", std::to_string(wanted.iops.value_or(0)),
                   std::to_string(of.iops.value_or(0)));
    }
    if (input.contains("StorageThroughput")) {
        put_if_new(in, of, "StorageThroughput", std::to_string(wanted.storage_throughput.value_or(0)),
                   std::to_string(of.storage_throughput.value_or(0)));
    }
}

void ask_for_port(const call& in, const db_instance& of) {
    const auto port = optional_integer(in.input, "DBPortNumber");
    if (!port || *port == of.port) return;
    check_port(*port);
    if (!cluster::port_is_free(of.address, static_cast<std::uint16_t>(*port))) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("Port {} on {} is taken. Stop what listens there, or name another port.",
                                  *port, of.address)};
    }
    fleet::put_pending(in.db, of.resource_id, "Port", std::to_string(*port));
}

// "15" or "15.4": the newest minor version that is here serves either.
bool is_version(const std::string& text) {
    return full_version(text) ||
           (!text.empty() && text.size() <= 2 && text.find_first_not_of("0123456789") == std::string::npos);
}

void ask_for_upgrade(const call& in, const db_instance& of, const std::string& version) {
    const int major = major_of(version);
    const std::string refused =
        fmt::format("Cannot upgrade postgres from {} to {}", of.engine_version, version);
    if (major < of.server_major) refuse_change(refused); // RDS goes back by a snapshot alone
    const auto& engines = in.env.part<instances>().engines();
    const std::string there = engines.installed_version(major);
    if (there.empty())
        refuse_change(
            fmt::format("Cannot find version {} for postgres. {}", version, engines.bringing(major)));
    if (!is_true(in.input, "AllowMajorVersionUpgrade")) {
        refuse_change("The AllowMajorVersionUpgrade flag must be present when upgrading to a new major "
                      "version.");
    }
    const auto lacks = cluster::why_not_upgraded(static_cast<int>(of.server_major), major, engines.store);
    if (!lacks.empty()) refuse_change(fmt::format("{}. {}", refused, lacks));
    if (of.iam_authentication) check_takes_tokens(in, major);
    const fleet::instance_class* const size = fleet::find_class(of.instance_class);
    if (size != nullptr && major > size->newest_major) {
        refuse_change(
            fmt::format("RDS does not support modifying a DB instance to the following combination: "
                        "DBInstanceClass={}, Engine=postgres, EngineVersion={}.",
                        of.instance_class, there));
    }
    upgrade_parameter_group(in, of, major);
    fleet::put_pending(in.db, of.resource_id, "EngineVersion", there);
}

void ask_for_version(const call& in, const db_instance& of) {
    const auto asked = optional_text(in.input, "EngineVersion");
    if (!asked || *asked == of.engine_version) return;
    const auto& engines = in.env.part<instances>().engines();
    const std::string there = engines.installed_version(static_cast<int>(of.server_major));
    const std::string version = *asked == std::to_string(of.server_major) ? there : *asked;
    if (version == of.engine_version) return;
    if (!is_version(version) && version != engines.installed_version(major_of(version)))
        refuse_change(fmt::format("Cannot find version {} for postgres", *asked));
    if (major_of(version) != of.server_major) return ask_for_upgrade(in, of, version);
    if (version != there) {
        refuse_change(fmt::format("Cannot upgrade postgres from {} to {}: this machine has {}.",
                                  of.engine_version, version, there));
    }
    fleet::put_pending(in.db, of.resource_id, "EngineVersion", version);
}

// What waits for the maintenance window or the next reboot, unless it is to be applied immediately.
void ask_for_more(const call& in, db_instance& of) {
    const json::object& input = in.input;
    if (const auto asked = optional_text(input, "DBInstanceClass")) {
        const fleet::instance_class* const known = fleet::find_class(*asked);
        if (known == nullptr) {
            throw refusal{"InvalidParameterValue", fmt::format("Invalid DB Instance class: {}", *asked)};
        }
        if (major_of(of.engine_version) > known->newest_major) {
            refuse_change(fmt::format("RDS does not support modifying a DB instance to the following "
                                      "combination: DBInstanceClass={}, Engine=postgres, EngineVersion={}.",
                                      *asked, of.engine_version));
        }
        put_if_new(in, of, "DBInstanceClass", *asked, of.instance_class);
    }
    if (const auto kept = optional_integer(input, "BackupRetentionPeriod")) {
        check_retention(*kept);
        // From some days to others it changes at once; backups begin or end when other changes do.
        if (*kept != 0 && of.backup_retention != 0) of.backup_retention = *kept;
        put_if_new(in, of, "BackupRetentionPeriod", std::to_string(*kept),
                   std::to_string(of.backup_retention));
    }
    if (const auto on = optional_boolean(input, "MultiAZ")) {
        put_if_new(in, of, "MultiAZ", *on ? "true" : "false", of.multi_az ? "true" : "false");
    }
    ask_for_storage(in, of);
    ask_for_port(in, of);
    ask_for_version(in, of);
}

} // namespace

json::object modify_db_instance(const call& in) {
    db_instance what = find_instance(in, text_of(in.input, "DBInstanceIdentifier"));
    const bool stopped = what.status == "stopped";
    if (what.status != "available" && what.status != "incompatible-parameters" && !stopped) {
        throw refusal{"InvalidDBInstanceState",
                      fmt::format("Database instance is not in available state: {} is {}.", what.identifier,
                                  what.status)};
    }
    check_change(in, what);
    const bool took_tokens = what.iam_authentication;
    apply_at_once(in, what);
    ask_for_more(in, what);
    const bool rotates = is_true(in.input, "RotateMasterUserPassword");
    if (const std::string password = change_master_password(in, what); !password.empty())
        fleet::put_pending(in.db, what.resource_id, "MasterUserPassword", scram_verifier(password));
    // A password and a port never wait for the window; a stopped instance takes everything when it starts.
    what.is_partial = !is_true(in.input, "ApplyImmediately");
    if (!stopped) fleet::begin_change(in.db, what, in.env.part<instances>().now());
    if (what.status == "available" || stopped) what.is_partial = false;
    // Beside a change that takes longer it has no status of its own.
    if (what.status == "available" && what.iam_authentication != took_tokens)
        what.status = fleet::configuring_iam_status;
    fleet::save_instance(in.db, what);
    if (rotates) {
        rotate_master_password(in, what);
        what = find_instance(in, what.identifier);
    }
    bring_about(in, what.resource_id);
    return {{"DBInstance", describe(in, what)}};
}

} // namespace cruddur::cloud::rds
