#pragma once

#include "cloud/cognito/cognito.hpp"

#include <optional>
#include <string>

namespace cruddur::cloud::cognito {

// Asks the pool's UserMigration function about a name that the pool does not know, and the password that was
// given with it, or none where a forgotten one is to be replaced. Returns the user that it made of the
// answer. Throws UserNotFoundException where the function knows of none, and what run_trigger() throws.
boost::asio::awaitable<pool_user> migrate_user(const call& in, const user_pool& pool,
                                               const pool_client& client, const std::string& username,
                                               const std::optional<std::string>& password);

} // namespace cruddur::cloud::cognito
