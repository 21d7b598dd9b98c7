#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cruddur::cloud::ground {

// The account that everything belongs to: the one that local clouds use, so that no one takes it for a real
// one.
inline constexpr std::string_view account_id = "000000000000";

// That many random lower-case hexadecimal digits, from the system's generator.
[[nodiscard]] std::string random_hex(std::size_t digits);
// A resource's identifier as EC2 makes them: the prefix, a hyphen, and 17 hexadecimal digits.
[[nodiscard]] std::string resource_id(std::string_view prefix);
// Whether a text has the form of such an identifier: 17 digits, or the 8 of older ones. What has it may still
// name nothing.
[[nodiscard]] bool is_resource_id(std::string_view text, std::string_view prefix);
// A random UUID, as request ids are.
[[nodiscard]] std::string random_uuid();

} // namespace cruddur::cloud::ground
