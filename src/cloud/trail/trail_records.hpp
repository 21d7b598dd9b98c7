#pragma once

#include "cloud/ground/state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cloud::trail {

[[nodiscard]] ground::service_migrations trail_migrations();

// A trail, which has a home region.
struct kept_trail {
    std::string region{};
    std::string name{};
    std::string bucket{};
    std::string prefix{};
    bool has_global_services = true;
    bool is_multi_region = false;
    std::string log_group_arn{}; // "" for none
    std::string log_role_arn{};
    bool is_logging = false;
    std::int64_t started_ms = 0; // 0 for never
    std::int64_t stopped_ms = 0;
    // How far its events have come into the log group, and how that went.
    std::int64_t logged_position = 0;
    std::int64_t logged_at_ms = 0;
    std::string log_error{};

    [[nodiscard]] std::string arn() const;
    // Whether it has the events of that time, region and source.
    [[nodiscard]] bool has(std::int64_t at_ms, const std::string& of_region, std::string_view source) const;
};

[[nodiscard]] std::vector<kept_trail> all_trails(ground::state& db);
[[nodiscard]] std::optional<kept_trail> find_trail(ground::state& db, const std::string& region,
                                                   const std::string& name);
void insert_trail(ground::state& db, const kept_trail& made);
void save_trail(ground::state& db, const kept_trail& changed);
void save_logged(ground::state& db, const kept_trail& of); // the last three of its members
void delete_trail(ground::state& db, const kept_trail& gone);

} // namespace cruddur::cloud::trail
