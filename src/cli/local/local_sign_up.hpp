#pragma once

#include "cli/local/local_aws.hpp"
#include "cli/local/user_pool.hpp"

namespace cruddur::cli::local {

// The user pool and the app client that the page signs people up and in by, in local AWS: found by their
// names, or made as deploy/cruddur.yaml has them. What somebody changed about them stays. Throws
// std::runtime_error, for the operator's terminal.
[[nodiscard]] user_pool_choice ensure_local_sign_up(const local_aws& in);

} // namespace cruddur::cli::local
