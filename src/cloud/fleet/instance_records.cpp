#include "cloud/fleet/instance_records.hpp"

#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/tags.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::fleet {

namespace {

constexpr epoch_ms events_kept = 14LL * 24 * 60 * 60 * 1000;

std::optional<std::int64_t> maybe(const rows& from, int column) {
    return from.is_null(column) ? std::nullopt : std::optional{from.integer(column)};
}

db_instance read_instance(const rows& from) {
    db_instance out;
    int at = 0;
    for (std::string* field :
         {&out.resource_id, &out.region, &out.identifier, &out.status, &out.instance_class,
          &out.engine_version, &out.master_username, &out.master_verifier, &out.database, &out.address,
          &out.storage_type, &out.availability_zone, &out.secondary_zone, &out.backup_window,
          &out.maintenance_window, &out.kms_key_id, &out.restored_from}) {
        *field = from.text(at++);
    }
    for (std::int64_t* field : {&out.server_major, &out.port, &out.allocated_storage, &out.backup_retention,
                                &out.performance_insights_retention, &out.node}) {
        *field = from.integer(at++);
    }
    for (bool* field :
         {&out.multi_az, &out.publicly_accessible, &out.storage_encrypted, &out.performance_insights,
          &out.deletion_protection, &out.auto_minor_version_upgrade, &out.copy_tags_to_snapshot,
          &out.fails_over, &out.keeps_backups, &out.is_partial, &out.iam_authentication}) {
        *field = from.integer(at++) != 0;
    }
    for (std::optional<std::int64_t>* field :
         {&out.iops, &out.storage_throughput, &out.max_allocated_storage, &out.created_at, &out.restart_at}) {
        *field = maybe(from, at++);
    }
    return out;
}

// In read_instance's order.
#define INSTANCE_COLUMNS                                                                                     \
    "resource_id, region, identifier, status, instance_class, engine_version, master_username, "             \
    "master_verifier, database_name, address, storage_type, availability_zone, secondary_zone, "             \
    "backup_window, maintenance_window, kms_key_id, restored_from, server_major, port, allocated_storage, "  \
    "backup_retention, performance_insights_retention, node, multi_az, publicly_accessible, "                \
    "storage_encrypted, performance_insights, deletion_protection, auto_minor_version_upgrade, "             \
    "copy_tags_to_snapshot, fails_over, keeps_backups, is_partial, iam_authentication, iops, "               \
    "storage_throughput, max_allocated_storage, created_at, restart_at"

template<class... Values>
std::vector<db_instance> read_instances(state& db, std::string_view sql, const Values&... values) {
    std::vector<db_instance> out;
    rows all = db.query(sql, values...);
    while (all.next())
        out.push_back(read_instance(all));
    return out;
}

std::optional<db_instance> first(std::vector<db_instance> found) {
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

db_snapshot read_snapshot(const rows& from) {
    db_snapshot out;
    int at = 0;
    for (std::string* field :
         {&out.folder, &out.region, &out.identifier, &out.status, &out.type, &out.source.resource_id,
          &out.source.identifier, &out.source.instance_class, &out.source.engine_version,
          &out.source.master_username, &out.source.master_verifier, &out.source.database,
          &out.source.storage_type, &out.source.availability_zone, &out.source.kms_key_id}) {
        *field = from.text(at++);
    }
    for (std::int64_t* field : {&out.created_at, &out.percent, &out.source.server_major, &out.source.port,
                                &out.source.allocated_storage, &out.source.backup_retention}) {
        *field = from.integer(at++);
    }
    out.source.storage_encrypted = from.integer(at++) != 0;
    out.source.iam_authentication = from.integer(at++) != 0;
    for (std::optional<std::int64_t>* field :
         {&out.source.iops, &out.source.storage_throughput, &out.source.created_at}) {
        *field = maybe(from, at++);
    }
    out.finished_at = maybe(from, at++);
    out.archive = from.text(at++);
    out.copied_from = from.text(at++);
    out.source_is_sealed = from.integer(at++) != 0;
    out.original_at = maybe(from, at++);
    out.source.region = out.region;
    return out;
}

// In read_snapshot's order.
#define SNAPSHOT_COLUMNS                                                                                     \
    "folder, region, identifier, status, type, resource_id, instance_identifier, instance_class, "           \
    "engine_version, master_username, master_verifier, database_name, storage_type, availability_zone, "     \
    "kms_key_id, created_at, percent, server_major, port, allocated_storage, backup_retention, "             \
    "storage_encrypted, iam_authentication, iops, storage_throughput, instance_created_at, finished_at, "    \
    "archive, copied_from, source_is_sealed, original_at"

template<class... Values>
std::vector<db_snapshot> read_snapshots(state& db, std::string_view sql, const Values&... values) {
    std::vector<db_snapshot> out;
    rows all = db.query(sql, values...);
    while (all.next())
        out.push_back(read_snapshot(all));
    return out;
}

} // namespace

std::vector<db_instance> all_instances(state& db) {
    return read_instances(db, "select " INSTANCE_COLUMNS " from db_instance order by rowid");
}

std::vector<db_instance> instances_of(state& db, const std::string& region) {
    return read_instances(
        db, "select " INSTANCE_COLUMNS " from db_instance where region = ? order by identifier", region);
}

std::optional<db_instance> instance_by_identifier(state& db, const std::string& region,
                                                  const std::string& identifier) {
    return first(
        read_instances(db, "select " INSTANCE_COLUMNS " from db_instance where region = ? and identifier = ?",
                       region, identifier));
}

std::optional<db_instance> instance_by_resource_id(state& db, const std::string& resource_id) {
    return first(read_instances(db, "select " INSTANCE_COLUMNS " from db_instance where resource_id = ?",
                                resource_id));
}

void insert_instance(state& db, const db_instance& made) {
    db.run("insert into db_instance (resource_id, region, identifier, status, instance_class, "
           "engine_version, master_username, master_verifier, database_name, address, storage_type, "
           "availability_zone, secondary_zone, backup_window, maintenance_window, kms_key_id, "
           "restored_from, server_major, port, allocated_storage, backup_retention, "
           "performance_insights_retention, multi_az, publicly_accessible, storage_encrypted, "
           "performance_insights, deletion_protection, auto_minor_version_upgrade, copy_tags_to_snapshot, "
           "iam_authentication, iops, storage_throughput, max_allocated_storage, created_at, restart_at) "
           "values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
           made.resource_id, made.region, made.identifier, made.status, made.instance_class,
           made.engine_version, made.master_username, made.master_verifier, made.database, made.address,
           made.storage_type, made.availability_zone, made.secondary_zone, made.backup_window,
           made.maintenance_window, made.kms_key_id, made.restored_from, made.server_major, made.port,
           made.allocated_storage, made.backup_retention, made.performance_insights_retention, made.multi_az,
           made.publicly_accessible, made.storage_encrypted, made.performance_insights,
           made.deletion_protection, made.auto_minor_version_upgrade, made.copy_tags_to_snapshot,
           made.iam_authentication, made.iops, made.storage_throughput, made.max_allocated_storage,
           made.created_at, made.restart_at);
}

void save_instance(state& db, const db_instance& changed) {
    db.run("update db_instance set status = ?, instance_class = ?, engine_version = ?, master_verifier = ?, "
           "storage_type = ?, availability_zone = ?, secondary_zone = ?, backup_window = ?, "
           "maintenance_window = ?, restored_from = ?, server_major = ?, port = ?, allocated_storage = ?, "
           "backup_retention = ?, performance_insights_retention = ?, multi_az = ?, publicly_accessible = ?, "
           "performance_insights = ?, deletion_protection = ?, auto_minor_version_upgrade = ?, "
           "copy_tags_to_snapshot = ?, iam_authentication = ?, iops = ?, storage_throughput = ?, "
           "max_allocated_storage = ?, "
           "created_at = ?, restart_at = ?, node = ?, fails_over = ?, keeps_backups = ?, is_partial = ? "
           "where resource_id = ?",
           changed.status, changed.instance_class, changed.engine_version, changed.master_verifier,
           changed.storage_type, changed.availability_zone, changed.secondary_zone, changed.backup_window,
           changed.maintenance_window, changed.restored_from, changed.server_major, changed.port,
           changed.allocated_storage, changed.backup_retention, changed.performance_insights_retention,
           changed.multi_az, changed.publicly_accessible, changed.performance_insights,
           changed.deletion_protection, changed.auto_minor_version_upgrade, changed.copy_tags_to_snapshot,
           changed.iam_authentication, changed.iops, changed.storage_throughput,
           changed.max_allocated_storage, changed.created_at, changed.restart_at, changed.node,
           changed.fails_over, changed.keeps_backups, changed.is_partial, changed.resource_id);
}

void delete_instance(state& db, const std::string& resource_id) {
    if (const auto gone = instance_by_resource_id(db, resource_id)) {
        ground::remove_tags(db, instance_arn(*gone));
    }
    db.run("delete from db_instance where resource_id = ?", resource_id);
}

std::vector<std::string> instance_groups(state& db, const std::string& resource_id) {
    std::vector<std::string> out;
    rows all = db.query(
        "select group_id from db_instance_security_group where resource_id = ? order by rowid", resource_id);
    while (all.next())
        out.push_back(all.text(0));
    return out;
}

bool has_instance_in_group(state& db, const std::string& group_id) {
    rows found = db.query("select 1 from db_instance_security_group where group_id = ? limit 1", group_id);
    return found.next();
}

void set_instance_groups(state& db, const std::string& resource_id, const std::vector<std::string>& groups) {
    db.run("delete from db_instance_security_group where resource_id = ?", resource_id);
    for (const std::string& group : groups) {
        db.run("insert into db_instance_security_group (resource_id, group_id) values (?, ?)", resource_id,
               group);
    }
}

std::vector<placement> instance_subnets(state& db, const std::string& resource_id) {
    std::vector<placement> out;
    rows all = db.query("select zone, subnet_id from db_instance_subnet where resource_id = ? order by rowid",
                        resource_id);
    while (all.next())
        out.push_back({all.text(0), all.text(1)});
    return out;
}

void set_instance_subnets(state& db, const std::string& resource_id, const std::vector<placement>& all) {
    db.run("delete from db_instance_subnet where resource_id = ?", resource_id);
    for (const placement& each : all) {
        db.run("insert into db_instance_subnet (resource_id, zone, subnet_id) values (?, ?, ?)", resource_id,
               each.zone, each.subnet_id);
    }
}

bool has_instance_in_subnet(state& db, const std::string& subnet_id, bool with_public_address) {
    rows found =
        db.query("select 1 from db_instance_subnet s join db_instance i on i.resource_id = s.resource_id "
                 "where s.subnet_id = ? and (i.publicly_accessible or not ?) limit 1",
                 subnet_id, with_public_address);
    return found.next();
}

std::optional<ec2::subnet> subnet_of_instance(state& db, const db_instance& of) {
    const auto placed = instance_subnets(db, of.resource_id);
    if (!placed.empty()) {
        const auto here = std::ranges::find(placed, of.availability_zone, &placement::zone);
        return ec2::subnet_by_id(db, of.region, (here == placed.end() ? placed.begin() : here)->subnet_id);
    }
    for (ec2::subnet& each : ec2::subnets_of(db, ec2::ensure_network(db, of.region))) {
        if (each.zone == of.availability_zone) return std::move(each);
    }
    return std::nullopt;
}

std::string vpc_of_instance(state& db, const db_instance& of) {
    const auto found = subnet_of_instance(db, of);
    return found ? found->vpc_id : ec2::ensure_network(db, of.region);
}

std::vector<ec2::network_interface> instance_interfaces(state& db, const std::string& region) {
    std::vector<ec2::network_interface> out;
    for (const db_instance& each : instances_of(db, region)) {
        const auto home = subnet_of_instance(db, each);
        if (!home) continue;
        const auto placed = instance_subnets(db, each.resource_id);
        const auto in_vpc = ec2::subnets_of(db, home->vpc_id);
        for (const std::string& zone : {each.availability_zone, each.secondary_zone}) {
            if (zone.empty()) continue;
            // One that became Multi-AZ later has its second zone wherever its VPC reaches.
            const auto own = std::ranges::find(placed, zone, &placement::zone);
            const auto any = std::ranges::find(in_vpc, zone, &ec2::subnet::zone);
            const std::string there = any == in_vpc.end() ? home->id : any->id;
            const std::string subnet = own == placed.end() ? there : own->subnet_id;
            if (!out.empty() && out.back().of == each.resource_id && out.back().subnet_id == subnet) continue;
            out.push_back({.of = each.resource_id,
                           .type = "interface",
                           .owner = "amazon-rds",
                           .description = "RDSNetworkInterface",
                           .subnet_id = subnet,
                           .groups = instance_groups(db, each.resource_id),
                           .address = each.address,
                           .is_public = each.publicly_accessible});
        }
    }
    return out;
}

name_values pending_values(state& db, const std::string& resource_id) {
    name_values out;
    rows all = db.query("select name, value from db_instance_pending where resource_id = ? order by name",
                        resource_id);
    while (all.next())
        out.emplace_back(all.text(0), all.text(1));
    return out;
}

void put_pending(state& db, const std::string& resource_id, const std::string& name,
                 const std::string& value) {
    db.run("insert into db_instance_pending (resource_id, name, value) values (?, ?, ?) "
           "on conflict (resource_id, name) do update set value = excluded.value",
           resource_id, name, value);
}

void drop_pending(state& db, const std::string& resource_id, const std::string& name) {
    db.run("delete from db_instance_pending where resource_id = ? and name = ?", resource_id, name);
}

std::vector<db_snapshot> snapshots_of(state& db, const std::string& region) {
    return read_snapshots(
        db, "select " SNAPSHOT_COLUMNS " from db_snapshot where region = ? order by identifier", region);
}

std::vector<db_snapshot> unfinished_snapshots(state& db) {
    return read_snapshots(db,
                          "select " SNAPSHOT_COLUMNS
                          " from db_snapshot where status in ('creating', 'deleting') order by created_at");
}

std::vector<db_snapshot> expired_orphans(state& db, epoch_ms now) {
    return read_snapshots(db,
                          "select " SNAPSHOT_COLUMNS
                          " from db_snapshot where type = 'automated' and status <> 'deleting' "
                          "and resource_id not in (select resource_id from db_instance) "
                          "and folder not in (select restored_from from db_instance) "
                          "and created_at <= ? - backup_retention * ?",
                          now, ms_per_day);
}

std::optional<db_snapshot> snapshot_by_identifier(state& db, const std::string& region,
                                                  const std::string& identifier) {
    auto found =
        read_snapshots(db, "select " SNAPSHOT_COLUMNS " from db_snapshot where region = ? and identifier = ?",
                       region, identifier);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void insert_snapshot(state& db, const db_snapshot& made) {
    const db_instance& of = made.source;
    db.run("insert into db_snapshot (folder, region, identifier, status, type, resource_id, "
           "instance_identifier, instance_class, engine_version, master_username, master_verifier, "
           "database_name, storage_type, availability_zone, kms_key_id, created_at, percent, server_major, "
           "port, allocated_storage, backup_retention, storage_encrypted, iam_authentication, iops, "
           "storage_throughput, instance_created_at, copied_from, source_is_sealed, original_at) values "
           "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
           made.folder, made.region, made.identifier, made.status, made.type, of.resource_id, of.identifier,
           of.instance_class, of.engine_version, of.master_username, of.master_verifier, of.database,
           of.storage_type, of.availability_zone, of.kms_key_id, made.created_at, made.percent,
           of.server_major, of.port, of.allocated_storage, of.backup_retention, of.storage_encrypted,
           of.iam_authentication, of.iops, of.storage_throughput, of.created_at, made.copied_from,
           made.source_is_sealed, made.original_at);
}

std::optional<db_snapshot> snapshot_in_folder(state& db, const std::string& folder) {
    auto found = read_snapshots(db, "select " SNAPSHOT_COLUMNS " from db_snapshot where folder = ?", folder);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void finish_snapshot(state& db, const std::string& folder, epoch_ms finished_at, const std::string& archive) {
    db.run("update db_snapshot set status = 'available', percent = 100, finished_at = ?, archive = ? "
           "where folder = ?",
           finished_at, archive, folder);
}

void set_snapshot_status(state& db, const std::string& folder, const std::string& status) {
    db.run("update db_snapshot set status = ?, percent = ? where folder = ?", status,
           status == "available" ? 100 : 0, folder);
}

void delete_snapshot(state& db, const std::string& folder) {
    const auto gone =
        read_snapshots(db, "select " SNAPSHOT_COLUMNS " from db_snapshot where folder = ?", folder);
    if (!gone.empty()) ground::remove_tags(db, snapshot_arn(gone.front()));
    db.run("delete from db_snapshot where folder = ?", folder);
}

std::vector<std::string> snapshot_accounts(state& db, const std::string& folder) {
    std::vector<std::string> out;
    rows all = db.query("select account from db_snapshot_account where folder = ? order by account", folder);
    while (all.next())
        out.push_back(all.text(0));
    return out;
}

void set_snapshot_accounts(state& db, const std::string& folder, const std::vector<std::string>& accounts) {
    db.run("delete from db_snapshot_account where folder = ?", folder);
    for (const std::string& one : accounts)
        db.run("insert or ignore into db_snapshot_account (folder, account) values (?, ?)", folder, one);
}

std::string kms_key_of(state& db, const std::string& region) {
    rows known = db.query("select kms_key_id from db_instance where region = ?1 and kms_key_id <> '' "
                          "union all "
                          "select kms_key_id from db_snapshot where region = ?1 and kms_key_id <> '' limit 1",
                          region);
    return known.next() ? known.text(0) : "";
}

void record_event(state& db, const db_event& what) {
    db.run("delete from db_event where at < ?", what.at - events_kept);
    db.run("insert into db_event (region, source_type, source, category, message, at) "
           "values (?, ?, ?, ?, ?, ?)",
           what.region, what.source_type, what.source, what.category, what.message, what.at);
}

std::vector<db_event> events_between(state& db, const std::string& region, epoch_ms begin, epoch_ms end) {
    std::vector<db_event> out;
    rows all = db.query("select region, source_type, source, category, message, at from db_event "
                        "where region = ? and at >= ? and at <= ? order by at, id",
                        region, begin, end);
    while (all.next()) {
        out.push_back({all.text(0), all.text(1), all.text(2), all.text(3), all.text(4), all.integer(5)});
    }
    return out;
}

std::vector<std::pair<std::int64_t, db_event>> events_after(state& db, std::int64_t place,
                                                            std::int64_t limit) {
    std::vector<std::pair<std::int64_t, db_event>> out;
    rows all = db.query("select id, region, source_type, source, category, message, at from db_event "
                        "where id > ? order by id limit ?",
                        place, limit);
    while (all.next()) {
        out.emplace_back(all.integer(0), db_event{all.text(1), all.text(2), all.text(3), all.text(4),
                                                  all.text(5), all.integer(6)});
    }
    return out;
}

std::int64_t last_event(state& db) {
    rows found = db.query("select coalesce(max(id), 0) from db_event");
    return found.next() ? found.integer(0) : 0;
}

std::string instance_arn(const db_instance& of) {
    return fmt::format("arn:aws:rds:{}:{}:db:{}", of.region, ground::account_id, of.identifier);
}

std::string snapshot_arn(const db_snapshot& of) {
    return fmt::format("arn:aws:rds:{}:{}:snapshot:{}", of.region, ground::account_id, of.identifier);
}

} // namespace cruddur::cloud::fleet
