#pragma once

#include "cloud/cognito/cognito.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur::cloud::cognito {

// A user's authenticator: one-time codes of six digits by time (RFC 6238,
// SHA-1, steps of 30 seconds).
struct software_token {
    std::string secret{};    // Base32, as an authenticator takes it; "" until a code
                             // of it has been given
    std::string offered{};   // the one that no code has been given of yet
    bool is_enabled = false; // the user wants to be asked for it
    bool is_preferred = false;
    std::string name{};         // the user's word for the device
    std::int64_t last_step = 0; // of the newest code that was taken: no code is taken twice
};
// Empty where the user has none.
[[nodiscard]] software_token software_token_of(state& db, const pool_user& user);

// The code of a step: seconds of the Unix epoch / 30.
[[nodiscard]] std::string totp_code(std::string_view secret, std::int64_t step);
// The step of a code that is right now, one step early or one late; nullopt for
// a wrong one.
[[nodiscard]] std::optional<std::int64_t> totp_step_of(std::string_view secret, std::string_view code,
                                                       std::int64_t now_seconds);

// Whether the pool lets users have an authenticator, and whether it wants each
// of them to.
[[nodiscard]] bool offers_software_token(const user_pool& pool);
[[nodiscard]] bool requires_second_factor(const user_pool& pool);
// Whether the user is asked for a code of his authenticator when he signs in.
[[nodiscard]] bool is_asked_for_code(state& db, const user_pool& pool, const pool_user& user);
// The challenge to give a code, or to set an authenticator up. `source` says
// for what the tokens are that come after it.
[[nodiscard]] boost::json::object ask_for_code(const call& in, const pool_client& client,
                                               const pool_user& user, std::string_view source);
[[nodiscard]] boost::json::object ask_for_setup(const call& in, const pool_client& client,
                                                const pool_user& user, std::string_view source);
json_answer answer_software_token(const call& in, const user_pool& pool, const pool_client& client);
json_answer answer_setup(const call& in, const user_pool& pool, const pool_client& client);
// Adds what GetUser and AdminGetUser tell of second factors.
void describe_second_factors(state& db, const pool_user& user, boost::json::object& into);

} // namespace cruddur::cloud::cognito
