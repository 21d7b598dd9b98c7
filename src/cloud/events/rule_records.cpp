#include "cloud/events/rule_records.hpp"

#include "cloud/ground/identifiers.hpp"

#include <fmt/core.h>

#include <array>
#include <utility>

namespace cruddur::cloud::events {

namespace {

constexpr std::array steps = {ground::migration{0, R"sql(
    create table event_rule (
        region text not null,
        name text not null,
        pattern text not null,
        state text not null,
        description text not null,
        primary key (region, name)
    ) strict;
    create table event_target (
        region text not null,
        rule text not null,
        id text not null,
        arn text not null,
        input text not null,
        input_path text not null,
        paths text not null,
        template text not null,
        primary key (region, rule, id),
        foreign key (region, rule) references event_rule on delete cascade
    ) strict;
    create table event_position (
        source text primary key,
        position integer not null
    ) strict;
    )sql"}};

std::vector<rule> read_rules(ground::rows& found) {
    std::vector<rule> out;
    while (found.next()) {
        out.push_back({.region = found.text(0),
                       .name = found.text(1),
                       .pattern = found.text(2),
                       .state = found.text(3),
                       .description = found.text(4)});
    }
    return out;
}

} // namespace

ground::service_migrations event_migrations() {
    return {"events", steps};
}

std::string rule::arn() const {
    return fmt::format("arn:aws:events:{}:{}:rule/{}", region, ground::account_id, name);
}

bool rule::hears_reads() const {
    return state == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";
}

std::vector<rule> all_rules(ground::state& db) {
    ground::rows found =
        db.query("select region, name, pattern, state, description from event_rule order by region, name");
    return read_rules(found);
}

std::vector<rule> rules_of(ground::state& db, const std::string& region) {
    ground::rows found = db.query("select region, name, pattern, state, description from event_rule "
                                  "where region = ? order by name",
                                  region);
    return read_rules(found);
}

std::optional<rule> find_rule(ground::state& db, const std::string& region, const std::string& name) {
    ground::rows found = db.query("select region, name, pattern, state, description from event_rule "
                                  "where region = ? and name = ?",
                                  region, name);
    std::vector<rule> out = read_rules(found);
    if (out.empty()) return std::nullopt;
    return std::move(out.front());
}

void save_rule(ground::state& db, const rule& made) {
    db.run("insert into event_rule (region, name, pattern, state, description) values (?, ?, ?, ?, ?) "
           "on conflict do update set pattern = excluded.pattern, state = excluded.state, "
           "description = excluded.description",
           made.region, made.name, made.pattern, made.state, made.description);
}

void delete_rule(ground::state& db, const rule& gone) {
    db.run("delete from event_rule where region = ? and name = ?", gone.region, gone.name);
}

std::vector<target> targets_of(ground::state& db, const rule& of) {
    ground::rows found = db.query("select id, arn, input, input_path, paths, template from event_target "
                                  "where region = ? and rule = ? order by id",
                                  of.region, of.name);
    std::vector<target> out;
    while (found.next()) {
        out.push_back({.id = found.text(0),
                       .arn = found.text(1),
                       .input = found.text(2),
                       .input_path = found.text(3),
                       .paths = found.text(4),
                       .input_template = found.text(5)});
    }
    return out;
}

void save_target(ground::state& db, const rule& of, const target& made) {
    db.run("insert into event_target (region, rule, id, arn, input, input_path, paths, template) "
           "values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set arn = excluded.arn, "
           "input = excluded.input, input_path = excluded.input_path, paths = excluded.paths, "
           "template = excluded.template",
           of.region, of.name, made.id, made.arn, made.input, made.input_path, made.paths,
           made.input_template);
}

bool delete_target(ground::state& db, const rule& of, const std::string& id) {
    return db.run("delete from event_target where region = ? and rule = ? and id = ?", of.region, of.name,
                  id) > 0;
}

std::int64_t position_of(ground::state& db, const std::string& source) {
    ground::rows found = db.query("select position from event_position where source = ?", source);
    return found.next() ? found.integer(0) : 0;
}

void save_position(ground::state& db, const std::string& source, std::int64_t position) {
    db.run("insert into event_position (source, position) values (?, ?) "
           "on conflict do update set position = excluded.position",
           source, position);
}

} // namespace cruddur::cloud::events
