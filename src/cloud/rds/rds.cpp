#include "cloud/rds/rds.hpp"

#include "cloud/rds/db_groups.hpp"
#include "cloud/rds/parameter_groups.hpp"
#include "cloud/rds/rds_logs.hpp"

#include <algorithm>
#include <array>

namespace cruddur::cloud::rds {

namespace {

// The members that each serves, as they are sent.
constexpr std::string_view create_in =
    "DBName DBInstanceIdentifier AllocatedStorage DBInstanceClass Engine "
    "MasterUsername MasterUserPassword VpcSecurityGroupIds AvailabilityZone "
    "DBSubnetGroupName PreferredMaintenanceWindow DBParameterGroupName "
    "BackupRetentionPeriod PreferredBackupWindow Port MultiAZ EngineVersion "
    "AutoMinorVersionUpgrade LicenseModel Iops OptionGroupName "
    "PubliclyAccessible Tags StorageType StorageEncrypted KmsKeyId "
    "CopyTagsToSnapshot MonitoringInterval EnableIAMDatabaseAuthentication "
    "EnablePerformanceInsights PerformanceInsightsRetentionPeriod "
    "DeletionProtection MaxAllocatedStorage NetworkType BackupTarget "
    "StorageThroughput EnableCloudwatchLogsExports CACertificateIdentifier "
    "ManageMasterUserPassword MasterUserSecretKmsKeyId";
constexpr std::string_view restore_in =
    "DBInstanceIdentifier DBSnapshotIdentifier DBInstanceClass Port "
    "AvailabilityZone DBSubnetGroupName DBParameterGroupName MultiAZ "
    "PubliclyAccessible AutoMinorVersionUpgrade LicenseModel Engine Iops "
    "OptionGroupName Tags StorageType VpcSecurityGroupIds "
    "CopyTagsToSnapshot EnableIAMDatabaseAuthentication DeletionProtection "
    "NetworkType BackupTarget StorageThroughput EnableCloudwatchLogsExports "
    "CACertificateIdentifier";
constexpr std::string_view replica_in =
    "DBInstanceIdentifier SourceDBInstanceIdentifier DBInstanceClass AvailabilityZone Port MultiAZ "
    "AutoMinorVersionUpgrade Iops StorageThroughput OptionGroupName DBParameterGroupName PubliclyAccessible "
    "Tags DBSubnetGroupName VpcSecurityGroupIds StorageType CopyTagsToSnapshot MonitoringInterval "
    "EnableIAMDatabaseAuthentication EnablePerformanceInsights PerformanceInsightsRetentionPeriod "
    "DeletionProtection NetworkType MaxAllocatedStorage BackupTarget AllocatedStorage";
constexpr std::string_view promote_in = "DBInstanceIdentifier BackupRetentionPeriod PreferredBackupWindow";
constexpr std::string_view restore_time_in =
    "SourceDBInstanceIdentifier TargetDBInstanceIdentifier RestoreTime UseLatestRestorableTime "
    "SourceDbiResourceId SourceDBInstanceAutomatedBackupsArn DBInstanceClass Port AvailabilityZone "
    "DBSubnetGroupName DBParameterGroupName MultiAZ PubliclyAccessible AutoMinorVersionUpgrade LicenseModel "
    "Engine Iops OptionGroupName Tags StorageType VpcSecurityGroupIds CopyTagsToSnapshot "
    "EnableIAMDatabaseAuthentication DeletionProtection MaxAllocatedStorage NetworkType BackupTarget "
    "StorageThroughput AllocatedStorage";
constexpr std::string_view backups_in =
    "DbiResourceId DBInstanceIdentifier Filters MaxRecords Marker DBInstanceAutomatedBackupsArn";
constexpr std::string_view instances_in = "DBInstanceIdentifier Filters MaxRecords Marker";
constexpr std::string_view modify_in = "DBInstanceIdentifier AllocatedStorage DBInstanceClass "
                                       "VpcSecurityGroupIds ApplyImmediately MasterUserPassword "
                                       "DBParameterGroupName BackupRetentionPeriod PreferredBackupWindow "
                                       "PreferredMaintenanceWindow MultiAZ EngineVersion "
                                       "AllowMajorVersionUpgrade AutoMinorVersionUpgrade LicenseModel Iops "
                                       "OptionGroupName StorageType CopyTagsToSnapshot MonitoringInterval "
                                       "DBPortNumber PubliclyAccessible EnableIAMDatabaseAuthentication "
                                       "EnablePerformanceInsights PerformanceInsightsRetentionPeriod "
                                       "DeletionProtection MaxAllocatedStorage NetworkType StorageThroughput "
                                       "CACertificateIdentifier CloudwatchLogsExportConfiguration "
                                       "DBSubnetGroupName ManageMasterUserPassword "
                                       "MasterUserSecretKmsKeyId RotateMasterUserPassword";
constexpr std::string_view delete_in = "DBInstanceIdentifier SkipFinalSnapshot FinalDBSnapshotIdentifier "
                                       "DeleteAutomatedBackups";
constexpr std::string_view reboot_in = "DBInstanceIdentifier ForceFailover";
constexpr std::string_view start_in = "DBInstanceIdentifier";
constexpr std::string_view stop_in = "DBInstanceIdentifier DBSnapshotIdentifier";
constexpr std::string_view create_snapshot_in = "DBSnapshotIdentifier DBInstanceIdentifier Tags";
constexpr std::string_view copy_snapshot_in =
    "SourceDBSnapshotIdentifier TargetDBSnapshotIdentifier KmsKeyId Tags CopyTags";
constexpr std::string_view snapshot_attributes_in = "DBSnapshotIdentifier";
constexpr std::string_view modify_snapshot_attribute_in =
    "DBSnapshotIdentifier AttributeName ValuesToAdd ValuesToRemove";
constexpr std::string_view delete_backup_in = "DbiResourceId DBInstanceAutomatedBackupsArn";
constexpr std::string_view delete_snapshot_in = "DBSnapshotIdentifier";
constexpr std::string_view snapshots_in = "DBInstanceIdentifier DBSnapshotIdentifier SnapshotType Filters "
                                          "MaxRecords Marker IncludeShared IncludePublic DbiResourceId";
constexpr std::string_view versions_in =
    "Engine EngineVersion DBParameterGroupFamily Filters MaxRecords Marker "
    "DefaultOnly ListSupportedCharacterSets ListSupportedTimezones "
    "IncludeAll";
constexpr std::string_view orderable_in = "Engine EngineVersion DBInstanceClass LicenseModel "
                                          "AvailabilityZoneGroup Vpc Filters MaxRecords Marker";
constexpr std::string_view subnet_groups_in = "DBSubnetGroupName Filters MaxRecords Marker";
constexpr std::string_view parameter_groups_in = "DBParameterGroupName Filters MaxRecords Marker";
constexpr std::string_view create_parameter_group_in =
    "DBParameterGroupName DBParameterGroupFamily Description Tags";
constexpr std::string_view copy_parameter_group_in =
    "SourceDBParameterGroupIdentifier TargetDBParameterGroupIdentifier "
    "TargetDBParameterGroupDescription Tags";
constexpr std::string_view delete_parameter_group_in = "DBParameterGroupName";
constexpr std::string_view modify_parameters_in = "DBParameterGroupName Parameters";
constexpr std::string_view reset_parameters_in = "DBParameterGroupName ResetAllParameters Parameters";
constexpr std::string_view parameters_in = "DBParameterGroupName Source Filters MaxRecords Marker";
constexpr std::string_view default_parameters_in = "DBParameterGroupFamily Filters MaxRecords Marker";
constexpr std::string_view create_subnet_group_in =
    "DBSubnetGroupName DBSubnetGroupDescription SubnetIds Tags";
constexpr std::string_view modify_subnet_group_in = "DBSubnetGroupName DBSubnetGroupDescription SubnetIds";
constexpr std::string_view delete_subnet_group_in = "DBSubnetGroupName";
constexpr std::string_view create_option_group_in =
    "OptionGroupName EngineName MajorEngineVersion OptionGroupDescription Tags";
constexpr std::string_view delete_option_group_in = "OptionGroupName";
constexpr std::string_view option_groups_in =
    "OptionGroupName EngineName MajorEngineVersion Filters MaxRecords Marker";
constexpr std::string_view option_group_options_in =
    "EngineName MajorEngineVersion Filters MaxRecords Marker";
constexpr std::string_view certificates_in = "CertificateIdentifier Filters MaxRecords Marker";
constexpr std::string_view log_files_asked_in =
    "DBInstanceIdentifier FilenameContains FileLastWritten FileSize Filters MaxRecords Marker";
constexpr std::string_view log_portion_in = "DBInstanceIdentifier LogFileName Marker NumberOfLines";
constexpr std::string_view events_in =
    "SourceIdentifier SourceType StartTime EndTime Duration EventCategories "
    "Filters MaxRecords Marker";
constexpr std::string_view add_tags_in = "ResourceName Tags";
constexpr std::string_view remove_tags_in = "ResourceName TagKeys";
constexpr std::string_view list_tags_in = "ResourceName Filters";

constexpr std::array operations = {
    operation{"AddTagsToResource", add_tags_in, add_tags_to_resource},
    operation{"CopyDBParameterGroup", copy_parameter_group_in, copy_db_parameter_group},
    operation{"CopyDBSnapshot", copy_snapshot_in, copy_db_snapshot},
    operation{"CreateDBInstance", create_in, create_db_instance},
    operation{"CreateDBInstanceReadReplica", replica_in, create_db_instance_read_replica},
    operation{"CreateDBParameterGroup", create_parameter_group_in, create_db_parameter_group},
    operation{"CreateDBSnapshot", create_snapshot_in, create_db_snapshot},
    operation{"CreateDBSubnetGroup", create_subnet_group_in, create_db_subnet_group},
    operation{"CreateOptionGroup", create_option_group_in, create_option_group},
    operation{"DeleteDBInstance", delete_in, delete_db_instance},
    operation{"DeleteDBInstanceAutomatedBackup", delete_backup_in, delete_db_instance_automated_backup},
    operation{"DeleteDBParameterGroup", delete_parameter_group_in, delete_db_parameter_group},
    operation{"DeleteDBSnapshot", delete_snapshot_in, delete_db_snapshot},
    operation{"DeleteDBSubnetGroup", delete_subnet_group_in, delete_db_subnet_group},
    operation{"DeleteOptionGroup", delete_option_group_in, delete_option_group},
    operation{"DescribeCertificates", certificates_in, describe_certificates},
    operation{"DescribeDBInstanceAutomatedBackups", backups_in, describe_db_instance_automated_backups},
    operation{"DescribeDBEngineVersions", versions_in, describe_db_engine_versions},
    operation{"DescribeDBInstances", instances_in, describe_db_instances},
    operation{"DescribeDBLogFiles", log_files_asked_in, describe_db_log_files},
    operation{"DescribeDBParameterGroups", parameter_groups_in, describe_db_parameter_groups},
    operation{"DescribeDBParameters", parameters_in, describe_db_parameters},
    operation{"DescribeDBSnapshotAttributes", snapshot_attributes_in, describe_db_snapshot_attributes},
    operation{"DescribeDBSnapshots", snapshots_in, describe_db_snapshots},
    operation{"DescribeDBSubnetGroups", subnet_groups_in, describe_db_subnet_groups},
    operation{"DescribeEngineDefaultParameters", default_parameters_in, describe_engine_default_parameters},
    operation{"DescribeEvents", events_in, describe_events},
    operation{"DescribeOptionGroupOptions", option_group_options_in, describe_option_group_options},
    operation{"DescribeOptionGroups", option_groups_in, describe_option_groups},
    operation{"DescribeOrderableDBInstanceOptions", orderable_in, describe_orderable_db_instance_options},
    operation{"DownloadDBLogFilePortion", log_portion_in, download_db_log_file_portion},
    operation{"ListTagsForResource", list_tags_in, list_tags_for_resource},
    operation{"ModifyDBInstance", modify_in, modify_db_instance},
    operation{"ModifyDBParameterGroup", modify_parameters_in, modify_db_parameter_group},
    operation{"ModifyDBSnapshotAttribute", modify_snapshot_attribute_in, modify_db_snapshot_attribute},
    operation{"ModifyDBSubnetGroup", modify_subnet_group_in, modify_db_subnet_group},
    operation{"PromoteReadReplica", promote_in, promote_read_replica},
    operation{"RebootDBInstance", reboot_in, reboot_db_instance},
    operation{"RemoveTagsFromResource", remove_tags_in, remove_tags_from_resource},
    operation{"ResetDBParameterGroup", reset_parameters_in, reset_db_parameter_group},
    operation{"RestoreDBInstanceFromDBSnapshot", restore_in, restore_db_instance_from_db_snapshot},
    operation{"RestoreDBInstanceToPointInTime", restore_time_in, restore_db_instance_to_point_in_time},
    operation{"StartDBInstance", start_in, start_db_instance},
    operation{"StopDBInstance", stop_in, stop_db_instance},
};

} // namespace

const wire::service& rds_service() {
    static constexpr wire::service service{.model = wire::rds_model,
                                           .operations = operations,
                                           .title = "AmazonRDS",
                                           .xmlns = "http://rds.amazonaws.com/doc/2014-10-31/"};
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
