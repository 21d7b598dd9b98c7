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
    // A region had one VPC, and a zone one subnet. A table that is renamed takes along who refers to it; the
    // old ones go from the last that refers to the first.
    ground::migration{0, R"sql(
    create table new_vpc (
        id text primary key,
        region text not null,
        cidr text not null,
        is_default integer not null,
        dns_support integer not null,
        dns_hostnames integer not null
    ) strict;
    create table new_subnet (
        id text primary key,
        vpc_id text not null references new_vpc,
        zone text not null,
        cidr text not null,
        maps_public_address integer not null
    ) strict;
    create table new_security_group (
        id text primary key,
        vpc_id text not null references new_vpc,
        region text not null,
        name text not null,
        description text not null,
        unique (vpc_id, name)
    ) strict;
    create table new_security_group_rule (
        id text primary key,
        group_id text not null references new_security_group on delete cascade,
        is_egress integer not null,
        protocol text not null,
        from_port integer not null,
        to_port integer not null,
        source text not null,
        referenced_group_id text references new_security_group,
        description text,
        unique (group_id, is_egress, protocol, from_port, to_port, source)
    ) strict;
    insert into new_vpc select id, region, cidr, 1, 1, 1 from vpc order by rowid;
    insert into new_subnet select id, vpc_id, zone, cidr, 1 from subnet order by rowid;
    insert into new_security_group select id, vpc_id, region, name, description from security_group order by rowid;
    insert into new_security_group_rule
    select id, group_id, is_egress, protocol, from_port, to_port, source, referenced_group_id, description
    from security_group_rule order by rowid;
    drop table security_group_rule;
    drop table security_group;
    drop table subnet;
    drop table vpc;
    alter table new_vpc rename to vpc;
    alter table new_subnet rename to subnet;
    alter table new_security_group rename to security_group;
    alter table new_security_group_rule rename to security_group_rule;
    create unique index vpc_default on vpc (region) where is_default;
    create index security_group_rule_referenced_group_id on security_group_rule (referenced_group_id);
    create table internet_gateway (
        id text primary key,
        region text not null,
        vpc_id text unique references vpc
    ) strict;
    create table route_table (
        id text primary key,
        vpc_id text not null references vpc
    ) strict;
    create table route_table_association (
        id text primary key,
        table_id text not null references route_table on delete cascade,
        subnet_id text unique references subnet
    ) strict;
    create table route (
        table_id text not null references route_table on delete cascade,
        destination text not null,
        gateway_id text not null,
        primary key (table_id, destination)
    ) strict;
    insert into internet_gateway select 'igw-' || substr(lower(hex(randomblob(9))), 2), region, id from vpc;
    insert into route_table select 'rtb-' || substr(lower(hex(randomblob(9))), 2), id from vpc;
    insert into route_table_association
    select 'rtbassoc-' || substr(lower(hex(randomblob(9))), 2), id, null from route_table;
    insert into route select t.id, '0.0.0.0/0', g.id from route_table t join internet_gateway g on g.vpc_id = t.vpc_id;
    )sql"},
};

} // namespace

ground::service_migrations ec2_migrations() {
    return {"ec2", steps};
}

} // namespace cruddur::cloud::ec2
