#include "cloud/rds/rds.hpp"

#include <algorithm>
#include <array>

namespace cruddur::cloud::rds {

namespace {

using enum member::type;

constexpr std::array create_in = {member{"DBName"},
                                  member{"DBInstanceIdentifier", text, true},
                                  member{"AllocatedStorage", integer},
                                  member{"DBInstanceClass", text, true},
                                  member{"Engine", text, true},
                                  member{"MasterUsername"},
                                  member{"MasterUserPassword"},
                                  member{"VpcSecurityGroupIds", list},
                                  member{"AvailabilityZone"},
                                  member{"DBSubnetGroupName"},
                                  member{"PreferredMaintenanceWindow"},
                                  member{"DBParameterGroupName"},
                                  member{"BackupRetentionPeriod", integer},
                                  member{"PreferredBackupWindow"},
                                  member{"Port", integer},
                                  member{"MultiAZ", boolean},
                                  member{"EngineVersion"},
                                  member{"AutoMinorVersionUpgrade", boolean},
                                  member{"LicenseModel"},
                                  member{"Iops", integer},
                                  member{"OptionGroupName"},
                                  member{"PubliclyAccessible", boolean},
                                  member{"Tags", list},
                                  member{"StorageType"},
                                  member{"StorageEncrypted", boolean},
                                  member{"KmsKeyId"},
                                  member{"CopyTagsToSnapshot", boolean},
                                  member{"MonitoringInterval", integer},
                                  member{"EnableIAMDatabaseAuthentication", boolean},
                                  member{"EnablePerformanceInsights", boolean},
                                  member{"PerformanceInsightsRetentionPeriod", integer},
                                  member{"DeletionProtection", boolean},
                                  member{"MaxAllocatedStorage", integer},
                                  member{"NetworkType"},
                                  member{"BackupTarget"},
                                  member{"StorageThroughput", integer}};
constexpr std::array restore_in = {member{"DBInstanceIdentifier", text, true},
                                   member{"DBSnapshotIdentifier", text, true},
                                   member{"DBInstanceClass"},
                                   member{"Port", integer},
                                   member{"AvailabilityZone"},
                                   member{"DBSubnetGroupName"},
                                   member{"DBParameterGroupName"},
                                   member{"MultiAZ", boolean},
                                   member{"PubliclyAccessible", boolean},
                                   member{"AutoMinorVersionUpgrade", boolean},
                                   member{"LicenseModel"},
                                   member{"Engine"},
                                   member{"Iops", integer},
                                   member{"OptionGroupName"},
                                   member{"Tags", list},
                                   member{"StorageType"},
                                   member{"VpcSecurityGroupIds", list},
                                   member{"CopyTagsToSnapshot", boolean},
                                   member{"EnableIAMDatabaseAuthentication", boolean},
                                   member{"DeletionProtection", boolean},
                                   member{"NetworkType"},
                                   member{"BackupTarget"},
                                   member{"StorageThroughput", integer}};
constexpr std::array instances_in = {member{"DBInstanceIdentifier"}, member{"Filters", list},
                                     member{"MaxRecords", integer}, member{"Marker"}};
constexpr std::array modify_in = {member{"DBInstanceIdentifier", text, true},
                                  member{"AllocatedStorage", integer},
                                  member{"DBInstanceClass"},
                                  member{"VpcSecurityGroupIds", list},
                                  member{"ApplyImmediately", boolean},
                                  member{"MasterUserPassword"},
                                  member{"DBParameterGroupName"},
                                  member{"BackupRetentionPeriod", integer},
                                  member{"PreferredBackupWindow"},
                                  member{"PreferredMaintenanceWindow"},
                                  member{"MultiAZ", boolean},
                                  member{"EngineVersion"},
                                  member{"AllowMajorVersionUpgrade", boolean},
                                  member{"AutoMinorVersionUpgrade", boolean},
                                  member{"LicenseModel"},
                                  member{"Iops", integer},
                                  member{"OptionGroupName"},
                                  member{"StorageType"},
                                  member{"CopyTagsToSnapshot", boolean},
                                  member{"MonitoringInterval", integer},
                                  member{"DBPortNumber", integer},
                                  member{"PubliclyAccessible", boolean},
                                  member{"EnableIAMDatabaseAuthentication", boolean},
                                  member{"EnablePerformanceInsights", boolean},
                                  member{"PerformanceInsightsRetentionPeriod", integer},
                                  member{"DeletionProtection", boolean},
                                  member{"MaxAllocatedStorage", integer},
                                  member{"NetworkType"},
                                  member{"StorageThroughput", integer}};
constexpr std::array delete_in = {member{"DBInstanceIdentifier", text, true},
                                  member{"SkipFinalSnapshot", boolean}, member{"FinalDBSnapshotIdentifier"},
                                  member{"DeleteAutomatedBackups", boolean}};
constexpr std::array delete_backup_in = {member{"DbiResourceId"}, member{"DBInstanceAutomatedBackupsArn"}};
constexpr std::array reboot_in = {member{"DBInstanceIdentifier", text, true},
                                  member{"ForceFailover", boolean}};
constexpr std::array start_in = {member{"DBInstanceIdentifier", text, true}};
constexpr std::array stop_in = {member{"DBInstanceIdentifier", text, true}, member{"DBSnapshotIdentifier"}};
constexpr std::array create_snapshot_in = {member{"DBSnapshotIdentifier", text, true},
                                           member{"DBInstanceIdentifier", text, true}, member{"Tags", list}};
constexpr std::array delete_snapshot_in = {member{"DBSnapshotIdentifier", text, true}};
constexpr std::array snapshots_in = {
    member{"DBInstanceIdentifier"},   member{"DBSnapshotIdentifier"},   member{"SnapshotType"},
    member{"Filters", list},          member{"MaxRecords", integer},    member{"Marker"},
    member{"IncludeShared", boolean}, member{"IncludePublic", boolean}, member{"DbiResourceId"}};
constexpr std::array versions_in = {member{"Engine"},
                                    member{"EngineVersion"},
                                    member{"DBParameterGroupFamily"},
                                    member{"Filters", list},
                                    member{"MaxRecords", integer},
                                    member{"Marker"},
                                    member{"DefaultOnly", boolean},
                                    member{"ListSupportedCharacterSets", boolean},
                                    member{"ListSupportedTimezones", boolean},
                                    member{"IncludeAll", boolean}};
constexpr std::array orderable_in = {
    member{"Engine", text, true}, member{"EngineVersion"},         member{"DBInstanceClass"},
    member{"LicenseModel"},       member{"AvailabilityZoneGroup"}, member{"Vpc", boolean},
    member{"Filters", list},      member{"MaxRecords", integer},   member{"Marker"}};
constexpr std::array subnet_groups_in = {member{"DBSubnetGroupName"}, member{"Filters", list},
                                         member{"MaxRecords", integer}, member{"Marker"}};
constexpr std::array parameter_groups_in = {member{"DBParameterGroupName"}, member{"Filters", list},
                                            member{"MaxRecords", integer}, member{"Marker"}};
constexpr std::array events_in = {
    member{"SourceIdentifier"}, member{"SourceType"},          member{"StartTime"},
    member{"EndTime"},          member{"Duration", integer},   member{"EventCategories", list},
    member{"Filters", list},    member{"MaxRecords", integer}, member{"Marker"}};
constexpr std::array add_tags_in = {member{"ResourceName", text, true}, member{"Tags", list, true}};
constexpr std::array remove_tags_in = {member{"ResourceName", text, true}, member{"TagKeys", list, true}};
constexpr std::array list_tags_in = {member{"ResourceName", text, true}, member{"Filters", list}};

constexpr std::array operations = {
    operation{"AddTagsToResource", add_tags_in, add_tags_to_resource},
    operation{"CreateDBInstance", create_in, create_db_instance},
    operation{"CreateDBSnapshot", create_snapshot_in, create_db_snapshot},
    operation{"DeleteDBInstance", delete_in, delete_db_instance},
    operation{"DeleteDBInstanceAutomatedBackup", delete_backup_in, delete_db_instance_automated_backup},
    operation{"DeleteDBSnapshot", delete_snapshot_in, delete_db_snapshot},
    operation{"DescribeDBEngineVersions", versions_in, describe_db_engine_versions},
    operation{"DescribeDBInstances", instances_in, describe_db_instances},
    operation{"DescribeDBParameterGroups", parameter_groups_in, describe_db_parameter_groups},
    operation{"DescribeDBSnapshots", snapshots_in, describe_db_snapshots},
    operation{"DescribeDBSubnetGroups", subnet_groups_in, describe_db_subnet_groups},
    operation{"DescribeEvents", events_in, describe_events},
    operation{"DescribeOrderableDBInstanceOptions", orderable_in, describe_orderable_db_instance_options},
    operation{"ListTagsForResource", list_tags_in, list_tags_for_resource},
    operation{"ModifyDBInstance", modify_in, modify_db_instance},
    operation{"RebootDBInstance", reboot_in, reboot_db_instance},
    operation{"RemoveTagsFromResource", remove_tags_in, remove_tags_from_resource},
    operation{"RestoreDBInstanceFromDBSnapshot", restore_in, restore_db_instance_from_db_snapshot},
    operation{"StartDBInstance", start_in, start_db_instance},
    operation{"StopDBInstance", stop_in, stop_db_instance},
};

} // namespace

const wire::query_service& rds_service() {
    static constexpr wire::query_service service{
        {"rds", "AmazonRDS", "2014-10-31", "http://rds.amazonaws.com/doc/2014-10-31/"}, operations};
    return service;
}

void check_filters(const call& in, std::span<const std::string_view> known) {
    for (const wire::filter& one : wire::read_filters(in.input)) {
        if (std::ranges::find(known, one.name) == known.end()) {
            throw refusal{"InvalidParameterValue", "Unrecognized filter name: " + one.name};
        }
        if (one.values.empty()) {
            throw refusal{"InvalidParameterCombination", "The list of " + one.name + " must not be empty."};
        }
    }
}

bool match_filters(const call& in, std::span<const std::string_view> known,
                   const std::vector<std::pair<std::string, std::string>>& attributes) {
    check_filters(in, known);
    for (const wire::filter& one : wire::read_filters(in.input)) {
        const bool matches = std::ranges::any_of(attributes, [&](const auto& attribute) {
            return attribute.first == one.name &&
                   std::ranges::find(one.values, attribute.second) != one.values.end();
        });
        if (!matches) return false;
    }
    return true;
}

} // namespace cruddur::cloud::rds
