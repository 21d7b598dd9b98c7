#include "cloud/regions.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud {

namespace {

constexpr std::array regions = {
    region{"ap-northeast-1", "acd"}, region{"ap-northeast-2", "abcd"}, region{"ap-northeast-3", "abc"},
    region{"ap-south-1", "abc"},     region{"ap-southeast-1", "abc"},  region{"ap-southeast-2", "abc"},
    region{"ca-central-1", "abd"},   region{"eu-central-1", "abc"},    region{"eu-north-1", "abc"},
    region{"eu-west-1", "abc"},      region{"eu-west-2", "abc"},       region{"eu-west-3", "abc"},
    region{"sa-east-1", "abc"},      region{"us-east-1", "abcdef"},    region{"us-east-2", "abc"},
    region{"us-west-1", "ac"},       region{"us-west-2", "abcd"},
};

} // namespace

std::span<const region> all_regions() {
    return regions;
}

const region* find_region(std::string_view name) {
    const auto found = std::ranges::find(regions, name, &region::name);
    return found == regions.end() ? nullptr : &*found;
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

} // namespace cruddur::cloud
