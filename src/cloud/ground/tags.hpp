#pragma once

#include "cloud/ground/state.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::cloud::ground {

using tag_list = std::vector<std::pair<std::string, std::string>>; // key and value
inline constexpr std::size_t tags_max = 50;                        // of one resource

[[nodiscard]] service_migrations tag_migrations();

// The tags of resources, which EC2 knows by their ids, and RDS by their ARNs.
struct tagged {
    std::string resource_id;
    std::string key;
    std::string value;
};

// Throws refusal (TagLimitExceeded).
void put_tags(state& db, const std::string& resource_id, const std::string& region, const tag_list& tags);
[[nodiscard]] tag_list tags_of(state& db, const std::string& resource_id);
// All tags of the region's resources, in the order of their ids and keys.
[[nodiscard]] std::vector<tagged> tags_in(state& db, const std::string& region);
// Removes that tag, where it has that value if one is given.
void remove_tag(state& db, const std::string& resource_id, const std::string& key,
                const std::optional<std::string>& value = std::nullopt);
void remove_tags(state& db, const std::string& resource_id); // all of them

} // namespace cruddur::cloud::ground
