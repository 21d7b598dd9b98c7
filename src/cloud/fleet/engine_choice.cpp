#include "cloud/fleet/engine_choice.hpp"

#include "cluster/engine_store.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::fleet {

std::vector<int> engine_choice::installed() const {
    std::vector<int> out;
    for (const auto& one : cluster::find_installations(store))
        if (out.empty() || out.back() != one.major) out.push_back(one.major);
    std::ranges::reverse(out);
    return out;
}

std::string engine_choice::installed_version(int major) const {
    const auto all = cluster::find_installations(store);
    const auto found = std::ranges::find(all, major, &cluster::installation::major);
    return found == all.end() ? "" : found->number();
}

std::optional<int> engine_choice::serving_major(int asked) const {
    const auto there = installed();
    if (std::ranges::find(there, asked) != there.end()) return asked;
    if (there.empty() || !allow_substitute) return std::nullopt;
    return there.back();
}

bool engine_choice::has_ldap(int major) const {
    return cluster::has_ldap(major, store);
}

std::string engine_choice::bringing(int major) const {
    if (auto lacks = cluster::why_not_served(major, store); !lacks.empty()) return lacks;
    if (cluster::find_package(major) == nullptr)
        return fmt::format("There is no package of PostgreSQL {} for this machine.", major);
    return fmt::format("`{} engines add {}` brings it.", command, major);
}

} // namespace cruddur::cloud::fleet
