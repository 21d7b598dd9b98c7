#include "cloud/secrets/secret_store.hpp"

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/refusal.hpp"
#include "cloud/ground/tags.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <regex>

namespace cruddur::cloud::secrets {

namespace {

constexpr std::array steps = {
    ground::migration{0, R"sql(
    create table secret (
        arn text primary key,
        region text not null,
        name text not null,
        description text not null,
        kms_key text not null,
        owner text not null,
        created_ms integer not null,
        changed_ms integer not null,
        accessed_ms integer not null,
        rotated_ms integer not null,
        deletion_ms integer not null,
        rotation_days integer not null,
        unique (region, name)
    ) strict;
    create table secret_version (
        number integer primary key,
        arn text not null references secret on delete cascade,
        id text not null,
        created_ms integer not null,
        is_binary integer not null,
        sealed text not null,
        unique (arn, id)
    ) strict;
    create table secret_stage (
        arn text not null,
        stage text not null,
        version_id text not null,
        primary key (arn, stage),
        foreign key (arn, version_id) references secret_version (arn, id) on delete cascade
    ) strict;
    )sql"},
    ground::migration{0, R"sql(
    alter table secret add column rotation_schedule text not null default '';
    )sql"},
};

constexpr std::string_view columns =
    "region, arn, name, description, kms_key, owner, created_ms, changed_ms, "
    "accessed_ms, rotated_ms, deletion_ms, rotation_days, rotation_schedule";

secret read_secret(const ground::rows& from) {
    return {from.text(0),     from.text(1),     from.text(2),    from.text(3),    from.text(4),
            from.text(5),     from.integer(6),  from.integer(7), from.integer(8), from.integer(9),
            from.integer(10), from.integer(11), from.text(12)};
}

template<class... Values>
std::vector<secret> read_secrets(state& db, std::string_view where, const Values&... values) {
    std::vector<secret> out;
    ground::rows all = db.query(fmt::format("select {} from secret {}", columns, where), values...);
    while (all.next())
        out.push_back(read_secret(all));
    return out;
}

} // namespace

ground::service_migrations secret_migrations() {
    return {"secrets", steps};
}

std::vector<secret> secrets_of(state& db, const std::string& region) {
    return read_secrets(db, "where region = ? order by created_ms desc, name", region);
}

std::vector<secret> all_secrets(state& db) {
    return read_secrets(db, "order by arn");
}

std::optional<secret> find_secret(state& db, const std::string& region, const std::string& named) {
    auto found = read_secrets(db,
                              "where region = ?1 and (name = ?2 or arn = ?2 or "
                              "substr(arn, 1, length(arn) - 7) = ?2) order by arn = ?2 desc limit 1",
                              region, named);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void insert_secret(state& db, const secret& made) {
    db.run("insert into secret (region, arn, name, description, kms_key, owner, created_ms, changed_ms, "
           "accessed_ms, rotated_ms, deletion_ms, rotation_days, rotation_schedule) "
           "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
           made.region, made.arn, made.name, made.description, made.kms_key, made.owner, made.created_ms,
           made.changed_ms, made.accessed_ms, made.rotated_ms, made.deletion_ms, made.rotation_days,
           made.rotation_schedule);
}

void save_secret(state& db, const secret& changed) {
    db.run("update secret set description = ?, kms_key = ?, changed_ms = ?, accessed_ms = ?, rotated_ms = ?, "
           "deletion_ms = ?, rotation_days = ?, rotation_schedule = ? where arn = ?",
           changed.description, changed.kms_key, changed.changed_ms, changed.accessed_ms, changed.rotated_ms,
           changed.deletion_ms, changed.rotation_days, changed.rotation_schedule, changed.arn);
}

std::optional<std::int64_t> rate_in_ms(const std::string& schedule) {
    constexpr std::int64_t hour_ms = 3'600'000;
    constexpr std::int64_t hours_min = 4;
    constexpr std::int64_t days_max = 999;
    std::smatch found;
    static const std::regex rate{R"(rate\((\d{1,5}) (hour|day)s?\))"};
    if (!std::regex_match(schedule, found, rate)) return std::nullopt;
    const std::int64_t hours = std::stoll(found[1]) * (found[2] == "day" ? 24 : 1);
    if (hours < hours_min || hours > days_max * 24) return std::nullopt;
    return hours * hour_ms;
}

std::optional<std::int64_t> next_rotation(const secret& of) {
    constexpr std::int64_t day_ms = 24LL * 3'600'000;
    const auto every = rate_in_ms(of.rotation_schedule).value_or(of.rotation_days * day_ms);
    if (every == 0) return std::nullopt;
    return std::max(of.rotated_ms, of.created_ms) + every;
}

void delete_secret(state& db, const secret& gone) {
    ground::remove_tags(db, gone.arn);
    db.run("delete from secret where arn = ?", gone.arn);
}

void delete_expired_secrets(state& db, std::int64_t now_ms) {
    for (const secret& each : read_secrets(db, "where deletion_ms > 0 and deletion_ms <= ?", now_ms))
        delete_secret(db, each);
}

std::string new_arn(const std::string& region, const std::string& name) {
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    return fmt::format("arn:aws:secretsmanager:{}:{}:secret:{}-{}", region, ground::account_id, name,
                       ground::random_text(6, alphabet));
}

std::vector<secret_version> versions_of(state& db, const secret& of) {
    std::vector<secret_version> out;
    {
        ground::rows all = db.query("select id, created_ms, is_binary, sealed from secret_version "
                                    "where arn = ? order by number desc",
                                    of.arn);
        while (all.next()) {
            out.push_back({all.text(0),
                           all.integer(1),
                           all.integer(2) != 0,
                           ground::from_base64(all.text(3)).value_or(""),
                           {}});
        }
    }
    ground::rows all =
        db.query("select stage, version_id from secret_stage where arn = ? order by stage", of.arn);
    while (all.next()) {
        const auto found = std::ranges::find(out, all.text(1), &secret_version::id);
        if (found != out.end()) found->stages.push_back(all.text(0));
    }
    return out;
}

std::optional<secret_version> version_at(state& db, const secret& of, std::string_view stage) {
    for (secret_version& each : versions_of(db, of)) {
        if (std::ranges::find(each.stages, stage) != each.stages.end()) return std::move(each);
    }
    return std::nullopt;
}

void insert_version(state& db, const secret& of, const secret_version& made) {
    db.run("insert into secret_version (arn, id, created_ms, is_binary, sealed) values (?, ?, ?, ?, ?)",
           of.arn, made.id, made.created_ms, made.is_binary, ground::to_base64(made.sealed));
    for (const std::string& stage : made.stages)
        move_stage(db, of, stage, made.id);
}

void move_stage(state& db, const secret& of, std::string_view stage, const std::string& version_id) {
    if (stage == current_stage) {
        const auto before = version_at(db, of, current_stage);
        if (before && before->id != version_id) move_stage(db, of, previous_stage, before->id);
        // What is current waits no more.
        db.run("delete from secret_stage where arn = ? and stage = ? and version_id = ?", of.arn,
               pending_stage, version_id);
    }
    db.run("insert into secret_stage (arn, stage, version_id) values (?, ?, ?) "
           "on conflict (arn, stage) do update set version_id = excluded.version_id",
           of.arn, stage, version_id);
}

void drop_stage(state& db, const secret& of, std::string_view stage) {
    db.run("delete from secret_stage where arn = ? and stage = ?", of.arn, stage);
}

void forget_old_versions(state& db, const secret& of) {
    db.run("delete from secret_version where arn = ?1 and id not in (select version_id from secret_stage "
           "where arn = ?1) and number not in (select number from secret_version where arn = ?1 "
           "order by number desc limit 100)",
           of.arn);
}

kms::key usable_key(state& db, const ground::vault& with, const secret& of, std::int64_t now_ms) {
    auto found = of.kms_key.empty()
                     ? std::optional{kms::service_key(db, with, of.region, "aws/secretsmanager", now_ms)}
                     : kms::find_key(db, of.region, of.kms_key);
    if (found && found->is_usable()) return std::move(*found);
    throw ground::refusal{
        "EncryptionFailure",
        fmt::format("Secrets Manager can't encrypt the protected secret text using the KMS key {}: "
                    "it is not there, or not enabled.",
                    of.kms_key)};
}

std::string put_value(state& db, const ground::vault& with, const secret& of, std::string_view value,
                      std::string_view stage, std::int64_t now_ms) {
    const kms::key by = usable_key(db, with, of, now_ms);
    std::string id = ground::random_uuid();
    insert_version(db, of, {id, now_ms, false, kms::seal(with, by, of.arn, value), {std::string{stage}}});
    return id;
}

std::optional<std::string> value_at(state& db, const ground::vault& with, const secret& of,
                                    std::string_view stage) {
    const auto found = version_at(db, of, stage);
    if (!found) return std::nullopt;
    auto done = kms::open(db, with, of.region, of.arn, found->sealed);
    if (!done) return std::nullopt;
    return std::move(done->plain);
}

} // namespace cruddur::cloud::secrets
