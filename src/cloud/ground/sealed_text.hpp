#pragma once

#include "cloud/ground/vault.hpp"

#include <string>
#include <string_view>

namespace cruddur::cloud::ground {

// A text sealed under a key of the vault (vault::new_key), as a stream of sealer. It opens with the same
// context alone.
[[nodiscard]] std::string seal_text(const vault& with, const std::string& wrapped_key,
                                    std::string_view context, std::string_view plain);
// Throws vault_error for what was altered, cut, sealed by another master key or in another context.
[[nodiscard]] std::string open_text(const vault& with, std::string_view context, std::string_view sealed);

} // namespace cruddur::cloud::ground
