#include "cloud/fleet/instance_records.hpp"

#include <array>

namespace cruddur::cloud::fleet {

namespace {

constexpr std::array steps = {
    ground::migration{3, R"sql(
    create table db_instance (
        resource_id text primary key,
        region text not null,
        identifier text not null,
        status text not null,
        instance_class text not null,
        engine_version text not null,
        server_major integer not null,
        master_username text not null,
        master_verifier text not null,
        database_name text not null,
        address text not null unique,
        port integer not null,
        allocated_storage integer not null,
        storage_type text not null,
        iops integer,
        storage_throughput integer,
        max_allocated_storage integer,
        availability_zone text not null,
        secondary_zone text not null,
        multi_az integer not null,
        publicly_accessible integer not null,
        backup_retention integer not null,
        backup_window text not null,
        maintenance_window text not null,
        storage_encrypted integer not null,
        kms_key_id text not null,
        performance_insights integer not null,
        performance_insights_retention integer not null,
        deletion_protection integer not null,
        auto_minor_version_upgrade integer not null,
        copy_tags_to_snapshot integer not null,
        created_at integer,
        restart_at integer,
        restored_from text not null,
        unique (region, identifier)
    ) strict;
    create table db_instance_security_group (
        resource_id text not null references db_instance on delete cascade,
        group_id text not null,
        primary key (resource_id, group_id)
    ) strict;
    create index db_instance_security_group_group_id on db_instance_security_group (group_id);
    create table db_instance_pending (
        resource_id text not null references db_instance on delete cascade,
        name text not null,
        value text not null,
        primary key (resource_id, name)
    ) strict;
    create table db_snapshot (
        folder text primary key,
        region text not null,
        identifier text not null,
        status text not null,
        type text not null,
        created_at integer not null,
        percent integer not null,
        resource_id text not null,
        instance_identifier text not null,
        instance_class text not null,
        engine_version text not null,
        server_major integer not null,
        master_username text not null,
        master_verifier text not null,
        database_name text not null,
        port integer not null,
        allocated_storage integer not null,
        storage_type text not null,
        iops integer,
        storage_throughput integer,
        availability_zone text not null,
        storage_encrypted integer not null,
        kms_key_id text not null,
        instance_created_at integer,
        unique (region, identifier)
    ) strict;
    create table db_event (
        id integer primary key,
        region text not null,
        source_type text not null,
        source text not null,
        category text not null,
        message text not null,
        at integer not null
    ) strict;
    create index db_event_at on db_event (at);
    )sql"},
    ground::migration{6, R"sql(
    alter table db_instance add column node integer not null default 0;
    alter table db_instance add column fails_over integer not null default 0;
    )sql"},
    ground::migration{7, R"sql(
    alter table db_snapshot add column backup_retention integer not null default 1;
    )sql"},
    ground::migration{10, R"sql(
    alter table db_instance add column keeps_backups integer not null default 0;
    alter table db_instance add column is_partial integer not null default 0;
    )sql"},
    // It referred to the table of groups, which is another room's: network_user keeps the groups
    // there.
    ground::migration{0, R"sql(
    create table membership (
        resource_id text not null references db_instance on delete cascade,
        group_id text not null,
        primary key (resource_id, group_id)
    ) strict;
    insert into membership select resource_id, group_id from db_instance_security_group order by rowid;
    drop table db_instance_security_group;
    alter table membership rename to db_instance_security_group;
    create index db_instance_security_group_group_id on db_instance_security_group (group_id);
    )sql"},
    ground::migration{0, R"sql(
    create table db_instance_setting (
        resource_id text not null references db_instance on delete cascade,
        stage integer not null,
        name text not null,
        value text not null,
        primary key (resource_id, stage, name)
    ) strict;
    create table db_instance_settings (
        resource_id text primary key references db_instance on delete cascade,
        wanted integer not null,
        applied integer not null
    ) strict;
    )sql"},
    // A source may be gone before the replica has been promoted.
    ground::migration{0, R"sql(
    create table db_replica (
        replica text primary key references db_instance on delete cascade,
        source text not null,
        promotes integer not null default 0
    ) strict;
    create index db_replica_source on db_replica (source);
    )sql"},
    ground::migration{0, R"sql(
    alter table db_snapshot add column finished_at integer;
    alter table db_snapshot add column archive text not null default '';
    create table db_instance_restore (
        resource_id text primary key references db_instance on delete cascade,
        until integer not null
    ) strict;
    )sql"},
    ground::migration{0, R"sql(
    alter table db_instance add column iam_authentication integer not null default 0;
    alter table db_snapshot add column iam_authentication integer not null default 0;
    )sql"},
    // The subnet that it has in each of its zones. An older instance has none here, and is of the default
    // VPC.
    ground::migration{0, R"sql(
    create table db_instance_subnet (
        resource_id text not null references db_instance on delete cascade,
        zone text not null,
        subnet_id text not null,
        primary key (resource_id, zone)
    ) strict;
    create index db_instance_subnet_subnet_id on db_instance_subnet (subnet_id);
    )sql"},
    ground::migration{0, R"sql(
    alter table db_snapshot add column copied_from text not null default '';
    alter table db_snapshot add column source_is_sealed integer not null default 0;
    alter table db_snapshot add column original_at integer;
    create table db_snapshot_account (
        folder text not null references db_snapshot on delete cascade,
        account text not null,
        primary key (folder, account)
    ) strict;
    )sql"},
};

} // namespace

ground::service_migrations fleet_migrations() {
    return {"fleet", steps};
}

} // namespace cruddur::cloud::fleet
