#pragma once

#include "cloud/cognito/cognito_groups.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::cognito {

// A new RSA key of 2048 bits, as PEM. It takes a tenth of a second and more: on a worker.
[[nodiscard]] std::string generate_signing_key();
// Adds it to the pool's keys: it is in the key set at once, and signs from that time on. The keys before it
// stay, so that what they signed holds on. Returns its kid.
std::string insert_signing_key(state& db, const std::string& pool_id, const std::string& pem,
                               std::int64_t signs_from);
// Drops the keys that have not signed for longer than any token lives.
void drop_retired_keys(state& db, const std::string& pool_id, std::int64_t now);
// The pool's JWKS.
[[nodiscard]] boost::json::object key_set_of(state& db, const std::string& pool_id);

// https://cognito-idp.REGION.amazonaws.com/POOL: AWS's own, so that what verifies tokens does it as there.
[[nodiscard]] std::string issuer_of(const user_pool& pool);

// The scope by which an access token may call what is the user's own.
inline constexpr const char* user_scope = "aws.cognito.signin.user.admin";

// What a pre-token-generation function makes of a user's tokens. What identifies a token or its user stays.
struct claim_changes {
    boost::json::object added{}; // or in place of others
    std::vector<std::string> suppressed{};
};
struct token_changes {
    claim_changes id{};
    claim_changes access{};
    std::vector<std::string> scopes_added{};
    std::vector<std::string> scopes_suppressed{};
    std::optional<group_membership> groups{}; // in place of the user's own
};
// Runs the pool's function, where it has one. `source` says for what ("TokenGeneration_Authentication").
// Throws what run_trigger() throws.
boost::asio::awaitable<token_changes> run_pre_token_generation(const call& in, const user_pool& pool,
                                                               const pool_client& client,
                                                               const pool_user& user,
                                                               std::string_view source);

// A new sign-in of the user: AuthenticationResult with an access, an id and a refresh token. In a transaction
// of the caller's.
[[nodiscard]] boost::json::object issue_tokens(const call& in, const user_pool& pool,
                                               const pool_client& client, const pool_user& user,
                                               const token_changes& changes);
// Whose refresh token it is. Throws NotAuthorizedException for one that refreshes nothing.
[[nodiscard]] pool_user user_of_refresh_token(const call& in, const user_pool& pool,
                                              const pool_client& client, const std::string& token);
// AuthenticationResult with new access and id tokens. Throws as user_of_refresh_token() does.
[[nodiscard]] boost::json::object refresh_tokens(const call& in, const user_pool& pool,
                                                 const pool_client& client, const std::string& token,
                                                 const token_changes& changes);

// Whose access token it is, verified as AWS does. Throws NotAuthorizedException for one that is none, has
// expired, was revoked or lacks the scope.
struct token_bearer {
    user_pool pool;
    pool_user user;
    pool_client client;
};
[[nodiscard]] token_bearer bearer_of(const call& in, const std::string& token);

// Ends every sign-in of the user: refresh tokens are refused from now on, access tokens by this service.
void revoke_all(state& db, const pool_user& user);
// Ends the sign-in of that refresh token. It is not an error if there is none.
void revoke_one(state& db, const pool_client& client, const std::string& token);

} // namespace cruddur::cloud::cognito
