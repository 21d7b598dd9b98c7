#include "cloud/door/services.hpp"
#include "cloud/fleet/instance_schedule.hpp"
#include "cloud/rds/rds_validation.hpp"
#include "support/server.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace cruddur::cloud::door;
using namespace cruddur::cloud::fleet;
using namespace cruddur::cloud::ground;
using namespace cruddur::cloud::rds;

namespace {

constexpr epoch_ms minute = 60'000;
constexpr epoch_ms hour = 60 * minute;
constexpr epoch_ms day = 24 * hour;
constexpr epoch_ms sunday = 3 * day; // the first of 1970, which began on a Thursday

TEST(rds_schedule, finds_when_a_daily_window_began_last) {
    EXPECT_EQ(last_begin("04:00-04:30", 10 * day + 4 * hour), 10 * day + 4 * hour);
    EXPECT_EQ(last_begin("04:00-04:30", 10 * day + 23 * hour), 10 * day + 4 * hour);
    EXPECT_EQ(last_begin("04:05-04:35", 10 * day + 4 * hour), 9 * day + 4 * hour + 5 * minute);
}

TEST(rds_schedule, knows_the_time_of_a_weekly_window_over_the_turn_of_the_week_as_well) {
    EXPECT_TRUE(is_within("sun:05:00-sun:05:30", sunday + 5 * hour));
    EXPECT_TRUE(is_within("sun:05:00-sun:05:30", sunday + 70 * day + 5 * hour + 29 * minute));
    EXPECT_FALSE(is_within("sun:05:00-sun:05:30", sunday + 5 * hour + 30 * minute));
    EXPECT_FALSE(is_within("sun:05:00-sun:05:30", sunday + day + 5 * hour));
    EXPECT_TRUE(is_within("wed:23:45-thu:00:15", 7 * day + 5 * minute));
    EXPECT_TRUE(is_within("wed:23:45-thu:00:15", 7 * day - 5 * minute));
    EXPECT_FALSE(is_within("wed:23:45-thu:00:15", 7 * day + 20 * minute));
}

class rds_schedule_of : public testing::Test {
protected:
    rds_schedule_of() {
        db_instance made;
        made.resource_id = "db-A";
        made.region = "us-east-1";
        made.identifier = "kept";
        made.status = "available";
        made.address = "127.1.2.3";
        made.backup_retention = 2;
        made.backup_window = "04:00-04:30";
        made.maintenance_window = "sun:05:00-sun:05:30";
        made.created_at = 10 * day + 12 * hour;
        insert_instance(db_, made);
    }

    [[nodiscard]] db_instance row() { return instance_by_resource_id(db_, "db-A").value(); }
    [[nodiscard]] std::string status() { return row().status; }
    void set_status(const std::string& to) {
        auto changed = row();
        changed.status = to;
        save_instance(db_, changed);
    }

    // As many as are kept once a day's backup is done.
    std::size_t after_the_backup_of(int which) {
        const epoch_ms now = which * day + 4 * hour;
        EXPECT_TRUE(begin_what_is_due(db_, now));
        EXPECT_EQ(status(), "backing-up");
        set_status("available");
        EXPECT_FALSE(begin_what_is_due(db_, now + minute)); // one a day
        for (const auto& one : unfinished_snapshots(db_)) {
            if (one.status == "creating") set_snapshot_status(db_, one.folder, "available");
        }
        expire_backups(db_, row(), now);
        const auto all = snapshots_of(db_, "us-east-1");
        return static_cast<std::size_t>(std::ranges::count(all, "available", &db_snapshot::status));
    }

    cruddur::test::temporary_folder folder_;
    state db_{folder_.path() / "data", all_migrations()};
};

TEST_F(rds_schedule_of, a_day_has_one_backup_and_keeps_as_many_as_the_retention_period_has_days) {
    EXPECT_FALSE(begin_what_is_due(db_, 10 * day + 13 * hour));
    EXPECT_EQ(after_the_backup_of(11), 1U);
    EXPECT_EQ(after_the_backup_of(12), 2U);
    EXPECT_EQ(after_the_backup_of(13), 2U);
    EXPECT_EQ(after_the_backup_of(14), 2U);
}

TEST_F(rds_schedule_of, no_backups_keeps_none) {
    EXPECT_EQ(after_the_backup_of(11), 1U);
    auto changed = row();
    changed.backup_retention = 0;
    save_instance(db_, changed);
    expire_backups(db_, changed, 11 * day + 5 * hour);
    const auto all = snapshots_of(db_, "us-east-1");
    EXPECT_EQ(std::ranges::count(all, "deleting", &db_snapshot::status), 1);
    EXPECT_FALSE(begin_what_is_due(db_, 12 * day + 4 * hour));
}

TEST_F(rds_schedule_of, backups_that_outlive_their_instance_go_with_their_retention) {
    EXPECT_EQ(after_the_backup_of(11), 1U);
    delete_instance(db_, "db-A");
    EXPECT_FALSE(begin_what_is_due(db_, 13 * day + 4 * hour - 1));
    EXPECT_TRUE(begin_what_is_due(db_, 13 * day + 4 * hour));
    EXPECT_EQ(snapshots_of(db_, "us-east-1").front().status, "deleting");
}

TEST_F(rds_schedule_of, a_backup_takes_no_name_that_an_earlier_instance_left) {
    ask_for_backup(db_, row(), 11 * day);
    ask_for_backup(db_, row(), 11 * day + 1); // the same, which is being made
    EXPECT_EQ(snapshots_of(db_, "us-east-1").size(), 1U);
    set_snapshot_status(db_, snapshots_of(db_, "us-east-1").front().folder, "available");
    ask_for_backup(db_, row(), 11 * day + 2);
    EXPECT_EQ(snapshots_of(db_, "us-east-1").size(), 2U);
}

TEST_F(rds_schedule_of, a_value_that_waits_is_applied_in_the_maintenance_window_alone) {
    auto changed = row();
    changed.backup_retention = 0;
    save_instance(db_, changed);
    EXPECT_FALSE(begin_what_is_due(db_, sunday + 7 * day + 5 * hour));
    put_pending(db_, "db-A", "AllocatedStorage", "40");
    EXPECT_FALSE(begin_what_is_due(db_, sunday + 7 * day + 4 * hour));
    EXPECT_TRUE(begin_what_is_due(db_, sunday + 7 * day + 5 * hour));
    EXPECT_EQ(status(), "modifying");
}

TEST_F(rds_schedule_of, a_stopped_instance_starts_it_when_its_time_is_over) {
    auto changed = row();
    changed.status = "stopped";
    changed.restart_at = 20 * day;
    save_instance(db_, changed);
    EXPECT_FALSE(begin_what_is_due(db_, 20 * day - 1));
    EXPECT_TRUE(begin_what_is_due(db_, 20 * day));
    EXPECT_EQ(status(), "starting");
}

TEST(rds_windows, overlap_over_the_turn_of_the_day_and_the_week_as_well) {
    EXPECT_FALSE(windows_overlap("04:00-04:30", "sun:05:00-sun:05:30"));
    EXPECT_FALSE(windows_overlap("04:30-05:00", "sun:05:00-sun:05:30"));
    EXPECT_TRUE(windows_overlap("04:45-05:15", "Sun:05:00-Sun:05:30"));
    EXPECT_TRUE(windows_overlap("00:00-00:30", "sun:23:45-mon:00:15"));
    EXPECT_TRUE(windows_overlap("23:45-00:15", "mon:00:00-mon:00:30"));
    EXPECT_TRUE(windows_overlap("12:00-12:30", "tue:00:00-thu:00:00"));
}

} // namespace
