#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cruddur::cloud::rds {

// RDS's rules for what a caller sends. Each throws the refusal that RDS has, with the parameter's name where
// the message tells it.

// Returns it in lower case, as RDS keeps identifiers.
[[nodiscard]] std::string checked_identifier(std::string_view parameter, const std::string& sent);
void check_master_username(const std::string& sent);
void check_master_password(const std::string& sent);
void check_database_name(const std::string& sent);
void check_port(std::int64_t port);
void check_retention(std::int64_t days);
void check_performance_insights_retention(std::int64_t days);
// "04:00-04:30", of at least 30 minutes, and "sun:05:00-sun:05:30".
void check_backup_window(const std::string& sent);
void check_maintenance_window(const std::string& sent);
// Of two windows that are well-formed.
[[nodiscard]] bool windows_overlap(const std::string& daily, const std::string& weekly);
void check_windows(const std::string& daily, const std::string& weekly);
void check_zone(const std::string& region, const std::string& zone);

} // namespace cruddur::cloud::rds
