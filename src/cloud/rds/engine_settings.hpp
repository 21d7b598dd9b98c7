#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cruddur::cloud::rds {

// A setting of PostgreSQL, as its own pg_settings tells of it.
struct engine_setting {
    std::string name;
    std::string context; // "postmaster": taken at a start alone
    std::string type;    // bool, integer, real, string, enum
    std::string unit;
    std::string min;
    std::string max;
    std::string choices; // of an enum, a comma between each two
    std::string value;   // where nothing is configured
    std::string description;
    std::string category;
};

// All that may be configured of that major version, of its preloadable libraries, too: asked of a server of
// it, which is made for that and lives a moment. Blocks; throws cluster::error.
[[nodiscard]] std::vector<engine_setting> read_engine_settings(int major,
                                                               const std::filesystem::path& engines);

} // namespace cruddur::cloud::rds
