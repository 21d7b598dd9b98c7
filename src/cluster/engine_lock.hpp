#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace cruddur::cluster {

// A package of npm that holds PostgreSQL's server, as bin/update-engines has locked it: nothing else is ever
// unpacked.
struct engine_package {
    std::string_view machine; // as uname names it
    int major;
    int minor;
    std::int64_t bytes;         // of the package
    std::string_view path;      // below any registry of npm
    std::string_view integrity; // "sha512-…", in base64
};

// One a machine and major version, the oldest first.
[[nodiscard]] std::span<const engine_package> engine_packages();

} // namespace cruddur::cluster
