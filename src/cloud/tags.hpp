#pragma once

#include "cloud/operation.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cruddur::cloud {

using tag_list = std::vector<std::pair<std::string, std::string>>; // key and value

// The Key and Value pairs of that member, checked as AWS does: lengths, reserved and doubled keys, their
// number.
[[nodiscard]] tag_list read_tags(const parameters& input, std::string_view member);
// The tags of TagSpecifications, which must be for this type of resource.
[[nodiscard]] tag_list read_tag_specifications(const parameters& input, std::string_view resource_type);

void put_tags(state& db, const std::string& resource_id, const std::string& region, const tag_list& tags);
[[nodiscard]] tag_list tags_of(state& db, const std::string& resource_id);
// Adds them as EC2's tagSet.
void add_tag_set(const element& to, const tag_list& tags);

// The operations.
void create_tags(const call& in);
void delete_tags(const call& in);
void describe_tags(const call& in);

} // namespace cruddur::cloud
