#include "cloud/ground/identifiers.hpp"
#include "cloud/rds/db_groups.hpp"
#include "cloud/rds/managed_passwords.hpp"
#include "cloud/rds/parameter_groups.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/rds/rds_catalogue.hpp"
#include "cloud/rds/rds_logs.hpp"
#include "cloud/rds/rds_validation.hpp"
#include "cloud/rds/scram.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace cruddur::cloud::rds {

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
    std::string out = boost::algorithm::to_upper_copy(ground::random_hex(26));
    for (char& c : out) { // hexadecimal's ten digits as the letters G to P: RDS uses letters and digits alike
        if (c >= '0' && c <= '9') c = static_cast<char>('G' + (c - '0'));
    }
    return "db-" + out;
}

void check_free_name(const call& in, const std::string& identifier) {
    if (fleet::instance_by_identifier(in.db, in.region, identifier)) {
        throw refusal{"DBInstanceAlreadyExists", "DB instance already exists"};
    }
    if (fleet::instances_of(in.db, in.region).size() >= instances_max) {
        throw refusal{"InstanceQuotaExceeded",
                      fmt::format("Cannot create more than {} DB instances", instances_max)};
    }
}

void check_engine(const call& in) {
    const std::string engine = optional_text(in.input, "Engine").value_or("postgres");
    if (engine != "postgres") value(fmt::format("Invalid DB engine: {}. Here it is postgres.", engine));
    check_what_there_is(in);
    if (optional_text(in.input, "BackupTarget").value_or("region") != "region") {
        value("Backups are kept in the region: BackupTarget must be region.");
    }
}

// What this machine runs in place of a version that RDS has had: itself, a newer minor version where it may
// be upgraded by itself, or another major version where that may stand in.
void read_engine_version(const call& in, db_instance& into) {
    const auto& engines = in.env.part<instances>().engines();
    const auto installed = engines.installed();
    if (installed.empty()) {
        throw refusal{"InsufficientDBInstanceCapacity",
                      "No PostgreSQL server is installed on this machine. Install one: apt-get install "
                      "postgresql"};
    }
    const std::string asked =
        optional_text(in.input, "EngineVersion").value_or(std::to_string(installed.back()));
    const auto serving = engines.serving_major(major_of(asked));
    const std::string running = serving ? engines.installed_version(*serving) : "";
    const bool is_it = asked == running || (!running.empty() && asked == std::to_string(*serving));
    if (!is_it && !full_version(asked))
        combination(fmt::format("Cannot find version {} for postgres: this machine has PostgreSQL {}.", asked,
                                fmt::join(installed, ", ")));
    if (running.empty()) {
        combination(
            fmt::format("Cannot find version {} for postgres. Here is PostgreSQL {}. {} The newest stands in "
                        "for it with --allow-version-substitute or CRUDDUR_ENGINE_SUBSTITUTE=1.",
                        asked, fmt::join(installed, ", "), engines.bringing(major_of(asked))));
    }
    if (!is_it && major_of(asked) == *serving) {
        const bool upgrades = optional_boolean(in.input, "AutoMinorVersionUpgrade").value_or(true);
        if (minor_of(asked) > minor_of(running) || !upgrades) {
            combination(fmt::format(
                "Cannot find version {} for postgres: this machine has {}{}.", asked, running,
                minor_of(asked) > minor_of(running) ? "" : ", and AutoMinorVersionUpgrade is off"));
        }
    }
    into.engine_version = running;
    into.server_major = *serving;
}

// What runs may be another version than what was asked for.
void tell_of_version(const call& in, const db_instance& made) {
    const auto asked = optional_text(in.input, "EngineVersion");
    if (!asked || *asked == made.engine_version || *asked == std::to_string(made.server_major)) return;
    const bool is_minor = major_of(*asked) == made.server_major;
    const std::string told =
        is_minor
            ? fmt::format("Engine version {} was asked for; its automatic minor version upgrade has made "
                          "it {}, which this machine has",
                          *asked, made.engine_version)
            : fmt::format("PostgreSQL {} stands in for engine version {}, which is not here. {}",
                          made.engine_version, *asked,
                          in.env.part<instances>().engines().bringing(major_of(*asked)));
    spdlog::log(is_minor ? spdlog::level::info : spdlog::level::warn, "DB instance {}: {}", made.identifier,
                told);
    record(in, made, is_minor ? "maintenance" : "creation", told);
}

void read_class(const call& in, db_instance& into) {
    const std::string asked = optional_text(in.input, "DBInstanceClass").value_or(into.instance_class);
    const fleet::instance_class* const known = fleet::find_class(asked);
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
    const auto zone = optional_text(in.input, "AvailabilityZone");
    into.multi_az = is_true(in.input, "MultiAZ");
    if (zone && into.multi_az) {
        combination("Requesting a specific availability zone is not valid for Multi-AZ instances.");
    }
    if (zone) check_zone(in.region, *zone);
    into.availability_zone = zone.value_or(zone_in_subnet_group(in, 0));
    into.secondary_zone = into.multi_az ? zone_in_subnet_group(in, 1) : "";
}

void read_port(const call& in, db_instance& into) {
    into.port = optional_integer(in.input, "Port").value_or(into.port == 0 ? default_port : into.port);
    check_port(into.port);
    const auto address = in.env.part<instances>().free_address(in.region, into.identifier, into.port);
    if (!address) {
        value(fmt::format("Port {} is taken on every address of this machine, so that no DB instance can "
                          "have it. Stop what listens there, or name another --port.",
                          into.port));
    }
    into.address = *address;
}

// What is not said is chosen so that the windows do not overlap, where that can be.
void read_windows(const call& in, db_instance& into) {
    const auto daily = optional_text(in.input, "PreferredBackupWindow");
    const auto weekly = optional_text(in.input, "PreferredMaintenanceWindow");
    if (daily) check_backup_window(*daily);
    if (weekly) check_maintenance_window(*weekly);
    into.backup_window = daily.value_or("04:00-04:30");
    into.maintenance_window = boost::algorithm::to_lower_copy(weekly.value_or("sun:05:00-sun:05:30"));
    if (windows_overlap(into.backup_window, into.maintenance_window)) {
        if (!daily) into.backup_window = "07:00-07:30";
        if (!weekly) into.maintenance_window = "sun:09:00-sun:09:30";
    }
    check_windows(into.backup_window, into.maintenance_window);
}

void read_options(const call& in, db_instance& into) {
    const json::object& input = in.input;
    // As AWS has it where nothing is said: public where the VPC has an internet gateway.
    into.publicly_accessible = optional_boolean(input, "PubliclyAccessible")
                                   .value_or(ec2::has_gateway(in.db, vpc_of_named_subnet_group(in)));
    into.deletion_protection = is_true(input, "DeletionProtection");
    into.auto_minor_version_upgrade = optional_boolean(input, "AutoMinorVersionUpgrade").value_or(true);
    into.copy_tags_to_snapshot = is_true(input, "CopyTagsToSnapshot");
    into.backup_retention = optional_integer(input, "BackupRetentionPeriod").value_or(into.backup_retention);
    check_retention(into.backup_retention);
    read_windows(in, into);
    into.iam_authentication = is_true(input, "EnableIAMDatabaseAuthentication");
    if (into.iam_authentication) check_takes_tokens(in, static_cast<int>(into.server_major));
    into.performance_insights = is_true(input, "EnablePerformanceInsights");
    const auto retention = optional_integer(input, "PerformanceInsightsRetentionPeriod");
    if (retention && !into.performance_insights) {
        combination("Performance Insights must be enabled for a retention period to be given.");
    }
    into.performance_insights_retention = retention.value_or(7);
    check_performance_insights_retention(into.performance_insights_retention);
}

void read_encryption(const call& in, db_instance& into) {
    into.storage_encrypted = is_true(in.input, "StorageEncrypted");
    const auto asked = optional_text(in.input, "KmsKeyId");
    if (asked && !into.storage_encrypted) {
        combination("A KMS key can be given for encrypted storage alone: StorageEncrypted must be true.");
    }
    if (into.storage_encrypted) into.kms_key_id = storage_key(in);
}

void tell_of_creation(const call& in, const db_instance& made) {
    tell_of_version(in, made);
    if (made.storage_encrypted) {
        record(in, made, "creation",
               "Snapshots of this DB instance are encrypted. Its live storage is as encrypted as the file "
               "system that it lies on, and no more");
    }
}

// The major version that was asked for, which another may stand in for; what is read from a snapshot has its
// own.
int asked_major(const call& in, const db_instance& made) {
    const auto asked = optional_text(in.input, "EngineVersion");
    return asked && in.operation == "CreateDBInstance" ? major_of(*asked)
                                                       : static_cast<int>(made.server_major);
}

void insert(const call& in, const db_instance& made) {
    const std::string vpc = vpc_of_named_subnet_group(in);
    const auto groups = read_groups(in, vpc);
    check_public_access(in, made, vpc);
    const ground::tag_list tags = wire::read_tags(in.input, "Tags");
    fleet::insert_instance(in.db, made);
    fleet::set_instance_groups(in.db, made.resource_id, groups);
    begin_with_parameter_group(in, made, asked_major(in, made));
    begin_with_subnet_group(in, made);
    begin_with_option_group(in, made);
    begin_authority(in, made);
    begin_log_exports(in, made);
    ground::put_tags(in.db, fleet::instance_arn(made), in.region, tags);
    tell_of_creation(in, made);
    bring_about(in, made.resource_id);
}

} // namespace

void check_storage(const call& in, db_instance& into) {
    const json::object& input = in.input;
    const auto iops = optional_integer(input, "Iops");
    into.storage_type = optional_text(input, "StorageType")
                            .value_or(!into.storage_type.empty() ? into.storage_type
                                      : iops                     ? "io1"
                                                                 : "gp2");
    const fleet::storage_type* const type = fleet::find_storage_type(into.storage_type);
    if (type == nullptr) value(fmt::format("Invalid storage type: {}", into.storage_type));
    into.allocated_storage = optional_integer(input, "AllocatedStorage").value_or(into.allocated_storage);
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
    if (type->name.starts_with("io") && !into.iops) {
        combination(fmt::format("You must specify IOPS for the storage type {}.", type->name));
    }
    const auto throughput = optional_integer(input, "StorageThroughput");
    if (throughput && type->name != "gp3") {
        combination(fmt::format("You can't specify storage throughput for the storage type {}.", type->name));
    }
    if (type->name == "gp3" && (iops || throughput) && into.allocated_storage < fleet::gp3_striped_gib) {
        combination(
            fmt::format("You can't specify IOPS or storage throughput for engine postgres and a storage "
                        "size less than {}.",
                        fleet::gp3_striped_gib));
    }
    if (throughput && (*throughput < 500 || *throughput > 4'000)) {
        value(fmt::format("Invalid storage throughput: {}. Must be between 500 and 4000.", *throughput));
    }
    if (throughput) into.storage_throughput = throughput;
    fleet::settle_storage(into);
}

void check_storage_limit(const call& in, db_instance& into) {
    const auto most = optional_integer(in.input, "MaxAllocatedStorage");
    if (!most) return;
    const fleet::storage_type* const type = fleet::find_storage_type(into.storage_type);
    if (*most <= into.allocated_storage) combination("Max storage size must be greater than storage size");
    if (type != nullptr && *most > type->gib_max) {
        combination(
            fmt::format("Invalid max storage size for engine name postgres and storage type {}: {}. Must "
                        "be at most {}.",
                        type->name, *most, type->gib_max));
    }
    into.max_allocated_storage = most;
}

void check_what_there_is(const call& in) {
    const std::string license = optional_text(in.input, "LicenseModel").value_or("postgresql-license");
    if (license != "postgresql-license") {
        combination(fmt::format("Invalid license model '{}' for engine 'postgres'. Valid license models are: "
                                "postgresql-license.",
                                license));
    }
    if (optional_integer(in.input, "MonitoringInterval").value_or(0) != 0) {
        combination("A MonitoringRoleARN value is required if you specify a MonitoringInterval value other "
                    "than 0.");
    }
    const std::string network = optional_text(in.input, "NetworkType").value_or("IPV4");
    if (network == "DUAL") {
        throw refusal{"NetworkTypeNotSupported", "The DB subnet group supports the network type IPV4 only."};
    }
    if (network != "IPV4") value(fmt::format("Invalid network type: {}. Must be IPV4 or DUAL.", network));
}

void check_takes_tokens(const call& in, int major) {
    if (in.env.part<instances>().engines().has_ldap(major)) return;
    combination(fmt::format("IAM Database Authentication is not supported for this configuration: PostgreSQL "
                            "{0} is built without LDAP here, by which it would have tokens judged. Another "
                            "build is (apt-get install postgresql-{0}).",
                            major));
}

namespace {

// What every way to a new instance ends with: a name of its own, and nothing asked for that there isn't.
void begin_creation(const call& in, db_instance& made) {
    check_free_name(in, made.identifier);
    read_port(in, made);
    made.resource_id = resource_name();
    made.status = "creating";
}

} // namespace

json::object create_db_instance(const call& in) {
    const json::object& input = in.input;
    db_instance made;
    made.region = in.region;
    made.identifier = checked_identifier("DBInstanceIdentifier", text_of(input, "DBInstanceIdentifier"));
    check_engine(in);
    read_engine_version(in, made);
    read_class(in, made);
    if (!input.contains("MasterUsername"))
        throw refusal{"MissingParameter", "The request must contain the parameter MasterUsername"};
    made.master_username = *optional_text(input, "MasterUsername");
    check_master_username(made.master_username);
    made.database = text_of(input, "DBName");
    if (!made.database.empty()) check_database_name(made.database);
    check_storage(in, made);
    check_storage_limit(in, made);
    read_zone(in, made);
    read_options(in, made);
    read_encryption(in, made);
    begin_creation(in, made);
    made.master_verifier = scram_verifier(begin_master_password(in, made));
    insert(in, made);
    return {{"DBInstance", describe(in, made)}};
}

void insert_copy(const call& in, db_instance& made, const std::string& source) {
    check_storage_key(in, made);
    check_engine(in);
    // A data folder is read by its own major version alone.
    const auto& engines = in.env.part<instances>().engines();
    const int major = static_cast<int>(made.server_major);
    made.engine_version = engines.installed_version(major);
    if (made.engine_version.empty()) {
        combination(fmt::format("{} is of PostgreSQL {}, which is not here. {}", source, major,
                                engines.bringing(major)));
    }
    read_class(in, made);
    check_storage(in, made);
    check_storage_limit(in, made);
    read_zone(in, made);
    read_options(in, made);
    begin_creation(in, made);
    made.created_at.reset();
    made.restart_at.reset();
    made.node = 0;
    insert(in, made);
}

json::object restore_db_instance_from_db_snapshot(const call& in) {
    const json::object& input = in.input;
    const db_snapshot from = find_snapshot(in, text_of(input, "DBSnapshotIdentifier"));
    if (from.status != "available") {
        throw refusal{"InvalidDBSnapshotState",
                      fmt::format("The snapshot {} is {}, not available.", from.identifier, from.status)};
    }
    db_instance made = from.source;
    made.identifier = checked_identifier("DBInstanceIdentifier", text_of(input, "DBInstanceIdentifier"));
    made.restored_from = from.folder;
    insert_copy(in, made, fmt::format("The snapshot {}", from.identifier));
    return {{"DBInstance", describe(in, made)}};
}

} // namespace cruddur::cloud::rds
