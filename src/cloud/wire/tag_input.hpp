#pragma once

#include "cloud/ground/tags.hpp"
#include "cloud/wire/parameters.hpp"

#include <string_view>

namespace cruddur::cloud::wire {

// The Key and Value pairs of that member, checked as AWS does: lengths, reserved and doubled keys, their
// number. Throws refusal.
[[nodiscard]] ground::tag_list read_tags(const parameters& input, std::string_view member);

} // namespace cruddur::cloud::wire
