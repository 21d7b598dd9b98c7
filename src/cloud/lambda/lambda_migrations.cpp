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
};

} // namespace

ground::service_migrations lambda_migrations() {
    return {"lambda", steps};
}

} // namespace cruddur::cloud::lambda
