#include "cloud/cognito/cognito.hpp"

#include <array>

namespace cruddur::cloud::cognito {

namespace {

constexpr std::array steps = {
    ground::migration{2, R"sql(
    create table user_pool (
        id text primary key,
        region text not null,
        name text not null,
        settings text not null,
        created_at integer not null,
        modified_at integer not null
    ) strict;
    create table user_pool_key (
        kid text primary key,
        pool_id text not null references user_pool on delete cascade,
        pem text not null,
        created_at integer not null
    ) strict;
    create index user_pool_key_pool_id on user_pool_key (pool_id);
    create table user_pool_client (
        id text primary key,
        pool_id text not null references user_pool on delete cascade,
        name text not null,
        secret text,
        settings text not null,
        created_at integer not null,
        modified_at integer not null
    ) strict;
    create index user_pool_client_pool_id on user_pool_client (pool_id);
    create table pool_user (
        pool_id text not null references user_pool on delete cascade,
        username text not null,
        sub text not null unique,
        status text not null,
        enabled integer not null,
        attributes text not null,
        email text not null,
        preferred_username text not null,
        salt text not null,
        verifier text not null,
        failures integer not null,
        locked_until integer not null,
        owes_confirmation integer not null,
        created_at integer not null,
        modified_at integer not null,
        primary key (pool_id, username)
    ) strict;
    create index pool_user_email on pool_user (pool_id, email);
    create index pool_user_preferred_username on pool_user (pool_id, preferred_username);
    create table pool_code (
        pool_id text not null,
        username text not null,
        purpose text not null,
        hash text not null,
        expires_at integer not null,
        failures integer not null,
        sends integer not null,
        window_start integer not null,
        primary key (pool_id, username, purpose),
        foreign key (pool_id, username) references pool_user on delete cascade
    ) strict;
    create table pool_sign_in (
        origin_jti text primary key,
        pool_id text not null,
        username text not null,
        client_id text not null references user_pool_client on delete cascade,
        refresh_hash text not null unique,
        auth_time integer not null,
        expires_at integer not null,
        revoked integer not null,
        foreign key (pool_id, username) references pool_user on delete cascade
    ) strict;
    create index pool_sign_in_username on pool_sign_in (pool_id, username);
    create index pool_sign_in_client_id on pool_sign_in (client_id);
    create table pool_session (
        hash text primary key,
        client_id text not null references user_pool_client on delete cascade,
        challenge text not null,
        data text not null,
        expires_at integer not null
    ) strict;
    )sql"},
    ground::migration{4, R"sql(
    alter table user_pool_key rename column created_at to signs_from;
    )sql"},
    // Names that a pool compares without case were kept as an administrator had written them. What was signed
    // in by such a name is dropped, and the password, which is bound to it, has to be set anew.
    ground::migration{9, R"sql(
    alter table pool_user add column password_at integer not null default 0;
    update pool_user set password_at = modified_at, preferred_username = lower(preferred_username);
    update pool_user set attributes = json_set(attributes, '$.email_verified', lower(attributes ->> '$.email_verified'))
        where attributes ->> '$.email_verified' is not null;
    alter table pool_user add column phone_number text not null default '';
    update pool_user set phone_number = coalesce(attributes ->> '$.phone_number', '');
    create index pool_user_phone_number on pool_user (pool_id, phone_number);
    create temporary table misspelt as select pool_id, username from pool_user where username <> lower(username)
        and pool_id in (select id from user_pool where settings ->> '$.UsernameConfiguration.CaseSensitive' = 0);
    delete from pool_code where (pool_id, username) in (select pool_id, username from misspelt);
    delete from pool_sign_in where (pool_id, username) in (select pool_id, username from misspelt);
    update or ignore pool_user set username = lower(username)
        where (pool_id, username) in (select pool_id, username from misspelt);
    drop table misspelt;
    )sql"},
    ground::migration{0, R"sql(
    create table pool_group (
        pool_id text not null references user_pool on delete cascade,
        name text not null,
        description text,
        role_arn text,
        precedence integer,
        created_at integer not null,
        modified_at integer not null,
        primary key (pool_id, name)
    ) strict;
    create table pool_group_member (
        pool_id text not null,
        group_name text not null,
        username text not null,
        primary key (pool_id, username, group_name),
        foreign key (pool_id, group_name) references pool_group on delete cascade,
        foreign key (pool_id, username) references pool_user on delete cascade
    ) strict;
    create index pool_group_member_group on pool_group_member (pool_id, group_name);
    )sql"},
    ground::migration{0, R"sql(
    create table pool_software_token (
        sub text primary key references pool_user (sub) on delete cascade,
        secret text not null,
        offered text not null,
        enabled integer not null,
        preferred integer not null,
        name text not null,
        last_step integer not null
    ) strict;
    )sql"},
};

} // namespace

ground::service_migrations cognito_migrations() {
    return {"cognito", steps};
}

} // namespace cruddur::cloud::cognito
