#pragma once

#include "cli/user_pool.hpp"

#include <string>

namespace cruddur::cli {

// The user pool and the app client that the page signs people up and in by, in local AWS at this endpoint:
// found by their names, or made as deploy/cruddur.yaml has them. What somebody changed about them stays.
// Throws std::runtime_error, for the operator's terminal.
[[nodiscard]] user_pool_choice ensure_local_sign_up(const std::string& endpoint);

} // namespace cruddur::cli
