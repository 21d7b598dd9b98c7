#pragma once

#include "cloud/cognito/cognito.hpp"

#include <string>
#include <string_view>

namespace cruddur::cloud::cognito {

// What puts messages into the mailbox, after the commit of what they tell: in the words of the pool's
// CustomMessage function, else in the pool's, else in AWS's. `source` says for what
// ("CustomMessage_SignUp"). Each throws what the function's run throws.

boost::asio::awaitable<void> deliver(const call& in, const user_pool& pool, const pool_user& user,
                                     const code_delivery& code, std::string_view source,
                                     const std::string& client_id);
// The invitation of an administrator's user: the name and the password that he may sign in with once.
boost::asio::awaitable<void> invite(const call& in, const user_pool& pool, const pool_user& user,
                                    const std::string& username, const std::string& password,
                                    const std::string& client_id);

} // namespace cruddur::cloud::cognito
