#include "cloud/ec2/ec2_records.hpp"

#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/tags.hpp"

namespace cruddur::cloud::ec2 {

namespace {

#define GROUP_COLUMNS "select id, vpc_id, name, description from security_group "
#define RULE_COLUMNS                                                                                         \
    "select r.id, r.group_id, r.is_egress, r.protocol, r.from_port, r.to_port, r.source, r.description "     \
    "from security_group_rule r "

security_group read_group(const rows& from) {
    return {from.text(0), from.text(1), from.text(2), from.text(3)};
}

security_group_rule read_rule(const rows& from) {
    security_group_rule out{from.text(0),    from.text(1),    from.integer(2) != 0, from.text(3),
                            from.integer(4), from.integer(5), from.text(6),         std::nullopt};
    if (!from.is_null(7)) out.description = from.text(7);
    return out;
}

} // namespace

std::optional<security_group> group_by_id(state& db, const std::string& region, const std::string& id) {
    rows found = db.query(GROUP_COLUMNS "where id = ? and region = ?", id, region);
    return found.next() ? std::optional{read_group(found)} : std::nullopt;
}

std::optional<security_group> group_by_name(state& db, const std::string& vpc_id, const std::string& name) {
    rows found = db.query(GROUP_COLUMNS "where vpc_id = ? and name = ?", vpc_id, name);
    return found.next() ? std::optional{read_group(found)} : std::nullopt;
}

std::vector<security_group> groups_of(state& db, const std::string& region) {
    std::vector<security_group> out;
    rows all = db.query(GROUP_COLUMNS "where region = ? order by rowid", region);
    while (all.next())
        out.push_back(read_group(all));
    return out;
}

std::string insert_group(state& db, const std::string& region, const security_group& group) {
    const std::string id = ground::resource_id("sg");
    db.run("insert into security_group (id, vpc_id, region, name, description) values (?, ?, ?, ?, ?)", id,
           group.vpc_id, region, group.name, group.description);
    insert_rule(db, {"", id, true, "-1", -1, -1, "0.0.0.0/0", std::nullopt});
    return id;
}

void insert_rule(state& db, const security_group_rule& rule) {
    db.run("insert into security_group_rule (id, group_id, is_egress, protocol, from_port, to_port, source, "
           "referenced_group_id, description) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
           rule.id.empty() ? ground::resource_id("sgr") : rule.id, rule.group_id, rule.is_egress,
           rule.protocol, rule.from_port, rule.to_port, rule.source,
           rule.is_reference() ? std::optional{rule.source} : std::nullopt, rule.description);
}

void delete_group(state& db, const std::string& id) {
    for (const security_group_rule& rule : rules_of(db, id))
        delete_rule(db, rule.id);
    ground::remove_tags(db, id);
    db.run("delete from security_group where id = ?", id);
}

void delete_rule(state& db, const std::string& id) {
    ground::remove_tags(db, id);
    db.run("delete from security_group_rule where id = ?", id);
}

std::vector<security_group_rule> rules_of(state& db, const std::string& group_id) {
    std::vector<security_group_rule> out;
    rows all = db.query(RULE_COLUMNS "where r.group_id = ? order by r.rowid", group_id);
    while (all.next())
        out.push_back(read_rule(all));
    return out;
}

std::optional<security_group_rule> rule_by_id(state& db, const std::string& region, const std::string& id) {
    rows found =
        db.query(RULE_COLUMNS "join security_group g on g.id = r.group_id where r.id = ? and g.region = ?",
                 id, region);
    return found.next() ? std::optional{read_rule(found)} : std::nullopt;
}

std::vector<security_group_rule> rules_in(state& db, const std::string& region) {
    std::vector<security_group_rule> out;
    rows all = db.query(RULE_COLUMNS
                        "join security_group g on g.id = r.group_id where g.region = ? order by r.rowid",
                        region);
    while (all.next())
        out.push_back(read_rule(all));
    return out;
}

} // namespace cruddur::cloud::ec2
