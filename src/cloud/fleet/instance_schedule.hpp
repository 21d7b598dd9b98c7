#pragma once

#include "cloud/fleet/instance_records.hpp"

#include <string_view>

namespace cruddur::cloud::fleet {

// What RDS does by the clock.

// When a daily window, such as "04:00-04:30" in UTC, began last.
[[nodiscard]] epoch_ms last_begin(std::string_view daily, epoch_ms now);
// Whether it is the time of a weekly window, such as "sun:05:00-sun:05:30" in UTC.
[[nodiscard]] bool is_within(std::string_view weekly, epoch_ms now);

// Asks for an automated backup, which is named after the instance, or as given.
void ask_for_backup(state& db, const db_instance& of, epoch_ms now, const std::string& name = {});
// Gives up the automated backups that are older than the instance's retention period, all of them where it
// keeps none. Those that an instance is being restored from stay.
void expire_backups(state& db, const db_instance& of, epoch_ms now);

// Begins what is due, as statuses that are to be brought about: the daily backup, values that wait for the
// maintenance window, instances that have been stopped for seven days, and the end of backups that outlived
// their instances. True where anything is.
bool begin_what_is_due(state& db, epoch_ms now);

} // namespace cruddur::cloud::fleet
