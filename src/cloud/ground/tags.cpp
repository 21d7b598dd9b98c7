#include "cloud/ground/tags.hpp"

#include "cloud/ground/refusal.hpp"

#include <fmt/core.h>

#include <array>

namespace cruddur::cloud::ground {

namespace {

constexpr std::array steps = {
    migration{1, R"sql(
    create table tag (
        resource_id text not null,
        region text not null,
        key text not null,
        value text not null,
        primary key (resource_id, key)
    ) strict;
    )sql"},
};

} // namespace

service_migrations tag_migrations() {
    return {"tags", steps};
}

void put_tags(state& db, const std::string& resource_id, const std::string& region, const tag_list& tags) {
    for (const auto& [key, value] : tags) {
        db.run("insert into tag (resource_id, region, key, value) values (?, ?, ?, ?) "
               "on conflict (resource_id, key) do update set value = excluded.value",
               resource_id, region, key, value);
    }
    if (tags_of(db, resource_id).size() > tags_max) {
        throw refusal{"TagLimitExceeded", fmt::format("More than {} tags on '{}'", tags_max, resource_id)};
    }
}

tag_list tags_of(state& db, const std::string& resource_id) {
    tag_list out;
    rows all = db.query("select key, value from tag where resource_id = ? order by key", resource_id);
    while (all.next())
        out.emplace_back(all.text(0), all.text(1));
    return out;
}

std::vector<tagged> tags_in(state& db, const std::string& region) {
    std::vector<tagged> out;
    rows all = db.query("select resource_id, key, value from tag where region = ? order by resource_id, key",
                        region);
    while (all.next())
        out.push_back({all.text(0), all.text(1), all.text(2)});
    return out;
}

void remove_tag(state& db, const std::string& resource_id, const std::string& key,
                const std::optional<std::string>& value) {
    db.run("delete from tag where resource_id = ?1 and key = ?2 and (?3 is null or value = ?3)", resource_id,
           key, value);
}

void remove_tags(state& db, const std::string& resource_id) {
    db.run("delete from tag where resource_id = ?", resource_id);
}

} // namespace cruddur::cloud::ground
