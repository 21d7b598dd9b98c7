#pragma once

#include "cloud/cognito/cognito.hpp"

#include <string>
#include <string_view>

namespace cruddur::cloud::cognito {

// For what a trigger's function runs. It has a name of its own in every co_await: GCC 12 copies a temporary
// aggregate there byte by byte (its bug 99576).
struct occasion {
    std::string_view source;        // "PreSignUp_SignUp"
    boost::json::object request{};  // beside the user's attributes and what the caller sends along
    boost::json::object response{}; // as the function finds it
    std::string_view version = "1";
};
inline const std::string no_client = "CLIENT_ID_NOT_APPLICABLE"; // where an administrator asks

// Whether the pool has a function for that trigger ("PreSignUp").
[[nodiscard]] bool has_trigger(const user_pool& pool, std::string_view trigger);
// Invokes the pool's function, where it has one, with Cognito's event, and returns the event's response. A
// user without a sub is one who is not there. Throws UserLambdaValidationException with the function's own
// message, UnexpectedLambdaException, or InvalidLambdaResponseException.
json_answer run_trigger(const call& in, const user_pool& pool, occasion on, const pool_user& user,
                        const std::string& client_id);
// An answer of a function that is not what its trigger asks for.
[[nodiscard]] refusal unrecognizable();

// What a pre-sign-up function runs for, and the answer that it finds.
[[nodiscard]] occasion pre_sign_up(std::string_view source);
// The post-confirmation function, which the user owes until it has succeeded once.
boost::asio::awaitable<void> run_post_confirmation(const call& in, const user_pool& pool, pool_user user,
                                                   const std::string& client_id);

} // namespace cruddur::cloud::cognito
