#include "cloud/lambda/lambda.hpp"

#include <array>

namespace cruddur::cloud::lambda {

namespace {

constexpr std::array steps = {
    ground::migration{5, R"sql(
    create table function (
        arn text primary key,
        region text not null,
        name text not null,
        runtime text not null,
        role text not null,
        handler text not null,
        description text not null,
        timeout_s integer not null,
        memory_mib integer not null,
        environment text not null,
        vpc text not null,
        tags text not null,
        concurrency integer,
        code_sha256 text not null,
        code_bytes integer not null,
        revision text not null,
        modified text not null,
        unique (region, name)
    ) strict;
    create table function_permission (
        arn text not null references function on delete cascade,
        sid text not null,
        statement text not null,
        primary key (arn, sid)
    ) strict;
    )sql"},
    ground::migration{11, R"sql(
    alter table function add column storage_mib integer not null default 512;
    alter table function add column tracing text not null default 'PassThrough';
    )sql"},
    ground::migration{12, R"sql(
    alter table function add column layers text not null default '[]';
    create table layer (
        region text not null,
        name text not null,
        versions integer not null, -- that there have been: a number is given once
        primary key (region, name)
    ) strict;
    create table layer_version (
        region text not null,
        name text not null,
        version integer not null,
        description text not null,
        license text not null,
        runtimes text not null,
        architectures text not null,
        code_sha256 text not null,
        code_bytes integer not null,
        created text not null,
        revision text not null,
        primary key (region, name, version)
    ) strict;
    create table layer_permission (
        region text not null,
        name text not null,
        version integer not null,
        sid text not null,
        statement text not null,
        primary key (region, name, version, sid),
        foreign key (region, name, version) references layer_version on delete cascade
    ) strict;
    )sql"},
    ground::migration{13, R"sql(
    alter table function add column versions integer not null default 0; -- that have been published
    create table function_version (
        arn text not null references function on delete cascade,
        version integer not null,
        runtime text not null,
        role text not null,
        handler text not null,
        description text not null,
        timeout_s integer not null,
        memory_mib integer not null,
        environment text not null,
        vpc text not null,
        code_sha256 text not null,
        code_bytes integer not null,
        revision text not null,
        modified text not null,
        storage_mib integer not null,
        tracing text not null,
        layers text not null,
        primary key (arn, version)
    ) strict;
    create table function_alias (
        arn text not null references function on delete cascade,
        name text not null,
        version text not null,
        description text not null,
        routed_version text,
        routed_percent text not null, -- of its events, to that version
        revision text not null,
        primary key (arn, name)
    ) strict;
    create table qualified_permission (
        arn text not null references function on delete cascade,
        qualifier text not null, -- a version, an alias, or '' of the function as such
        sid text not null,
        statement text not null,
        primary key (arn, qualifier, sid)
    ) strict;
    insert into qualified_permission select arn, '', sid, statement from function_permission;
    drop table function_permission;
    alter table qualified_permission rename to function_permission;
    create view function_at as
        select arn, '$LATEST' as version, 0 as number, region, name, runtime, role, handler, description, timeout_s,
            memory_mib, environment, vpc, code_sha256, code_bytes, revision, modified, storage_mib, tracing, layers
        from function
        union all
        select one.arn, cast(one.version as text), one.version, whole.region, whole.name, one.runtime, one.role,
            one.handler, one.description, one.timeout_s, one.memory_mib, one.environment, one.vpc, one.code_sha256,
            one.code_bytes, one.revision, one.modified, one.storage_mib, one.tracing, one.layers
        from function_version as one join function as whole on whole.arn = one.arn;
    )sql"},
};

} // namespace

ground::service_migrations lambda_migrations() {
    return {"lambda", steps};
}

} // namespace cruddur::cloud::lambda
