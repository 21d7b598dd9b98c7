#include "cloud/ec2.hpp"
#include "cloud/identifiers.hpp"
#include "cloud/rds.hpp"
#include "cloud/rds_catalogue.hpp"
#include "cloud/rds_validation.hpp"
#include "cloud/regions.hpp"
#include "cloud/scram.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace cruddur::cloud {

namespace {

constexpr std::size_t instances_max = 40; // as an account of AWS begins with
constexpr std::int64_t default_port = 5432;

[[noreturn]] void combination(std::string message) {
    throw refusal{"InvalidParameterCombination", std::move(message)};
}

[[noreturn]] void value(std::string message) {
    throw refusal{"InvalidParameterValue", std::move(message)};
}

std::string resource_name() {
    std::string out = boost::algorithm::to_upper_copy(random_hex(26));
    for (char& c : out) { // hexadecimal's ten digits as the letters G to P: RDS uses letters and digits alike
        if (c >= '0' && c <= '9') c = static_cast<char>('G' + (c - '0'));
    }
    return "db-" + out;
}

void check_free_name(const call& in, const std::string& identifier) {
    if (instance_by_identifier(in.db, in.region, identifier)) {
        throw refusal{"DBInstanceAlreadyExists", "DB instance already exists"};
    }
    if (instances_of(in.db, in.region).size() >= instances_max) {
        throw refusal{"InstanceQuotaExceeded",
                      fmt::format("Cannot create more than {} DB instances", instances_max)};
    }
}

void check_engine(const call& in) {
    const std::string engine = in.input.text("Engine").value_or("postgres");
    if (engine != "postgres") value(fmt::format("Invalid DB engine: {}. Here it is postgres.", engine));
    const std::string license = in.input.text("LicenseModel").value_or("postgresql-license");
    if (license != "postgresql-license") {
        combination(fmt::format("Invalid license model '{}' for engine 'postgres'. Valid license models are: "
                                "postgresql-license.",
                                license));
    }
    if (in.input.boolean("EnableIAMDatabaseAuthentication").value_or(false)) {
        combination("IAM Database Authentication is not supported for this configuration.");
    }
    if (in.input.integer("MonitoringInterval").value_or(0) != 0) {
        combination("A MonitoringRoleARN value is required if you specify a MonitoringInterval value other "
                    "than 0.");
    }
    if (in.input.text("NetworkType").value_or("IPV4") != "IPV4") {
        throw refusal{"NetworkTypeNotSupported", "The DB subnet group supports the network type IPV4 only."};
    }
    if (in.input.text("BackupTarget").value_or("region") != "region") {
        value("Backups are kept in the region: BackupTarget must be region.");
    }
}

void read_engine_version(const call& in, db_instance& into) {
    const auto& installed = in.env.rds->installed();
    const auto asked = in.input.text("EngineVersion");
    if (installed.empty()) {
        throw refusal{"InsufficientDBInstanceCapacity",
                      "No PostgreSQL server is installed on this machine. Install one: apt-get install "
                      "postgresql"};
    }
    const auto full = full_version(asked.value_or(std::to_string(installed.back())));
    if (!full) combination(fmt::format("Cannot find version {} for postgres", asked.value_or("")));
    const auto major = in.env.rds->serving_major(major_of(*full));
    if (!major) {
        combination(fmt::format("Cannot find version {} for postgres: this machine has PostgreSQL {}. Name "
                                "one of these, install postgresql-{}, or have the newest stand in with "
                                "--allow-version-substitute.",
                                *full, fmt::join(installed, ", "), major_of(*full)));
    }
    into.engine_version = *full;
    into.server_major = *major;
}

void read_class(const call& in, db_instance& into) {
    const std::string asked = in.input.text("DBInstanceClass").value_or(into.instance_class);
    const instance_class* const known = find_class(asked);
    if (known == nullptr) value(fmt::format("Invalid DB Instance class: {}", asked));
    if (major_of(into.engine_version) > known->newest_major) {
        combination(fmt::format(
            "RDS does not support creating a DB instance with the following combination: "
            "DBInstanceClass={}, Engine=postgres, EngineVersion={}, LicenseModel=postgresql-license. For "
            "supported combinations of instance class and database engine version, see the documentation.",
            asked, into.engine_version));
    }
    into.instance_class = asked;
}

void read_zone(const call& in, db_instance& into) {
    const auto zone = in.input.text("AvailabilityZone");
    const std::string_view zones = find_region(in.region)->zones;
    into.multi_az = in.input.boolean("MultiAZ").value_or(false);
    if (zone && into.multi_az) {
        combination("Requesting a specific availability zone is not valid for Multi-AZ instances.");
    }
    if (zone) check_zone(in.region, *zone);
    into.availability_zone = zone.value_or(fmt::format("{}{}", in.region, zones[0]));
    into.secondary_zone = into.multi_az ? fmt::format("{}{}", in.region, zones[1]) : "";
}

void read_port(const call& in, db_instance& into) {
    into.port = in.input.integer("Port").value_or(into.port == 0 ? default_port : into.port);
    check_port(into.port);
    const auto address = in.env.rds->free_address(in.region, into.identifier, into.port);
    if (!address) {
        value(fmt::format("Port {} is taken on every address of this machine, so that no DB instance can "
                          "have it. Stop what listens there, or name another --port.",
                          into.port));
    }
    into.address = *address;
}

void read_options(const call& in, db_instance& into) {
    const parameters& input = in.input;
    into.publicly_accessible = input.boolean("PubliclyAccessible").value_or(false);
    into.deletion_protection = input.boolean("DeletionProtection").value_or(false);
    into.auto_minor_version_upgrade = input.boolean("AutoMinorVersionUpgrade").value_or(true);
    into.copy_tags_to_snapshot = input.boolean("CopyTagsToSnapshot").value_or(false);
    into.backup_retention = input.integer("BackupRetentionPeriod").value_or(into.backup_retention);
    check_retention(into.backup_retention);
    into.backup_window = input.text("PreferredBackupWindow").value_or("04:00-04:30");
    check_backup_window(into.backup_window);
    into.maintenance_window = boost::algorithm::to_lower_copy(
        input.text("PreferredMaintenanceWindow").value_or("sun:05:00-sun:05:30"));
    check_maintenance_window(into.maintenance_window);
    into.performance_insights = input.boolean("EnablePerformanceInsights").value_or(false);
    const auto retention = input.integer("PerformanceInsightsRetentionPeriod");
    if (retention && !into.performance_insights) {
        combination("Performance Insights must be enabled for a retention period to be given.");
    }
    into.performance_insights_retention = retention.value_or(7);
    check_performance_insights_retention(into.performance_insights_retention);
}

std::string new_kms_key(const std::string& region) {
    return fmt::format("arn:aws:kms:{}:{}:key/{}", region, account_id, random_uuid());
}

void read_encryption(const call& in, db_instance& into) {
    into.storage_encrypted = in.input.boolean("StorageEncrypted").value_or(false);
    if (const auto key = in.input.text("KmsKeyId"); key && !key->ends_with("alias/aws/rds")) {
        throw refusal{"KMSKeyNotAccessibleFault",
                      fmt::format("The specified KMS key [{}] does not exist, is not enabled or you do not "
                                  "have permissions to access it.",
                                  *key)};
    }
    if (into.storage_encrypted) into.kms_key_id = new_kms_key(in.region);
}

void tell_of_creation(const call& in, const db_instance& made) {
    const int asked = major_of(made.engine_version);
    if (made.server_major != asked) {
        record(in, made, "creation",
               fmt::format("PostgreSQL {} stands in for engine version {}, whose server is not installed on "
                           "this machine",
                           made.server_major, made.engine_version));
    }
    if (made.storage_encrypted) {
        record(in, made, "creation",
               "Snapshots of this DB instance are encrypted. Its live storage is as encrypted as the file "
               "system that it lies on, and no more");
    }
}

void insert(const call& in, const db_instance& made) {
    const auto groups = read_groups(in);
    const tag_list tags = read_tags(in.input, "Tags");
    insert_instance(in.db, made);
    set_instance_groups(in.db, made.resource_id, groups);
    put_tags(in.db, instance_arn(made), in.region, tags);
    tell_of_creation(in, made);
    in.env.rds->wake(made.resource_id);
    add_instance(in.result.add("DBInstance"), in, made);
}

} // namespace

void check_storage(const call& in, db_instance& into) {
    const parameters& input = in.input;
    const auto iops = input.integer("Iops");
    into.storage_type = input.text("StorageType")
                            .value_or(!into.storage_type.empty() ? into.storage_type
                                      : iops                     ? "io1"
                                                                 : "gp2");
    const storage_type* const type = find_storage_type(into.storage_type);
    if (type == nullptr) value(fmt::format("Invalid storage type: {}", into.storage_type));
    into.allocated_storage = input.integer("AllocatedStorage").value_or(into.allocated_storage);
    if (into.allocated_storage == 0) {
        throw refusal{"MissingParameter", "The request must contain the parameter AllocatedStorage"};
    }
    if (into.allocated_storage < type->gib_min || into.allocated_storage > type->gib_max) {
        value(fmt::format("Invalid storage size for engine name postgres and storage type {}: {}. Must be "
                          "between {} and {}.",
                          type->name, into.allocated_storage, type->gib_min, type->gib_max));
    }
    if (iops && !type->takes_iops) {
        combination(fmt::format("You can't specify IOPS for the storage type {}.", type->name));
    }
    if (iops && (*iops < type->iops_min || *iops > type->iops_max)) {
        value(fmt::format("Invalid iops value: {}. Must be between {} and {}.", *iops, type->iops_min,
                          type->iops_max));
    }
    if (iops) into.iops = iops;
    if (!type->takes_iops) into.iops.reset();
    if (type->name.starts_with("io") && !into.iops) {
        combination(fmt::format("You must specify IOPS for the storage type {}.", type->name));
    }
    const auto throughput = input.integer("StorageThroughput");
    if (throughput && type->name != "gp3") {
        combination(fmt::format("You can't specify storage throughput for the storage type {}.", type->name));
    }
    if (throughput && (*throughput < 125 || *throughput > 4'000)) {
        value(fmt::format("Invalid storage throughput: {}. Must be between 125 and 4000.", *throughput));
    }
    into.storage_throughput = throughput;
    if (const auto most = input.integer("MaxAllocatedStorage")) {
        if (*most <= into.allocated_storage || *most > type->gib_max) {
            combination(fmt::format("Invalid max storage size for engine name postgres and storage type {}: "
                                    "{}. It must exceed the allocated storage of {}, up to {}.",
                                    type->name, *most, into.allocated_storage, type->gib_max));
        }
        into.max_allocated_storage = most;
    }
}

namespace {

// What every way to a new instance ends with: a name of its own, and nothing asked for that there isn't.
void begin_creation(const call& in, db_instance& made) {
    check_default_groups(in, made.engine_version);
    check_free_name(in, made.identifier);
    read_port(in, made);
    made.resource_id = resource_name();
    made.status = "creating";
}

} // namespace

void create_db_instance(const call& in) {
    const parameters& input = in.input;
    db_instance made;
    made.region = in.region;
    made.identifier =
        checked_identifier("DBInstanceIdentifier", input.text("DBInstanceIdentifier").value_or(""));
    check_engine(in);
    read_engine_version(in, made);
    read_class(in, made);
    for (const char* required : {"MasterUsername", "MasterUserPassword"}) {
        if (!input.has(required)) {
            throw refusal{"MissingParameter",
                          fmt::format("The request must contain the parameter {}", required)};
        }
    }
    made.master_username = *input.text("MasterUsername");
    check_master_username(made.master_username);
    check_master_password(*input.text("MasterUserPassword"));
    made.database = input.text("DBName").value_or("");
    if (!made.database.empty()) check_database_name(made.database);
    check_storage(in, made);
    read_zone(in, made);
    read_options(in, made);
    read_encryption(in, made);
    begin_creation(in, made);
    made.master_verifier = scram_verifier(*input.text("MasterUserPassword"));
    insert(in, made);
}

void restore_db_instance_from_db_snapshot(const call& in) {
    const parameters& input = in.input;
    const db_snapshot from = find_snapshot(in, input.text("DBSnapshotIdentifier").value_or(""));
    if (from.status != "available") {
        throw refusal{"InvalidDBSnapshotState",
                      fmt::format("The snapshot {} is {}, not available.", from.identifier, from.status)};
    }
    db_instance made = from.source;
    made.identifier =
        checked_identifier("DBInstanceIdentifier", input.text("DBInstanceIdentifier").value_or(""));
    check_engine(in);
    read_class(in, made);
    check_storage(in, made);
    read_zone(in, made);
    read_options(in, made);
    begin_creation(in, made);
    made.created_at.reset();
    made.restored_from = from.folder;
    if (made.storage_encrypted) made.kms_key_id = new_kms_key(in.region);
    insert(in, made);
}

} // namespace cruddur::cloud
