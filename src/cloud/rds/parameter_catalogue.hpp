#pragma once

#include "cloud/fleet/instance_records.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/rds/engine_settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::rds {

// A parameter as RDS offers it: what PostgreSQL has, and RDS's own.
struct parameter {
    std::string name;
    std::string value{};          // where no group gives another; "" where it has none
    std::string source{};         // system, engine-default
    std::string data_type{};      // integer, float, boolean, string, list
    std::string allowed_values{}; // "0,1", "6-8388607"; "" where anything goes
    std::string description{};
    bool is_static = false; // taken by a reboot alone
    bool is_modifiable = false;
};

// What an engine's major version has, by name.
using parameter_catalogue = std::vector<parameter>;

// The same of what a server has told. `libraries` are those that may be preloaded, `extensions` those there
// are.
[[nodiscard]] parameter_catalogue catalogue_of(const std::vector<engine_setting>& settings, int major,
                                               const std::vector<std::string>& libraries,
                                               const std::vector<std::string>& extensions);
[[nodiscard]] const parameter* find_parameter(const parameter_catalogue& in, std::string_view name);

// Throws the refusal that RDS has for a parameter that cannot be modified, or not to that value.
void check_parameter(const parameter& what, const std::string& value);

// What RDS sets for every instance of that major version, as parameters have it: formulas, too.
[[nodiscard]] fleet::name_values system_defaults(int major);

// What a server has told before, by its version; empty where it has not.
[[nodiscard]] std::vector<engine_setting> kept_settings(ground::state& db, const std::string& version);
void keep_settings(ground::state& db, const std::string& version, const std::vector<engine_setting>& told);

} // namespace cruddur::cloud::rds
