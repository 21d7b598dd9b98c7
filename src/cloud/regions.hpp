#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cruddur::cloud {

// A region that every account has without asking, and the letters of its zones.
struct region {
    std::string_view name;
    std::string_view zones;
};

[[nodiscard]] std::span<const region> all_regions();
// The region of that name, or nullptr.
[[nodiscard]] const region* find_region(std::string_view name);
// "use1-az1" for the first zone of us-east-1.
[[nodiscard]] std::string zone_id(std::string_view region, char zone);

} // namespace cruddur::cloud
