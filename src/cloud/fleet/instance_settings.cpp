#include "cloud/fleet/instance_settings.hpp"

#include <algorithm>
#include <utility>

namespace cruddur::cloud::fleet {

namespace {

int number_of(setting_stage stage) {
    switch (stage) {
    case setting_stage::in_effect:
        return 0;
    case setting_stage::from_restart:
        return 1;
    case setting_stage::from_upgrade:
        break;
    }
    return 2;
}

void put_stage(state& db, const std::string& resource_id, setting_stage stage, const name_values& settings) {
    db.run("delete from db_instance_setting where resource_id = ? and stage = ?", resource_id,
           number_of(stage));
    for (const auto& [name, value] : settings) {
        db.run("insert into db_instance_setting (resource_id, stage, name, value) values (?, ?, ?, ?)",
               resource_id, number_of(stage), name, value);
    }
}

} // namespace

name_values settings_of(state& db, const std::string& resource_id, setting_stage stage) {
    name_values out;
    rows all = db.query(
        "select name, value from db_instance_setting where resource_id = ? and stage = ? order by name",
        resource_id, number_of(stage));
    while (all.next())
        out.emplace_back(all.text(0), all.text(1));
    return out;
}

void put_settings(state& db, const std::string& resource_id, const name_values& in_effect,
                  const name_values& from_restart) {
    put_stage(db, resource_id, setting_stage::in_effect, in_effect);
    put_stage(db, resource_id, setting_stage::from_restart, from_restart);
    renew_settings(db, resource_id);
}

void renew_settings(state& db, const std::string& resource_id) {
    db.run("insert into db_instance_settings (resource_id, wanted, applied) values (?, 1, 0) "
           "on conflict (resource_id) do update set wanted = wanted + 1",
           resource_id);
}

void put_upgrade_settings(state& db, const std::string& resource_id, const name_values& settings) {
    put_stage(db, resource_id, setting_stage::from_upgrade, settings);
}

void take_upgrade_settings(state& db, const std::string& resource_id) {
    const auto settings = settings_of(db, resource_id, setting_stage::from_upgrade);
    if (settings.empty()) return;
    put_settings(db, resource_id, settings, settings);
    put_stage(db, resource_id, setting_stage::from_upgrade, {});
}

settings_position settings_position_of(state& db, const std::string& resource_id) {
    settings_position out;
    {
        rows found =
            db.query("select wanted, applied from db_instance_settings where resource_id = ?", resource_id);
        if (!found.next()) return out;
        out.wanted = found.integer(0);
        out.applied = found.integer(1);
    }
    out.restart_waits = settings_of(db, resource_id, setting_stage::in_effect) !=
                        settings_of(db, resource_id, setting_stage::from_restart);
    return out;
}

void settle_settings(state& db, const std::string& resource_id, std::int64_t applied, bool restarted) {
    const settings_position now = settings_position_of(db, resource_id);
    if (now.wanted == 0) return;
    db.run("update db_instance_settings set applied = max(applied, ?) where resource_id = ?", applied,
           resource_id);
    // What was put while the server was being started waits on.
    if (!restarted || applied < now.wanted || !now.restart_waits) return;
    db.run("delete from db_instance_setting where resource_id = ? and stage = 0", resource_id);
    db.run("insert into db_instance_setting (resource_id, stage, name, value) "
           "select resource_id, 0, name, value from db_instance_setting where resource_id = ? and stage = 1",
           resource_id);
}

std::string value_of(const name_values& settings, std::string_view name) {
    const auto found = std::ranges::find(settings, name, &name_values::value_type::first);
    return found == settings.end() ? "" : found->second;
}

} // namespace cruddur::cloud::fleet
