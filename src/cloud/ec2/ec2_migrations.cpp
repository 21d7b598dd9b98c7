#include "cloud/ec2/ec2_records.hpp"

#include <array>

namespace cruddur::cloud::ec2 {

namespace {

constexpr std::array steps = {
    ground::migration{1, R"sql(
    create table vpc (
        id text primary key,
        region text not null unique,
        cidr text not null
    ) strict;
    create table subnet (
        id text primary key,
        vpc_id text not null references vpc,
        zone text not null unique,
        cidr text not null
    ) strict;
    create table security_group (
        id text primary key,
        vpc_id text not null references vpc,
        region text not null,
        name text not null,
        description text not null,
        unique (vpc_id, name)
    ) strict;
    create table security_group_rule (
        id text primary key,
        group_id text not null references security_group on delete cascade,
        is_egress integer not null,
        protocol text not null,
        from_port integer not null,
        to_port integer not null,
        source text not null,
        referenced_group_id text references security_group,
        description text,
        unique (group_id, is_egress, protocol, from_port, to_port, source)
    ) strict;
    create index security_group_rule_referenced_group_id on security_group_rule (referenced_group_id);
    )sql"},
    // Tags are another room's, and go by its function.
    ground::migration{0, R"sql(
    drop trigger if exists security_group_tags;
    drop trigger if exists security_group_rule_tags;
    )sql"},
};

} // namespace

ground::service_migrations ec2_migrations() {
    return {"ec2", steps};
}

} // namespace cruddur::cloud::ec2
