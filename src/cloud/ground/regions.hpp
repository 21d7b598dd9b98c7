#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cruddur::cloud::ground {

// A region of AWS's commercial partition, and the letters of its zones.
struct region {
    std::string_view name;
    std::string_view zones;
    bool is_opted_into = false; // in AWS an account has to ask for it; here it has
};

// Those that AWS had when this was written.
[[nodiscard]] std::span<const region> all_regions();
// The region of that name, also a newer one, which is told by the pattern of AWS's names; or nullptr. On any
// thread; what it returns stays.
[[nodiscard]] const region* find_region(std::string_view name);
// "use1-az1" for the first zone of us-east-1.
[[nodiscard]] std::string zone_id(std::string_view region, char zone);

} // namespace cruddur::cloud::ground
