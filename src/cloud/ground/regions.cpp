#include "cloud/ground/regions.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace cruddur::cloud::ground {

namespace {

constexpr std::array regions = {
    region{"ap-northeast-1", "acd"},
    region{"ap-northeast-2", "abcd"},
    region{"ap-northeast-3", "abc"},
    region{"ap-south-1", "abc"},
    region{"ap-southeast-1", "abc"},
    region{"ap-southeast-2", "abc"},
    region{"ca-central-1", "abd"},
    region{"eu-central-1", "abc"},
    region{"eu-north-1", "abc"},
    region{"eu-west-1", "abc"},
    region{"eu-west-2", "abc"},
    region{"eu-west-3", "abc"},
    region{"sa-east-1", "abc"},
    region{"us-east-1", "abcdef"},
    region{"us-east-2", "abc"},
    region{"us-west-1", "ac"},
    region{"us-west-2", "abcd"},
    region{"af-south-1", "abc", true},
    region{"ap-east-1", "abc", true},
    region{"ap-east-2", "abc", true},
    region{"ap-south-2", "abc", true},
    region{"ap-southeast-3", "abc", true},
    region{"ap-southeast-4", "abc", true},
    region{"ap-southeast-5", "abc", true},
    region{"ap-southeast-6", "abc", true},
    region{"ap-southeast-7", "abc", true},
    region{"ca-west-1", "abc", true},
    region{"eu-central-2", "abc", true},
    region{"eu-south-1", "abc", true},
    region{"eu-south-2", "abc", true},
    region{"il-central-1", "abc", true},
    region{"me-central-1", "abc", true},
    region{"me-south-1", "abc", true},
    region{"mx-central-1", "abc", true},
};

// "eu-south-3": an area, a direction and a digit, as every name of the partition.
bool is_region_name(std::string_view name) {
    constexpr std::array<std::string_view, 9> areas = {"af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us"};
    constexpr std::array<std::string_view, 9> directions = {
        "north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"};
    if (name.size() < 6 || name[2] != '-' || name[name.size() - 2] != '-') return false;
    const std::string_view direction = name.substr(3, name.size() - 5);
    return std::ranges::find(areas, name.substr(0, 2)) != areas.end() &&
           std::ranges::find(directions, direction) != directions.end() && name.back() >= '1' &&
           name.back() <= '9';
}

// Those newer than the table, as they are asked for.
const region* newer_region(std::string_view name) {
    static std::mutex guard;
    static std::map<std::string, region, std::less<>> known;
    const std::lock_guard held{guard};
    if (const auto found = known.find(name); found != known.end()) return &found->second;
    const auto made = known.emplace(name, region{}).first;
    made->second = {made->first, "abc", true};
    return &made->second;
}

} // namespace

std::span<const region> all_regions() {
    return regions;
}

const region* find_region(std::string_view name) {
    const auto found = std::ranges::find(regions, name, &region::name);
    if (found != regions.end()) return &*found;
    return is_region_name(name) ? newer_region(name) : nullptr;
}

std::string zone_id(std::string_view region, char zone) {
    // "ap-northeast-1" is apne1: the place, the initials of the direction, the number.
    const std::size_t first = region.find('-');
    const std::size_t last = region.rfind('-');
    std::string_view direction = region.substr(first + 1, last - first - 1);
    std::string initials;
    for (const std::string_view word : {"north", "south", "east", "west", "central"}) {
        if (direction.starts_with(word)) {
            initials += word.front();
            direction.remove_prefix(word.size());
        }
    }
    const auto zones = find_region(region)->zones;
    return fmt::format("{}{}{}-az{}", region.substr(0, first), initials, region.substr(last + 1),
                       zones.find(zone) + 1);
}

} // namespace cruddur::cloud::ground
