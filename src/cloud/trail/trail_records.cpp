#include "cloud/trail/trail_records.hpp"

#include "cloud/ground/identifiers.hpp"

#include <fmt/core.h>

#include <array>
#include <utility>

namespace cruddur::cloud::trail {

namespace {

constexpr std::array steps = {ground::migration{0, R"sql(
    create table trail (
        region text not null,
        name text not null,
        bucket text not null,
        prefix text not null,
        has_global_services integer not null,
        is_multi_region integer not null,
        log_group_arn text not null,
        log_role_arn text not null,
        is_logging integer not null,
        started_ms integer not null,
        stopped_ms integer not null,
        logged_position integer not null,
        logged_at_ms integer not null,
        log_error text not null,
        primary key (region, name)
    ) strict;
    )sql"}};

constexpr std::string_view columns =
    "select region, name, bucket, prefix, has_global_services, is_multi_region, log_group_arn, log_role_arn, "
    "is_logging, started_ms, stopped_ms, logged_position, logged_at_ms, log_error from trail";

std::vector<kept_trail> read_all(ground::rows& found) {
    std::vector<kept_trail> out;
    while (found.next()) {
        out.push_back({.region = found.text(0),
                       .name = found.text(1),
                       .bucket = found.text(2),
                       .prefix = found.text(3),
                       .has_global_services = found.integer(4) != 0,
                       .is_multi_region = found.integer(5) != 0,
                       .log_group_arn = found.text(6),
                       .log_role_arn = found.text(7),
                       .is_logging = found.integer(8) != 0,
                       .started_ms = found.integer(9),
                       .stopped_ms = found.integer(10),
                       .logged_position = found.integer(11),
                       .logged_at_ms = found.integer(12),
                       .log_error = found.text(13)});
    }
    return out;
}

} // namespace

ground::service_migrations trail_migrations() {
    return {"cloudtrail", steps};
}

std::string kept_trail::arn() const {
    return fmt::format("arn:aws:cloudtrail:{}:{}:trail/{}", region, ground::account_id, name);
}

bool kept_trail::has(std::int64_t at_ms, const std::string& of_region, std::string_view source) const {
    if (started_ms == 0 || at_ms < started_ms || (!is_logging && at_ms >= stopped_ms)) return false;
    if (source == "iam.amazonaws.com" || source == "organizations.amazonaws.com") return has_global_services;
    return is_multi_region || of_region == region;
}

std::vector<kept_trail> all_trails(ground::state& db) {
    static const std::string sql = fmt::format("{} order by region, name", columns);
    ground::rows found = db.query(sql);
    return read_all(found);
}

std::optional<kept_trail> find_trail(ground::state& db, const std::string& region, const std::string& name) {
    static const std::string sql = fmt::format("{} where region = ? and name = ?", columns);
    ground::rows found = db.query(sql, region, name);
    std::vector<kept_trail> out = read_all(found);
    if (out.empty()) return std::nullopt;
    return std::move(out.front());
}

void insert_trail(ground::state& db, const kept_trail& made) {
    db.run("insert into trail values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", made.region, made.name,
           made.bucket, made.prefix, made.has_global_services, made.is_multi_region, made.log_group_arn,
           made.log_role_arn, made.is_logging, made.started_ms, made.stopped_ms, made.logged_position,
           made.logged_at_ms, made.log_error);
}

void save_trail(ground::state& db, const kept_trail& changed) {
    db.run("update trail set bucket = ?, prefix = ?, has_global_services = ?, is_multi_region = ?, "
           "log_group_arn = ?, log_role_arn = ?, is_logging = ?, started_ms = ?, stopped_ms = ?, "
           "logged_position = ? where region = ? and name = ?",
           changed.bucket, changed.prefix, changed.has_global_services, changed.is_multi_region,
           changed.log_group_arn, changed.log_role_arn, changed.is_logging, changed.started_ms,
           changed.stopped_ms, changed.logged_position, changed.region, changed.name);
}

void save_logged(ground::state& db, const kept_trail& of) {
    db.run("update trail set logged_position = ?, logged_at_ms = ?, log_error = ? where region = ? and "
           "name = ?",
           of.logged_position, of.logged_at_ms, of.log_error, of.region, of.name);
}

void delete_trail(ground::state& db, const kept_trail& gone) {
    db.run("delete from trail where region = ? and name = ?", gone.region, gone.name);
}

} // namespace cruddur::cloud::trail
