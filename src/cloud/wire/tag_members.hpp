#pragma once

#include "cloud/ground/tags.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace cruddur::cloud::wire {

// The Key and Value pairs of that member, checked as AWS does: lengths, reserved and doubled keys, their
// number. Throws refusal.
[[nodiscard]] ground::tag_list read_tags(const boost::json::object& input, std::string_view member);

// The same as answers have them.
[[nodiscard]] boost::json::array write_tags(const ground::tag_list& tags);

} // namespace cruddur::cloud::wire
