#include "cloud/iam/iam_store.hpp"

#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/tags.hpp"

#include <fmt/core.h>

#include <array>

namespace cruddur::cloud::iam {

namespace {

constexpr std::array steps = {
    ground::migration{0, R"sql(
    create table iam_principal (
        kind text not null check (kind in ('user', 'group', 'role')),
        name text not null collate nocase,
        path text not null,
        id text not null unique,
        created_ms integer not null,
        trust text not null,
        description text not null,
        session_seconds_max integer not null,
        primary key (kind, name)
    ) strict;
    create table iam_membership (
        kind text not null default 'user' check (kind = 'user'),
        user text not null collate nocase,
        group_kind text not null default 'group' check (group_kind = 'group'),
        "group" text not null collate nocase,
        primary key (user, "group"),
        foreign key (kind, user) references iam_principal on delete cascade,
        foreign key (group_kind, "group") references iam_principal on delete cascade
    ) strict;
    create table iam_access_key (
        id text primary key,
        kind text not null default 'user' check (kind = 'user'),
        user text not null collate nocase,
        is_active integer not null,
        created_ms integer not null,
        sealed text not null,
        foreign key (kind, user) references iam_principal on delete cascade
    ) strict;
    create table iam_session (
        key_id text primary key,
        kind text not null default 'role' check (kind = 'role'),
        role text not null collate nocase,
        name text not null,
        sealed text not null,
        policies text not null,
        expires_ms integer not null,
        foreign key (kind, role) references iam_principal on delete cascade
    ) strict;
    create table iam_inline_policy (
        kind text not null,
        principal text not null collate nocase,
        name text not null collate nocase,
        document text not null,
        primary key (kind, principal, name),
        foreign key (kind, principal) references iam_principal on delete cascade
    ) strict;
    create table iam_policy (
        arn text primary key,
        name text not null unique collate nocase,
        path text not null,
        id text not null,
        description text not null,
        created_ms integer not null,
        updated_ms integer not null,
        default_version integer not null,
        last_version integer not null default 1
    ) strict;
    create table iam_policy_version (
        arn text not null references iam_policy on delete cascade,
        number integer not null,
        document text not null,
        created_ms integer not null,
        primary key (arn, number)
    ) strict;
    create table iam_attachment (
        kind text not null,
        principal text not null collate nocase,
        arn text not null,
        primary key (kind, principal, arn),
        foreign key (kind, principal) references iam_principal on delete cascade
    ) strict;
    create table iam_enforcement (
        only integer primary key check (only = 1)
    ) strict;
    create table organization (
        id text primary key,
        root_id text not null,
        created_ms integer not null,
        has_service_control integer not null
    ) strict;
    create table organization_policy (
        id text primary key,
        name text not null unique,
        description text not null,
        content text not null,
        created_ms integer not null
    ) strict;
    create table organization_attachment (
        policy text not null,
        target text not null,
        primary key (policy, target)
    ) strict;
    )sql"},
};

constexpr std::string_view principal_columns =
    "kind, name, path, id, created_ms, trust, description, session_seconds_max";

principal_kind kind_named(std::string_view name) {
    if (name == "group") return principal_kind::group;
    return name == "role" ? principal_kind::role : principal_kind::user;
}

template<class... Values>
std::vector<principal> read_principals(state& db, std::string_view rest, const Values&... values) {
    std::vector<principal> out;
    ground::rows all =
        db.query(fmt::format("select {} from iam_principal {}", principal_columns, rest), values...);
    while (all.next()) {
        out.push_back({kind_named(all.text(0)), all.text(1), all.text(2), all.text(3), all.integer(4),
                       all.text(5), all.text(6), all.integer(7)});
    }
    return out;
}

template<class... Values>
std::vector<managed_policy> read_managed(state& db, std::string_view rest, const Values&... values) {
    std::vector<managed_policy> out;
    ground::rows all = db.query(fmt::format("select arn, name, path, id, description, created_ms, "
                                            "updated_ms, default_version from iam_policy {}",
                                            rest),
                                values...);
    while (all.next()) {
        out.push_back({all.text(0), all.text(1), all.text(2), all.text(3), all.text(4), all.integer(5),
                       all.integer(6), all.integer(7)});
    }
    return out;
}

template<class... Values>
std::vector<access_key> read_access_keys(state& db, std::string_view rest, const Values&... values) {
    std::vector<access_key> out;
    ground::rows all =
        db.query(fmt::format("select id, user, is_active, created_ms, sealed from iam_access_key {}", rest),
                 values...);
    while (all.next())
        out.push_back({all.text(0), all.text(1), all.integer(2) != 0, all.integer(3), all.text(4)});
    return out;
}

template<class Row>
std::optional<Row> first_of(std::vector<Row> rows) {
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
}

std::string kind_of(const principal& of) {
    return std::string{name_of(of.is)};
}

bool is_any_row(state& db, std::string_view sql) {
    ground::rows found = db.query(sql);
    return found.next();
}

} // namespace

ground::service_migrations iam_migrations() {
    return {"iam", steps};
}

std::string principal::arn() const {
    return fmt::format("arn:aws:iam::{}:{}{}{}", ground::account_id, name_of(is), path, name);
}

std::string_view name_of(principal_kind kind) {
    switch (kind) {
    case principal_kind::user:
        return "user";
    case principal_kind::group:
        return "group";
    case principal_kind::role:
        break;
    }
    return "role";
}

std::vector<principal> principals_of(state& db, principal_kind kind, const std::string& path) {
    return read_principals(db, "where kind = ? and substr(path, 1, length(?)) = ? order by name",
                           name_of(kind), path, path);
}

std::optional<principal> find_principal(state& db, principal_kind kind, const std::string& name) {
    return first_of(read_principals(db, "where kind = ? and name = ?", name_of(kind), name));
}

void insert_principal(state& db, const principal& made) {
    if (!is_enforced(db)) db.run("delete from iam_enforcement"); // of policies that are all gone
    db.run("insert into iam_principal (kind, name, path, id, created_ms, trust, description, "
           "session_seconds_max) values (?, ?, ?, ?, ?, ?, ?, ?)",
           kind_of(made), made.name, made.path, made.id, made.created_ms, made.trust, made.description,
           made.session_seconds_max);
}

void save_role(state& db, const principal& changed) {
    db.run("update iam_principal set trust = ?, description = ?, session_seconds_max = ? where kind = ? "
           "and name = ?",
           changed.trust, changed.description, changed.session_seconds_max, kind_of(changed), changed.name);
}

void delete_principal(state& db, const principal& gone) {
    ground::remove_tags(db, gone.arn());
    db.run("delete from iam_principal where kind = ? and name = ?", kind_of(gone), gone.name);
}

void add_to_group(state& db, const std::string& user, const std::string& group) {
    db.run("insert into iam_membership (user, \"group\") values (?, ?) on conflict do nothing", user, group);
}

bool remove_from_group(state& db, const std::string& user, const std::string& group) {
    return db.run("delete from iam_membership where user = ? and \"group\" = ?", user, group) > 0;
}

std::vector<principal> groups_of(state& db, const std::string& user) {
    return read_principals(db,
                           "where kind = 'group' and name in (select \"group\" from iam_membership "
                           "where user = ?) order by name",
                           user);
}

std::vector<principal> members_of(state& db, const std::string& group) {
    return read_principals(db,
                           "where kind = 'user' and name in (select user from iam_membership "
                           "where \"group\" = ?) order by name",
                           group);
}

std::vector<access_key> access_keys_of(state& db, const std::string& user) {
    return read_access_keys(db, "where user = ? order by created_ms, id", user);
}

std::optional<access_key> find_access_key(state& db, const std::string& id) {
    return first_of(read_access_keys(db, "where id = ?", id));
}

void insert_access_key(state& db, const access_key& made) {
    db.run("insert into iam_access_key (id, user, is_active, created_ms, sealed) values (?, ?, ?, ?, ?)",
           made.id, made.user, made.is_active, made.created_ms, made.sealed);
}

void set_access_key_active(state& db, const std::string& id, bool active) {
    db.run("update iam_access_key set is_active = ? where id = ?", active, id);
}

void delete_access_key(state& db, const std::string& id) {
    db.run("delete from iam_access_key where id = ?", id);
}

std::optional<role_session> find_session(state& db, const std::string& key_id) {
    ground::rows found = db.query(
        "select key_id, role, name, sealed, policies, expires_ms from iam_session where key_id = ?", key_id);
    if (!found.next()) return std::nullopt;
    return role_session{found.text(0), found.text(1), found.text(2),
                        found.text(3), found.text(4), found.integer(5)};
}

void insert_session(state& db, const role_session& made) {
    db.run("insert into iam_session (key_id, role, name, sealed, policies, expires_ms) "
           "values (?, ?, ?, ?, ?, ?)",
           made.key_id, made.role, made.name, made.sealed, made.policies, made.expires_ms);
}

void delete_expired_sessions(state& db, std::int64_t now_ms) {
    // For a day more it is told that they have expired.
    constexpr std::int64_t day_ms = 86'400'000;
    db.run("delete from iam_session where expires_ms < ?", now_ms - day_ms);
}

std::vector<named_document> inline_policies_of(state& db, const principal& of) {
    std::vector<named_document> out;
    ground::rows all = db.query("select name, document from iam_inline_policy where kind = ? and "
                                "principal = ? order by name",
                                kind_of(of), of.name);
    while (all.next())
        out.push_back({all.text(0), all.text(1)});
    return out;
}

void put_inline_policy(state& db, const principal& of, const named_document& made) {
    db.run("insert into iam_inline_policy (kind, principal, name, document) values (?, ?, ?, ?) "
           "on conflict (kind, principal, name) do update set document = excluded.document",
           kind_of(of), of.name, made.name, made.document);
    begin_to_enforce(db);
}

bool delete_inline_policy(state& db, const principal& of, const std::string& name) {
    return db.run("delete from iam_inline_policy where kind = ? and principal = ? and name = ?", kind_of(of),
                  of.name, name) > 0;
}

std::vector<managed_policy> managed_policies(state& db) {
    return read_managed(db, "order by name");
}

std::optional<managed_policy> find_managed_policy(state& db, const std::string& arn) {
    return first_of(read_managed(db, "where arn = ?", arn));
}

void insert_managed_policy(state& db, const managed_policy& made, const std::string& document) {
    db.run("insert into iam_policy (arn, name, path, id, description, created_ms, updated_ms, "
           "default_version) values (?, ?, ?, ?, ?, ?, ?, ?)",
           made.arn, made.name, made.path, made.id, made.description, made.created_ms, made.updated_ms,
           made.default_version);
    db.run("insert into iam_policy_version (arn, number, document, created_ms) values (?, 1, ?, ?)", made.arn,
           document, made.created_ms);
    begin_to_enforce(db);
}

void save_managed_policy(state& db, const managed_policy& changed) {
    db.run("update iam_policy set default_version = ?, updated_ms = ? where arn = ?", changed.default_version,
           changed.updated_ms, changed.arn);
}

void delete_managed_policy(state& db, const std::string& arn) {
    ground::remove_tags(db, arn);
    db.run("delete from iam_policy where arn = ?", arn);
}

std::vector<policy_version> policy_versions_of(state& db, const std::string& arn) {
    std::vector<policy_version> out;
    ground::rows all = db.query(
        "select number, document, created_ms from iam_policy_version where arn = ? order by number desc",
        arn);
    while (all.next())
        out.push_back({all.integer(0), all.text(1), all.integer(2)});
    return out;
}

void insert_policy_version(state& db, const std::string& arn, const policy_version& made) {
    db.run("insert into iam_policy_version (arn, number, document, created_ms) values (?, ?, ?, ?)", arn,
           made.number, made.document, made.created_ms);
    db.run("update iam_policy set last_version = ? where arn = ?", made.number, arn);
}

std::int64_t next_policy_version(state& db, const std::string& arn) {
    ground::rows found = db.query("select last_version + 1 from iam_policy where arn = ?", arn);
    return found.next() ? found.integer(0) : 1;
}

void delete_policy_version(state& db, const std::string& arn, std::int64_t number) {
    db.run("delete from iam_policy_version where arn = ? and number = ?", arn, number);
}

void attach_policy(state& db, const principal& to, const std::string& arn) {
    db.run("insert into iam_attachment (kind, principal, arn) values (?, ?, ?) on conflict do nothing",
           kind_of(to), to.name, arn);
    begin_to_enforce(db);
}

bool detach_policy(state& db, const principal& from, const std::string& arn) {
    return db.run("delete from iam_attachment where kind = ? and principal = ? and arn = ?", kind_of(from),
                  from.name, arn) > 0;
}

std::vector<std::string> attached_policies_of(state& db, const principal& of) {
    std::vector<std::string> out;
    ground::rows all = db.query(
        "select arn from iam_attachment where kind = ? and principal = ? order by arn", kind_of(of), of.name);
    while (all.next())
        out.push_back(all.text(0));
    return out;
}

std::vector<principal> holders_of(state& db, const std::string& arn) {
    return read_principals(db,
                           "where exists (select 1 from iam_attachment a where a.arn = ? and "
                           "a.kind = iam_principal.kind and a.principal = iam_principal.name) "
                           "order by kind, name",
                           arn);
}

void begin_to_enforce(state& db) {
    db.run("insert into iam_enforcement (only) values (1) on conflict do nothing");
}

bool is_enforced(state& db) {
    return is_any_row(db, "select 1 from iam_enforcement where exists (select 1 from iam_principal) or "
                          "exists (select 1 from iam_policy) or exists (select 1 from organization_policy)");
}

} // namespace cruddur::cloud::iam
