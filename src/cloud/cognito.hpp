#pragma once

#include "cloud/json_protocol.hpp"
#include "cloud/state.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud {

// What Cognito's files share. Times are seconds of the Unix epoch.

struct user_pool {
    std::string id; // "us-east-1_Ab3dE6gH9"
    std::string region;
    std::string name;
    boost::json::object settings; // what it was made or updated with, as given
    std::int64_t created_at = 0;
    std::int64_t modified_at = 0;

    // The part of the id that passwords are hashed with.
    [[nodiscard]] std::string_view short_id() const { return std::string_view{id}.substr(id.find('_') + 1); }
    // Whether a list among the settings, such as AliasAttributes, has that text.
    [[nodiscard]] bool lists(std::string_view setting, std::string_view value) const;
    [[nodiscard]] bool is_case_sensitive() const;
    [[nodiscard]] std::string arn() const;
};

struct pool_client {
    std::string id;
    std::string pool_id;
    std::string name;
    std::optional<std::string> secret;
    boost::json::object settings;
    std::int64_t created_at = 0;
    std::int64_t modified_at = 0;

    [[nodiscard]] bool allows(std::string_view flow) const;
    [[nodiscard]] bool hides_users() const; // PreventUserExistenceErrors
};

struct pool_user {
    std::string pool_id;
    std::string username;
    std::string sub;
    std::string status; // UNCONFIRMED, CONFIRMED, FORCE_CHANGE_PASSWORD
    bool enabled = true;
    boost::json::object attributes; // texts, without sub
    std::string salt{};             // hexadecimal, of the verifier
    std::string verifier{};         // hexadecimal; "" while there is no password
    std::int64_t failures = 0;      // wrong passwords in a row
    std::int64_t locked_until = 0;
    bool owes_confirmation = false; // its post-confirmation function has not succeeded yet
    std::int64_t created_at = 0;
    std::int64_t modified_at = 0;

    [[nodiscard]] std::string attribute(std::string_view name) const;
};

[[nodiscard]] std::int64_t seconds_of(std::chrono::system_clock::time_point when);
// A refusal of the code NotAuthorizedException, and of InvalidParameterException.
[[nodiscard]] refusal not_authorized(std::string message);
[[nodiscard]] refusal invalid_parameter(std::string message);

// Each throws ResourceNotFoundException. A pool of another region is not there; a client is found in any
// region, because who signs up signs no request and so names none.
[[nodiscard]] user_pool find_pool(state& db, const std::string& id);
[[nodiscard]] user_pool find_pool(const json_call& in); // by UserPoolId
[[nodiscard]] pool_client find_client(state& db, const std::string& id);

// As names and addresses are compared where case does not count: ASCII's letters in lower case.
[[nodiscard]] std::string folded(std::string text);
// The user of that name, or of an alias that is his: a verified email address, or, once he is confirmed, his
// preferred_username.
[[nodiscard]] std::optional<pool_user> find_user(state& db, const user_pool& pool, const std::string& name);
// Throws UserNotFoundException.
[[nodiscard]] pool_user require_user(state& db, const user_pool& pool, const std::string& name);
[[nodiscard]] std::vector<pool_user> users_of(state& db, const std::string& pool_id);
// Throws UsernameExistsException.
void insert_user(state& db, const pool_user& user);
void update_user(state& db, const pool_user& user);
// Whether another user has that attribute as an alias of his own.
[[nodiscard]] bool is_alias_taken(state& db, const pool_user& by, std::string_view name,
                                  const std::string& value);

// Refuses a SECRET_HASH that is missing, wrong, or sent to a client without a secret.
void check_secret_hash(const pool_client& client, const std::string& username,
                       const std::optional<std::string>& given);
// Throws InvalidPasswordException.
void check_password_policy(const user_pool& pool, std::string_view password);
// A wrong password: from the fifth in a row on the user waits, twice as long each time, a quarter of an hour
// at the most.
void count_failure(const json_call& in, const pool_user& user);
[[nodiscard]] bool is_locked(const json_call& in, const pool_user& user);
void set_password(pool_user& user, const user_pool& pool, std::string_view password);
// The same on a worker: it takes a few milliseconds of computing.
boost::asio::awaitable<pool_user> with_password(const json_call& in, const user_pool& pool, pool_user user,
                                                std::string password);
// Merges UserAttributes into the user's, checked by the pool's schema. What only the service may set is
// refused unless it is the administrator who asks.
void merge_attributes(pool_user& user, const user_pool& pool, const boost::json::array* given,
                      bool is_administrator);
void check_required_attributes(const user_pool& pool, const pool_user& user);
[[nodiscard]] boost::json::array attribute_list(const pool_user& user);

// Codes that prove that an address is the user's. They live for a day, are stored hashed, and are dead after
// five wrong guesses; five an hour are sent.
enum class code_purpose { sign_up, password, attribute };
struct code_delivery {
    std::string to;
    std::string code;
};
// Stores a new one in place of the last. In a transaction of the caller's. Throws LimitExceededException.
[[nodiscard]] code_delivery new_code(const json_call& in, const pool_user& user, code_purpose purpose);
// Puts the code in the mailbox: after the commit.
void deliver(const json_call& in, const code_delivery& code, code_purpose purpose);
// Throws the refusal for a code that is wrong, expired or guessed at too often; a wrong guess is counted,
// durably. The code stays until drop_code().
void check_code(const json_call& in, const pool_user& user, code_purpose purpose, const std::string& code);
void drop_code(state& db, const pool_user& user, code_purpose purpose);
// CodeDeliveryDetails, the address veiled.
[[nodiscard]] boost::json::object delivery_details(std::string_view address);

// Invokes the pool's function for a trigger ("PreSignUp"), where it has one, with Cognito's event, and
// returns the event's response. Throws UserLambdaValidationException with the function's own message,
// UnexpectedLambdaException, or InvalidLambdaResponseException.
boost::asio::awaitable<boost::json::object> run_trigger(const json_call& in, const user_pool& pool,
                                                        std::string_view trigger, std::string_view source,
                                                        const pool_user& user, const std::string& client_id);
// The post-confirmation function, which the user owes until it has succeeded once.
boost::asio::awaitable<void> run_post_confirmation(const json_call& in, const user_pool& pool, pool_user user,
                                                   const std::string& client_id);

// The operations, by file.
using json_answer = boost::asio::awaitable<boost::json::object>;

json_answer create_user_pool(const json_call& in);
json_answer describe_user_pool(const json_call& in);
json_answer update_user_pool(const json_call& in);
json_answer list_user_pools(const json_call& in);
json_answer delete_user_pool(const json_call& in);

json_answer create_user_pool_client(const json_call& in);
json_answer describe_user_pool_client(const json_call& in);
json_answer update_user_pool_client(const json_call& in);
json_answer list_user_pool_clients(const json_call& in);
json_answer delete_user_pool_client(const json_call& in);

json_answer sign_up(const json_call& in);
json_answer confirm_sign_up(const json_call& in);
json_answer resend_confirmation_code(const json_call& in);
json_answer admin_confirm_sign_up(const json_call& in);

json_answer forgot_password(const json_call& in);
json_answer confirm_forgot_password(const json_call& in);
json_answer change_password(const json_call& in);
json_answer admin_set_user_password(const json_call& in);

json_answer initiate_auth(const json_call& in);
json_answer respond_to_auth_challenge(const json_call& in);
json_answer get_tokens_from_refresh_token(const json_call& in);
json_answer global_sign_out(const json_call& in);
json_answer revoke_token(const json_call& in);

json_answer get_user(const json_call& in);
json_answer update_user_attributes(const json_call& in);
json_answer verify_user_attribute(const json_call& in);
json_answer admin_get_user(const json_call& in);
json_answer admin_create_user(const json_call& in);
json_answer admin_delete_user(const json_call& in);
json_answer list_users(const json_call& in);

} // namespace cruddur::cloud
