#pragma once

#include "cloud/fleet/instance_catalogue.hpp"
#include "cloud/fleet/instance_records.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur::cloud::fleet {

// What an instance's PostgreSQL is configured with beside what the fleet needs of it: names of
// postgresql.conf with their values, which may be formulas. An instance has them twice: those that are in
// effect, and those that it takes over when it is started the next time; and, where it is to be upgraded,
// those of the newer major version.
enum class setting_stage : std::uint8_t { in_effect, from_restart, from_upgrade };

[[nodiscard]] name_values settings_of(state& db, const std::string& resource_id, setting_stage stage);
// Replaces both. What is in effect is brought to the running server soon, by instances::wake().
void put_settings(state& db, const std::string& resource_id, const name_values& in_effect,
                  const name_values& from_restart);
// What takes the place of both with the next upgrade to another major version; another call replaces it.
void put_upgrade_settings(state& db, const std::string& resource_id, const name_values& settings);
// Writes down that this has come.
void take_upgrade_settings(state& db, const std::string& resource_id);

// The same settings once more, for what beside them the server is to be brought to.
void renew_settings(state& db, const std::string& resource_id);

// Where an instance is with its settings.
struct settings_position {
    std::int64_t wanted = 0;  // counts put_settings()
    std::int64_t applied = 0; // the one that the server runs by
    bool restart_waits = false;

    [[nodiscard]] bool is_applied() const { return applied >= wanted; }
};
[[nodiscard]] settings_position settings_position_of(state& db, const std::string& resource_id);
// Writes down that the server runs by that one; `restarted` where it took over what waited for a start.
void settle_settings(state& db, const std::string& resource_id, std::int64_t applied, bool restarted);

// The name by which an instance's settings say which authority its certificate is of.
inline constexpr std::string_view authority_setting = "rds.ca_certificate_identifier";

// The value of a setting, "" where it is not there.
[[nodiscard]] std::string value_of(const name_values& settings, std::string_view name);

// What formulas are about.
struct formula_facts {
    std::int64_t memory_bytes = 0; // DBInstanceClassMemory
    std::int64_t vcpus = 1;        // DBInstanceVCPU
    std::int64_t storage_gib = 0;  // AllocatedStorage
    std::int64_t port = 0;         // EndPointPort
};
[[nodiscard]] formula_facts facts_for(const db_instance& of);

// Whether a value is to be computed: "{DBInstanceClassMemory/9531392}", "LEAST({DBInstanceVCPU*2},8)".
[[nodiscard]] bool is_formula(std::string_view value);
// Its value, as a whole number: formulas have the variables above, * and /, which go from left to right, log
// (to the base of 2), and GREATEST, LEAST and SUM of any number of formulas. nullopt for what is none.
[[nodiscard]] std::optional<std::int64_t> evaluate_formula(std::string_view formula,
                                                           const formula_facts& with);
// The settings with their formulas computed; what is no formula stays as it is.
[[nodiscard]] name_values computed(name_values settings, const formula_facts& with);

} // namespace cruddur::cloud::fleet
