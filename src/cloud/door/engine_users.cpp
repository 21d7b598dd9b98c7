#include "cloud/door/engine_users.hpp"

#include "cloud/fleet/engine_users.hpp"

namespace cruddur::cloud::door {

std::vector<std::string> engine_users(const std::filesystem::path& folder, int major) {
    return fleet::engine_users(folder, major);
}

std::filesystem::path engine_store(const std::filesystem::path& folder) {
    return folder / "engines";
}

} // namespace cruddur::cloud::door
