#include "cloud/logs/log_store.hpp"

#include <array>

namespace cruddur::cloud::logs {

namespace {

constexpr std::array steps = {
    ground::migration{5, R"sql(
    create table log_group (
        region text not null,
        name text not null,
        created_ms integer not null,
        retention_days integer,
        tags text not null default '{}',
        primary key (region, name)
    ) strict;
    create table log_stream (
        region text not null,
        group_name text not null,
        name text not null,
        created_ms integer not null,
        primary key (region, group_name, name),
        foreign key (region, group_name) references log_group on delete cascade
    ) strict;
    create table log_event (
        id integer primary key autoincrement,
        region text not null,
        group_name text not null,
        stream_name text not null,
        timestamp_ms integer not null,
        ingested_ms integer not null,
        message text not null,
        foreign key (region, group_name, stream_name) references log_stream on delete cascade
    ) strict;
    create index log_event_stream on log_event (region, group_name, stream_name, id);
    )sql"},
    ground::migration{8, R"sql(
    alter table log_group add column class text not null default 'STANDARD';
    alter table log_group add column deletion_protection integer not null default 0;
    drop index log_event_stream;
    create index log_event_stream on log_event (region, group_name, stream_name, timestamp_ms, id);
    create index log_event_group on log_event (region, group_name, timestamp_ms, id);
    )sql"},
};

} // namespace

ground::service_migrations log_migrations() {
    return {"logs", steps};
}

} // namespace cruddur::cloud::logs
