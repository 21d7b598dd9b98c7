#include "cloud/kms/keys.hpp"

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/sealed_text.hpp"

#include <fmt/core.h>

#include <array>
#include <utility>

namespace cruddur::cloud::kms {

namespace {

constexpr std::array steps = {
    ground::migration{0, R"sql(
    create table kms_key (
        region text not null,
        id text not null,
        key_state text not null,
        description text not null,
        wrapped text not null,
        created_ms integer not null,
        deletion_ms integer not null,
        is_aws integer not null,
        primary key (region, id)
    ) strict;
    create table kms_alias (
        region text not null,
        name text not null,
        key_id text not null,
        created_ms integer not null,
        primary key (region, name),
        foreign key (region, key_id) references kms_key on delete cascade
    ) strict;
    )sql"},
};

constexpr std::string_view mark = "CRUDKMS1"; // begins what a key has sealed; the key's id comes next
constexpr std::size_t id_size = 36;

key read_key(const ground::rows& from) {
    return {.region = from.text(0),
            .id = from.text(1),
            .key_state = from.text(2),
            .description = from.text(3),
            .wrapped = ground::from_base64(from.text(4)).value_or(""),
            .created_ms = from.integer(5),
            .deletion_ms = from.integer(6),
            .is_aws = from.integer(7) != 0};
}

constexpr std::string_view columns =
    "region, id, key_state, description, wrapped, created_ms, deletion_ms, is_aws";

} // namespace

ground::service_migrations kms_migrations() {
    return {"kms", steps};
}

std::string key::arn() const {
    return fmt::format("arn:aws:kms:{}:{}:key/{}", region, ground::account_id, id);
}

std::vector<key> keys_of(state& db, const std::string& region) {
    std::vector<key> out;
    ground::rows all =
        db.query(fmt::format("select {} from kms_key where region = ? order by id", columns), region);
    while (all.next())
        out.push_back(read_key(all));
    return out;
}

std::optional<key> find_key(state& db, const std::string& region, const std::string& named) {
    const std::string prefix = fmt::format("arn:aws:kms:{}:{}:", region, ground::account_id);
    std::string name = named.starts_with(prefix) ? named.substr(prefix.size()) : named;
    if (name.starts_with("alias/")) {
        ground::rows found =
            db.query("select key_id from kms_alias where region = ? and name = ?", region, name);
        if (!found.next()) return std::nullopt;
        name = found.text(0);
    } else if (name.starts_with("key/")) {
        name = name.substr(4);
    }
    ground::rows found =
        db.query(fmt::format("select {} from kms_key where region = ? and id = ?", columns), region, name);
    if (!found.next()) return std::nullopt;
    return read_key(found);
}

void insert_key(state& db, const key& made) {
    db.run(
        "insert into kms_key (region, id, key_state, description, wrapped, created_ms, deletion_ms, is_aws) "
        "values (?, ?, ?, ?, ?, ?, ?, ?)",
        made.region, made.id, made.key_state, made.description, ground::to_base64(made.wrapped),
        made.created_ms, made.deletion_ms, made.is_aws);
}

void save_key(state& db, const key& changed) {
    db.run("update kms_key set key_state = ?, description = ?, deletion_ms = ? where region = ? and id = ?",
           changed.key_state, changed.description, changed.deletion_ms, changed.region, changed.id);
}

void delete_expired_keys(state& db, std::int64_t now_ms) {
    db.run("delete from kms_key where key_state = 'PendingDeletion' and deletion_ms <= ?", now_ms);
}

std::vector<alias> aliases_of(state& db, const std::string& region) {
    std::vector<alias> out;
    ground::rows all =
        db.query("select name, key_id, created_ms from kms_alias where region = ? order by name", region);
    while (all.next())
        out.push_back({all.text(0), all.text(1), all.integer(2)});
    return out;
}

void put_alias(state& db, const std::string& region, const alias& what) {
    db.run("insert into kms_alias (region, name, key_id, created_ms) values (?, ?, ?, ?) "
           "on conflict (region, name) do update set key_id = excluded.key_id",
           region, what.name, what.key_id, what.created_ms);
}

bool remove_alias(state& db, const std::string& region, const std::string& name) {
    return db.run("delete from kms_alias where region = ? and name = ?", region, name) > 0;
}

key service_key(state& db, const ground::vault& with, const std::string& region, const std::string& service,
                std::int64_t now_ms, const std::string& id) {
    const std::string name = "alias/" + service;
    if (auto found = find_key(db, region, name)) return std::move(*found);
    const key made{.region = region,
                   .id = id.empty() ? ground::random_uuid() : id,
                   .key_state = "Enabled",
                   .description = fmt::format("Default key that protects the data of {}", service),
                   .wrapped = with.new_key(),
                   .created_ms = now_ms,
                   .deletion_ms = 0,
                   .is_aws = true};
    insert_key(db, made);
    put_alias(db, region, {name, made.id, now_ms});
    return made;
}

std::string seal(const ground::vault& with, const key& by, std::string_view context, std::string_view plain) {
    return fmt::format("{}{}{}", mark, by.id, ground::seal_text(with, by.wrapped, context, plain));
}

std::optional<key> key_that_sealed(state& db, const std::string& region, std::string_view sealed) {
    if (!sealed.starts_with(mark) || sealed.size() < mark.size() + id_size) return std::nullopt;
    return find_key(db, region, std::string{sealed.substr(mark.size(), id_size)});
}

std::optional<opened> open(state& db, const ground::vault& with, const std::string& region,
                           std::string_view context, std::string_view sealed) {
    auto by = key_that_sealed(db, region, sealed);
    if (!by) return std::nullopt;
    try {
        std::string plain = ground::open_text(with, context, sealed.substr(mark.size() + id_size));
        return opened{std::move(*by), std::move(plain)};
    } catch (const ground::vault_error&) {
        return std::nullopt;
    }
}

} // namespace cruddur::cloud::kms
