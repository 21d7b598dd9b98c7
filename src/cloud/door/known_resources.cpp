#include "cloud/door/known_resources.hpp"

#include "cloud/ec2/ec2_records.hpp"
#include "cloud/fleet/instance_records.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/kms/keys.hpp"
#include "cloud/secrets/secret_store.hpp"

#include <fmt/core.h>

#include <string>
#include <utility>

namespace cruddur::cloud::door {

namespace {

std::string text_of(bool flag) {
    return flag ? "true" : "false";
}

iam::resource_facts facts_of(const fleet::db_instance& what) {
    iam::resource_facts out{.arn = {},
                            .keys = {{"rds:DatabaseClass", what.instance_class},
                                     {"rds:DatabaseEngine", "postgres"},
                                     {"rds:MultiAz", text_of(what.multi_az)},
                                     {"rds:StorageEncrypted", text_of(what.storage_encrypted)},
                                     {"rds:StorageSize", std::to_string(what.allocated_storage)}}};
    if (!what.database.empty()) out.keys.emplace_back("rds:DatabaseName", what.database);
    if (what.iops) out.keys.emplace_back("rds:Piops", std::to_string(*what.iops));
    return out;
}

// What stands behind the prefix; nullopt of what has another.
std::optional<std::string> behind(std::string_view named, std::string_view prefix) {
    if (!named.starts_with(prefix)) return std::nullopt;
    return std::string{named.substr(prefix.size())};
}

} // namespace

std::optional<iam::resource_facts> known_resources::find(ground::state& db, std::string_view service,
                                                         const std::string& region,
                                                         std::string_view named) const {
    if (service == "rds") {
        if (const auto id = behind(named, "db:")) {
            if (const auto found = fleet::instance_by_identifier(db, region, *id)) return facts_of(*found);
        }
        if (const auto id = behind(named, "snapshot:")) {
            if (const auto found = fleet::snapshot_by_identifier(db, region, *id))
                return facts_of(found->source);
        }
    }
    if (service == "secretsmanager") {
        const auto name = behind(named, "secret:");
        const auto found = name ? secrets::find_secret(db, region, *name) : std::nullopt;
        if (found) return iam::resource_facts{.arn = found->arn, .keys = {}};
    }
    if (service == "ec2") {
        const auto name = behind(named, "security-group-name/");
        for (const ec2::security_group& each : ec2::groups_of(db, region)) {
            if (each.name == name) {
                return iam::resource_facts{.arn = fmt::format("arn:aws:ec2:{}:{}:security-group/{}", region,
                                                              ground::account_id, each.id),
                                           .keys = {}};
            }
        }
    }
    if (service == "kms") {
        const auto name = behind(named, "key/");
        const auto sealed = behind(named, "sealed/");
        const auto found = name     ? kms::find_key(db, region, *name)
                           : sealed ? kms::key_that_sealed(db, region, *sealed)
                                    : std::nullopt;
        if (found) return iam::resource_facts{.arn = found->arn(), .keys = {}};
    }
    return std::nullopt;
}

} // namespace cruddur::cloud::door
