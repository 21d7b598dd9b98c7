// What of each DB instance is looked at.

#include "aws/audit_checks.hpp"
#include "aws/ec2.hpp"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace cruddur::aws {

namespace {

namespace ip = boost::asio::ip;

constexpr std::int64_t backup_days_min = 7;
// Wider than these no range is of known addresses.
constexpr unsigned short ipv4_prefix_min = 16;
constexpr unsigned short ipv6_prefix_min = 32;

std::string name_of(pugi::xml_node instance) {
    return instance.child_value("DBInstanceIdentifier");
}

bool is_set(pugi::xml_node instance, const char* member) {
    return instance.child(member).text().as_bool();
}

bool is_replica(pugi::xml_node instance) {
    return instance.child("ReadReplicaSourceDBInstanceIdentifier") != nullptr;
}

std::string modify(pugi::xml_node instance, std::string_view flags) {
    return fmt::format("aws rds modify-db-instance --db-instance-identifier {} {} --apply-immediately",
                       name_of(instance), flags);
}

void check_encryption(audit_context& in) {
    for (const pugi::xml_node each : in.instances()) {
        if (is_set(each, "StorageEncrypted")) continue;
        const std::string name = name_of(each);
        in.find(
            "encryption", name, "its storage is not encrypted",
            "Whoever gets at a disk, a snapshot or a backup of it reads everything.",
            {fmt::format(
                 "aws rds create-db-snapshot --db-instance-identifier {0} --db-snapshot-identifier {0}-plain",
                 name),
             fmt::format("aws rds copy-db-snapshot --source-db-snapshot-identifier {0}-plain "
                         "--target-db-snapshot-identifier {0}-encrypted --kms-key-id alias/aws/rds",
                         name),
             fmt::format(
                 "aws rds restore-db-instance-from-db-snapshot --db-instance-identifier {0}-encrypted "
                 "--db-snapshot-identifier {0}-encrypted",
                 name)});
    }
}

void check_snapshots(audit_context& in) {
    const auto done = in.by.pages(
        rds_service, "DescribeDBSnapshots", {{"SnapshotType", "manual"}}, [&](pugi::xml_node page) {
            for (const pugi::xml_node each : page.child("DBSnapshots").children()) {
                const std::string of = each.child_value("DBInstanceIdentifier");
                const auto& looked_at = in.report.instances;
                const bool is_meant = std::ranges::find(looked_at, of) != looked_at.end();
                if (!is_meant || each.child("Encrypted").text().as_bool()) continue;
                const std::string name = each.child_value("DBSnapshotIdentifier");
                in.find("snapshots", name, "the snapshot is not encrypted",
                        "It holds all of the database in plain, for as long as it is kept.",
                        {fmt::format("aws rds delete-db-snapshot --db-snapshot-identifier {}", name)});
            }
        });
    if (!done) throw error_exception{done.error()};
}

void check_public_access(audit_context& in) {
    for (const pugi::xml_node each : in.instances()) {
        if (!is_set(each, "PubliclyAccessible")) continue;
        in.find("public-access", name_of(each), "it has an address on the internet",
                "Only its security group stands between the database and everybody.",
                {modify(each, "--no-publicly-accessible")});
    }
}

// Whether a range is of so many addresses that nobody can know them.
bool is_wide(const std::string& cidr) {
    boost::system::error_code failed;
    if (const auto v4 = ip::make_network_v4(cidr, failed); !failed) {
        if (v4.prefix_length() >= ipv4_prefix_min) return false;
        for (const char* const own : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}) {
            const auto network = ip::make_network_v4(own);
            if (v4 == network || v4.is_subnet_of(network)) return false;
        }
        return true;
    }
    const auto v6 = ip::make_network_v6(cidr, failed);
    if (failed || v6.prefix_length() >= ipv6_prefix_min) return false;
    const auto own = ip::make_network_v6("fc00::/7");
    return v6 != own && !v6.is_subnet_of(own);
}

bool admits_port(const security_group_rule& rule, std::int64_t port) {
    if (rule.protocol == "-1") return true;
    return (rule.protocol == "tcp" || rule.protocol == "6") && rule.from_port <= port && rule.to_port >= port;
}

void check_security_groups(audit_context& in) {
    for (const pugi::xml_node each : in.instances()) {
        const std::int64_t port = each.child("Endpoint")
                                      .child("Port")
                                      .text()
                                      .as_llong(each.child("DbInstancePort").text().as_llong(0));
        for (const pugi::xml_node member : each.child("VpcSecurityGroups").children()) {
            const std::string group = member.child_value("VpcSecurityGroupId");
            const auto rules = rules_of(in.by, group);
            if (!rules) throw error_exception{rules.error()};
            for (const security_group_rule& rule : *rules) {
                if (rule.egress || !is_wide(rule.cidr) || !admits_port(rule, port == 0 ? 5432 : port))
                    continue;
                in.find(
                    "security-groups", name_of(each),
                    fmt::format("rule {} of {} lets {} in", rule.id, group, rule.cidr),
                    "Whoever is on the internet may try passwords: only known addresses belong there.",
                    {fmt::format(
                        "aws ec2 revoke-security-group-ingress --group-id {} --security-group-rule-ids {}",
                        group, rule.id)});
            }
        }
    }
}

void check_deletion_protection(audit_context& in) {
    for (const pugi::xml_node each : in.instances()) {
        if (is_set(each, "DeletionProtection")) continue;
        in.find("deletion-protection", name_of(each), "it is not protected against deletion",
                "One command, typed or stolen, deletes the database.",
                {modify(each, "--deletion-protection")});
    }
}

void check_backups(audit_context& in) {
    for (const pugi::xml_node each : in.instances()) {
        const std::int64_t days = each.child("BackupRetentionPeriod").text().as_llong();
        if (days >= backup_days_min || is_replica(each)) continue;
        in.find("backups", name_of(each),
                days == 0 ? "it has no automated backups"
                          : fmt::format("its backups are kept for {} d, less than {}", days, backup_days_min),
                "What is damaged today and found next week cannot be brought back.",
                {modify(each, fmt::format("--backup-retention-period {}", backup_days_min))});
    }
}

void check_multi_az(audit_context& in) {
    for (const pugi::xml_node each : in.instances()) {
        if (is_set(each, "MultiAZ") || is_replica(each)) continue;
        in.find("multi-az", name_of(each), "it stands in one Availability Zone",
                "When that zone fails, so does the database, until it is restored from a backup.",
                {modify(each, "--multi-az")});
    }
}

// The group's value of a parameter.
std::string parameter_of(audit_context& in, const std::string& group, std::string_view name) {
    std::string value;
    const auto done = in.by.pages(rds_service, "DescribeDBParameters", {{"DBParameterGroupName", group}},
                                  [&](pugi::xml_node page) {
                                      for (const pugi::xml_node each : page.child("Parameters").children()) {
                                          if (each.child_value("ParameterName") == name)
                                              value = each.child_value("ParameterValue");
                                      }
                                  });
    if (!done) throw error_exception{done.error()};
    return value;
}

void check_tls(audit_context& in) {
    for (const pugi::xml_node each : in.instances()) {
        for (const pugi::xml_node member : each.child("DBParameterGroups").children()) {
            const std::string group = member.child_value("DBParameterGroupName");
            if (parameter_of(in, group, "rds.force_ssl") == "1") continue;
            const bool is_default = group.starts_with("default.");
            const std::string own = name_of(each) + "-parameters";
            const std::string set =
                fmt::format("aws rds modify-db-parameter-group --db-parameter-group-name {} --parameters "
                            "ParameterName=rds.force_ssl,ParameterValue=1,ApplyMethod=immediate",
                            is_default ? own : group);
            std::vector<std::string> commands{set};
            if (is_default) {
                commands = {fmt::format("aws rds create-db-parameter-group --db-parameter-group-name {} "
                                        "--db-parameter-group-family {} --description TLS",
                                        own, group.substr(group.find('.') + 1)),
                            set, modify(each, "--db-parameter-group-name " + own)};
            }
            in.find("tls", name_of(each), fmt::format("parameter group {} does not ask for TLS", group),
                    "Passwords and rows go over the network in plain where a client does not insist on TLS.",
                    std::move(commands));
        }
    }
}

void check_authentication(audit_context& in) {
    for (const pugi::xml_node each : in.instances()) {
        const bool has_domain = !each.child("DomainMemberships").children().empty();
        if (is_set(each, "IAMDatabaseAuthenticationEnabled") || has_domain) continue;
        in.find("iam-authentication", name_of(each), "people sign in by lasting passwords alone",
                "A password stays good when its owner leaves; a token of IAM's lasts 15 minutes.",
                {modify(each, "--enable-iam-database-authentication")});
    }
}

void check_master_password(audit_context& in) {
    for (const pugi::xml_node each : in.instances()) {
        if (each.child("MasterUserSecret") || is_replica(each)) continue;
        in.find("master-password", name_of(each), "Secrets Manager does not manage its master password",
                "It is known to whoever has ever seen it, and nobody changes it.",
                {modify(each, "--manage-master-user-password")});
    }
}

// The newest version that it can be brought to without another major one; "" where it has that.
std::string newer_minor(audit_context& in, pugi::xml_node instance) {
    const answer found = in.call(rds_service, "DescribeDBEngineVersions",
                                 {{"Engine", instance.child_value("Engine")},
                                  {"EngineVersion", instance.child_value("EngineVersion")}});
    std::string newest;
    for (const pugi::xml_node version : found.result().child("DBEngineVersions").children()) {
        for (const pugi::xml_node target : version.child("ValidUpgradeTarget").children()) {
            if (!target.child("IsMajorVersionUpgrade").text().as_bool())
                newest = target.child_value("EngineVersion");
        }
    }
    return newest;
}

void check_version(audit_context& in) {
    for (const pugi::xml_node each : in.instances()) {
        if (const std::string newest = newer_minor(in, each); !newest.empty()) {
            in.find("minor-version", name_of(each),
                    fmt::format("it runs {}, and there is {}", each.child_value("EngineVersion"), newest),
                    "Minor versions mend holes that are public by then.",
                    {modify(each, "--engine-version " + newest)});
        }
        if (!is_set(each, "AutoMinorVersionUpgrade")) {
            in.find("minor-version", name_of(each), "it does not take new minor versions by itself",
                    "Minor versions mend holes that are public by then.",
                    {modify(each, "--auto-minor-version-upgrade")});
        }
    }
}

void check_log_exports(audit_context& in) {
    for (const pugi::xml_node each : in.instances()) {
        const auto exports = each.child("EnabledCloudwatchLogsExports").children();
        const bool has_log = std::ranges::any_of(exports, [](const pugi::xml_node& kind) {
            return std::string_view{kind.child_value()} == "postgresql";
        });
        if (has_log) continue;
        in.find(
            "log-exports", name_of(each), "its log is not in CloudWatch Logs",
            "Who tried to sign in is forgotten with the instance's own files, after three days.",
            {modify(each, R"(--cloudwatch-logs-export-configuration '{"EnableLogTypes":["postgresql"]}')")});
    }
}

} // namespace

std::vector<audit_check> instance_checks() {
    return {{"encryption", check_encryption},
            {"snapshots", check_snapshots},
            {"public-access", check_public_access},
            {"security-groups", check_security_groups},
            {"tls", check_tls},
            {"iam-authentication", check_authentication},
            {"master-password", check_master_password},
            {"deletion-protection", check_deletion_protection},
            {"backups", check_backups},
            {"multi-az", check_multi_az},
            {"minor-version", check_version},
            {"log-exports", check_log_exports}};
}

} // namespace cruddur::aws
