#include "cloud/rds/rds_records.hpp"

#include <array>

namespace cruddur::cloud::rds {

namespace {

constexpr std::array steps = {
    ground::migration{0, R"sql(
    create table db_parameter_group (
        region text not null,
        name text not null,
        family text not null,
        description text not null,
        primary key (region, name)
    ) strict;
    create table db_parameter (
        region text not null,
        group_name text not null,
        name text not null,
        value text not null,
        method text not null,
        primary key (region, group_name, name),
        foreign key (region, group_name) references db_parameter_group on delete cascade
    ) strict;
    create table db_engine_setting (
        version text not null,
        name text not null,
        context text not null,
        type text not null,
        unit text not null,
        min text not null,
        max text not null,
        choices text not null,
        value text not null,
        description text not null,
        category text not null,
        primary key (version, name)
    ) strict;
    create table db_instance_attribute (
        resource_id text not null,
        name text not null,
        value text not null,
        primary key (resource_id, name)
    ) strict;
    )sql"},
    ground::migration{0, R"sql(
    create table db_subnet_group (
        region text not null,
        name text not null,
        description text not null,
        primary key (region, name)
    ) strict;
    create table db_subnet (
        region text not null,
        group_name text not null,
        subnet_id text not null,
        primary key (region, group_name, subnet_id),
        foreign key (region, group_name) references db_subnet_group on delete cascade
    ) strict;
    create table db_option_group (
        region text not null,
        name text not null,
        major text not null,
        description text not null,
        primary key (region, name)
    ) strict;
    create table db_log_export (
        resource_id text not null,
        file text not null,
        carried integer not null,
        primary key (resource_id, file)
    ) strict;
    )sql"},
};

parameter_group read_group(const ground::rows& from) {
    return {from.text(0), from.text(1), from.text(2), from.text(3)};
}

} // namespace

ground::service_migrations rds_migrations() {
    return {"rds", steps};
}

std::vector<parameter_group> parameter_groups_of(state& db, const std::string& region) {
    std::vector<parameter_group> out;
    ground::rows all = db.query(
        "select region, name, family, description from db_parameter_group where region = ? order by name",
        region);
    while (all.next())
        out.push_back(read_group(all));
    return out;
}

std::optional<parameter_group> find_parameter_group(state& db, const std::string& region,
                                                    const std::string& name) {
    ground::rows found = db.query(
        "select region, name, family, description from db_parameter_group where region = ? and name = ?",
        region, name);
    if (!found.next()) return std::nullopt;
    return read_group(found);
}

void insert_parameter_group(state& db, const parameter_group& made) {
    db.run("insert into db_parameter_group (region, name, family, description) values (?, ?, ?, ?)",
           made.region, made.name, made.family, made.description);
}

void delete_parameter_group(state& db, const parameter_group& gone) {
    db.run("delete from db_parameter_group where region = ? and name = ?", gone.region, gone.name);
}

std::vector<group_parameter> parameters_of(state& db, const parameter_group& group) {
    std::vector<group_parameter> out;
    ground::rows all = db.query(
        "select name, value, method from db_parameter where region = ? and group_name = ? order by name",
        group.region, group.name);
    while (all.next())
        out.push_back({all.text(0), all.text(1), all.text(2)});
    return out;
}

void put_parameter(state& db, const parameter_group& group, const group_parameter& given) {
    db.run("insert into db_parameter (region, group_name, name, value, method) values (?, ?, ?, ?, ?) "
           "on conflict (region, group_name, name) do update set value = excluded.value, "
           "method = excluded.method",
           group.region, group.name, given.name, given.value, given.method);
}

void drop_parameter(state& db, const parameter_group& group, const std::string& name) {
    db.run("delete from db_parameter where region = ? and group_name = ? and name = ?", group.region,
           group.name, name);
}

std::string attribute_of(state& db, const std::string& resource_id, const std::string& name) {
    ground::rows found = db.query(
        "select value from db_instance_attribute where resource_id = ? and name = ?", resource_id, name);
    return found.next() ? found.text(0) : "";
}

void put_attribute(state& db, const std::string& resource_id, const std::string& name,
                   const std::string& value) {
    db.run("insert into db_instance_attribute (resource_id, name, value) values (?, ?, ?) "
           "on conflict (resource_id, name) do update set value = excluded.value",
           resource_id, name, value);
}

} // namespace cruddur::cloud::rds
