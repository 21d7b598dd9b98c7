#include "cloud/fleet/instance_schedule.hpp"

#include "cloud/fleet/instance_job.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/tags.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::fleet {

namespace {

constexpr epoch_ms week = 7 * ms_per_day;
constexpr std::array<std::string_view, 7> days_since_1970 = {"thu", "fri", "sat", "sun", "mon", "tue", "wed"};

// "05:30"; what a window says has been checked when it was given.
epoch_ms time_of_day(std::string_view text) {
    const auto digit = [&](std::size_t at) { return static_cast<epoch_ms>(text.at(at) - '0'); };
    return ((digit(0) * 10 + digit(1)) * 60 + digit(3) * 10 + digit(4)) * ms_per_minute;
}

// "sun:05:30", as a part of the weeks that are counted from 1970's first day on.
epoch_ms time_of_week(std::string_view text) {
    const auto which = std::ranges::find(days_since_1970, text.substr(0, 3)) - days_since_1970.begin();
    return which * ms_per_day + time_of_day(text.substr(4));
}

void record_due(state& db, const db_instance& of, std::string_view category, std::string message,
                epoch_ms now) {
    record_event(db,
                 {of.region, "db-instance", of.identifier, std::string{category}, std::move(message), now});
}

std::vector<db_snapshot> automated_backups(state& db, const db_instance& of) {
    auto found = snapshots_of(db, of.region);
    std::erase_if(found, [&](const db_snapshot& one) {
        return one.type != "automated" || one.source.resource_id != of.resource_id ||
               one.status == "deleting";
    });
    return found;
}

bool backup_is_due(state& db, const db_instance& of, epoch_ms now) {
    if (of.backup_retention == 0 || !of.created_at) return false;
    const epoch_ms begun = last_begin(of.backup_window, now);
    const auto made = automated_backups(db, of);
    return *of.created_at < begun &&
           std::ranges::none_of(made, [&](const db_snapshot& one) { return one.created_at >= begun; });
}

// What is due for the instance, as its next status; "" for nothing.
std::string next_status(state& db, const db_instance& of, epoch_ms now) {
    if (of.status == "stopped") return of.restart_at && *of.restart_at <= now ? "starting" : "";
    if (of.status != "available") return "";
    if (is_within(of.maintenance_window, now) && !pending_values(db, of.resource_id).empty())
        return "modifying";
    return backup_is_due(db, of, now) ? "backing-up" : "";
}

} // namespace

epoch_ms last_begin(std::string_view daily, epoch_ms now) {
    const epoch_ms today = now - now % ms_per_day + time_of_day(daily);
    return today <= now ? today : today - ms_per_day;
}

bool is_within(std::string_view weekly, epoch_ms now) {
    const epoch_ms begin = time_of_week(weekly);
    const epoch_ms length = (time_of_week(weekly.substr(10)) - begin + week) % week;
    return (now % week - begin + week) % week < length;
}

void ask_for_backup(state& db, const db_instance& of, epoch_ms now, const std::string& of_name) {
    const std::string minute =
        fmt::format("rds:{}-{:%Y-%m-%d-%H-%M}", of_name.empty() ? of.identifier : of_name,
                    fmt::gmtime(static_cast<std::time_t>(now / 1000)));
    std::string name = minute;
    for (int number = 2;; ++number) {
        const auto there = snapshot_by_identifier(db, of.region, name);
        if (!there) break;
        if (there->status == "creating" && there->source.resource_id == of.resource_id) return;
        name = fmt::format("{}-{}", minute, number); // an earlier instance of this name has left that one
    }
    const db_snapshot made{
        "snapshot-" + ground::random_hex(24), of.region, name, "creating", "automated", now, 0, of};
    insert_snapshot(db, made);
    if (of.copy_tags_to_snapshot)
        ground::put_tags(db, snapshot_arn(made), of.region, ground::tags_of(db, instance_arn(of)));
    record_due(db, of, "backup", "Backing up DB instance", now);
}

void expire_backups(state& db, const db_instance& of, epoch_ms now) {
    const auto instances = all_instances(db);
    for (const db_snapshot& one : automated_backups(db, of)) {
        if (one.status == "creating" || one.created_at > now - of.backup_retention * ms_per_day) continue;
        if (std::ranges::find(instances, one.folder, &db_instance::restored_from) != instances.end())
            continue;
        set_snapshot_status(db, one.folder, "deleting");
    }
}

bool begin_what_is_due(state& db, epoch_ms now) {
    bool any = false;
    transaction whole{db};
    for (const db_snapshot& one : expired_orphans(db, now)) {
        any = true;
        set_snapshot_status(db, one.folder, "deleting");
    }
    for (db_instance& one : all_instances(db)) {
        const std::string next = next_status(db, one, now);
        if (next.empty()) continue;
        any = true;
        one.status = next;
        if (next == "modifying") {
            one.status = "available";
            begin_change(db, one, now);
        }
        save_instance(db, one);
        if (next == "backing-up") ask_for_backup(db, one, now);
        if (next == "starting") {
            record_due(
                db, one, "notification",
                "DB instance is being started due to it exceeding the maximum allowed time being stopped.",
                now);
        }
        if (next == "modifying")
            record_due(db, one, "maintenance", "Applying pending modifications in the maintenance window",
                       now);
    }
    if (any) whole.commit();
    return any;
}

} // namespace cruddur::cloud::fleet
