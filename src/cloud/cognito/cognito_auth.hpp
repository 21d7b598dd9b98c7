#pragma once

#include "cloud/cognito/cognito.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cruddur::cloud::cognito {

// What the files of sign-in share. Each answer is what InitiateAuth and RespondToAuthChallenge answer:
// tokens, or the next challenge.

// A parameter or response that a step cannot do without. Throws InvalidParameterException.
[[nodiscard]] std::string required(const boost::json::object* parameters, std::string_view name);
[[nodiscard]] refusal wrong_password();

// Who says that he is a user: the name that he gave, and the user of that name, if there is one.
struct claimant {
    std::string name;
    std::optional<pool_user> user;
};
// By USERNAME and SECRET_HASH. Throws NotAuthorizedException for a wrong hash.
[[nodiscard]] claimant claimant_of(const call& in, const user_pool& pool, const pool_client& client,
                                   const boost::json::object* given);
// Refuses one who is not there, unless the client hides who is.
void check_existence(const pool_client& client, const claimant& by);
void check_lock(const call& in, const pool_user& user);
// The user as he is by now, if the password that was proved is still his and he may come in.
[[nodiscard]] pool_user admitted(const call& in, const pool_user& proved);

// A challenge's session: what the service must remember until it is answered.
[[nodiscard]] std::string new_session(const call& in, const pool_client& client, std::string_view challenge,
                                      const boost::json::object& data);
// What it remembers. Throws NotAuthorizedException for a session that is none, has expired, or is another
// challenge's.
[[nodiscard]] boost::json::object read_session(const call& in, const pool_client& client,
                                               std::string_view challenge);
// The same; the session is gone then.
[[nodiscard]] boost::json::object take_session(const call& in, const pool_client& client,
                                               std::string_view challenge);
// Whose session it is. Throws likewise.
[[nodiscard]] pool_client client_of_session(const call& in, std::string_view challenge);
// A challenge, its session new.
[[nodiscard]] boost::json::object ask(const call& in, const pool_client& client, std::string_view challenge,
                                      boost::json::object parameters, const boost::json::object& data);

// Steps of a sign-in.
json_answer by_password(const call& in, const user_pool& pool, const pool_client& client,
                        const boost::json::object* given, claimant by);
// `remembered` goes into the challenge's session beside its own.
json_answer by_srp(const call& in, const user_pool& pool, const pool_client& client,
                   const boost::json::object* given, claimant by, boost::json::object remembered = {});
json_answer verify_password(const call& in, const user_pool& pool, const pool_client& client);
json_answer set_new_password(const call& in, const user_pool& pool, const pool_client& client);
json_answer by_choice(const call& in, const user_pool& pool, const pool_client& client, claimant by);
json_answer answer_email_code(const call& in, const user_pool& pool, const pool_client& client);
json_answer answer_choice(const call& in, const user_pool& pool, const pool_client& client);
json_answer begin_custom(const call& in, const user_pool& pool, const pool_client& client, claimant by);
json_answer answer_custom(const call& in, const user_pool& pool, const pool_client& client);
// After a step of custom authentication: the functions say what is next. `history` is what was challenged,
// and how it was answered.
json_answer continue_custom(const call& in, const user_pool& pool, const pool_client& client, claimant by,
                            boost::json::array history);

// The password was right: what stands between the user and his tokens. `source`
// as of let_in().
json_answer finish(const call& in, const user_pool& pool, const pool_client& client, pool_user proved,
                   std::string_view source = "TokenGeneration_Authentication");
// Nothing stands there any more. `source` says for what the tokens are ("TokenGeneration_Authentication").
json_answer let_in(const call& in, const user_pool& pool, const pool_client& client, pool_user proved,
                   std::string_view source);

} // namespace cruddur::cloud::cognito
