#pragma once

#include "cloud/cognito/cognito.hpp"

#include <string>
#include <vector>

namespace cruddur::cloud::cognito {

// What a user's groups come to in his tokens. The lowest precedence comes first, and none last.
struct group_membership {
    std::vector<std::string> names;
    std::vector<std::string> roles; // their roles' ARNs, each once
    std::string preferred_role;     // of the lowest precedence; "" where two of that precedence differ
};
[[nodiscard]] group_membership groups_of(state& db, const pool_user& user);

} // namespace cruddur::cloud::cognito
