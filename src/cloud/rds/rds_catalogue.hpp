#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cruddur::cloud::rds {

// The engine versions that RDS for PostgreSQL offers, as AWS documents them.

// A major version of the engine, with the minor versions that RDS has had of it.
struct engine_family {
    int major;
    int first_minor;
    int last_minor;
};

[[nodiscard]] std::span<const engine_family> engine_families();
// "14.6" as it is, "14" with the newest minor; nullopt for what RDS has never had.
[[nodiscard]] std::optional<std::string> full_version(std::string_view asked);
[[nodiscard]] int major_of(std::string_view version);
[[nodiscard]] int minor_of(std::string_view version);                       // -1 for none
[[nodiscard]] std::string parameter_group_family(std::string_view version); // "postgres14"

} // namespace cruddur::cloud::rds
