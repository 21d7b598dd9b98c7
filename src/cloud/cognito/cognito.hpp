#pragma once

#include "cloud/ground/state.hpp"
#include "cloud/wire/input.hpp"
#include "cloud/wire/operation.hpp"
#include "cloud/wire/web.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::cognito {

using json_answer = boost::asio::awaitable<boost::json::object>;

using ground::refusal;
using ground::rows;
using ground::state;
using ground::transaction;
using wire::call;
using wire::find_list;
using wire::find_object;
using wire::member_limit;
using wire::operation;
using wire::optional_boolean;
using wire::optional_integer;
using wire::optional_text;
using wire::served_structure;
using wire::text_of;
using wire::text_pattern;
using wire::web_call;
using wire::web_route;

[[nodiscard]] const wire::service& cognito_service();
[[nodiscard]] std::span<const web_route> cognito_web_routes(); // the pools' keys, and what is local alone

[[nodiscard]] ground::service_migrations cognito_migrations();

// What Cognito's files share. Times are seconds of the Unix epoch; answers have milliseconds.
inline constexpr std::int64_t ms_per_second = 1'000;

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
    // A name of a user, or an alias, as the pool compares and keeps it: ASCII's letters are in lower case,
    // unless the pool is case-sensitive. Whatever takes a name folds it here.
    [[nodiscard]] std::string folded(std::string text) const;
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
    std::string status; // UNCONFIRMED, CONFIRMED, FORCE_CHANGE_PASSWORD, RESET_REQUIRED
    bool enabled = true;
    boost::json::object attributes; // texts, without sub
    std::string salt{};             // hexadecimal, of the verifier
    std::string verifier{};         // hexadecimal; "" while there is no password
    std::int64_t failures = 0;      // wrong passwords in a row
    std::int64_t locked_until = 0;
    bool owes_confirmation = false; // its post-confirmation function has not succeeded yet
    std::int64_t created_at = 0;
    std::int64_t password_at = 0; // when the password was set
    std::int64_t modified_at = 0;
    std::int64_t row = 0; // his place in listings

    [[nodiscard]] std::string attribute(std::string_view name) const;
};

[[nodiscard]] std::int64_t seconds_of(std::chrono::system_clock::time_point when);
[[nodiscard]] bool contains(const boost::json::array& texts, std::string_view wanted);
[[nodiscard]] boost::json::array array_of(const std::vector<std::string>& texts);
// A refusal of the code NotAuthorizedException, and of InvalidParameterException.
[[nodiscard]] refusal not_authorized(std::string message);
[[nodiscard]] refusal invalid_parameter(std::string message);

// A listing's token for the page behind that key, and the key of the token that a request gives, "" where it
// gives none. Throws InvalidParameterException for a text that is no such token.
[[nodiscard]] std::string page_token(std::string_view key);
[[nodiscard]] std::string read_page_token(const call& in, std::string_view member);

// Each throws ResourceNotFoundException. A pool of another region is not there; a client is found in any
// region, because who signs up signs no request and so names none.
[[nodiscard]] user_pool find_pool(state& db, const std::string& id);
[[nodiscard]] user_pool find_pool(const call& in); // by UserPoolId
[[nodiscard]] pool_client find_client(state& db, const std::string& id);
[[nodiscard]] pool_client find_client(const call& in,
                                      const user_pool& pool); // by ClientId, of that pool

// The user of that name, or of an alias that is his: an address or a phone number, verified unless it is the
// user name itself, or, once he is confirmed, his preferred_username.
[[nodiscard]] std::optional<pool_user> find_user(state& db, const user_pool& pool, const std::string& name);
// Throws UserNotFoundException.
[[nodiscard]] pool_user require_user(state& db, const user_pool& pool, const std::string& name);
// Whom an administrator names, by UserPoolId and Username. Throws as find_pool() and require_user() do.
struct named_user {
    user_pool pool;
    pool_user user;
};
[[nodiscard]] named_user user_of(const call& in);
// By which client a stranger asks: ClientId, of whichever pool.
struct asking_client {
    pool_client client;
    user_pool pool;
};
[[nodiscard]] asking_client client_of(const call& in);
// The user as he is by now. Throws UserNotFoundException.
[[nodiscard]] pool_user reread_user(state& db, const pool_user& known);
// Throws UsernameExistsException, and ResourceNotFoundException for a pool that has gone.
void insert_user(state& db, const user_pool& pool, const pool_user& user);
// Changes a user as he is now: reads him again, lets `change` set what it changes, and stores him, in one
// transaction, which holds what `change` itself writes, too. What was read of him before a wait may no longer
// be so; there is no other way to store him. Returns him. Throws UserNotFoundException if he has gone.
pool_user change_user(state& db, const pool_user& known, const std::function<void(pool_user&)>& change);
// Whether another user answers to that attribute of the user's as his name or alias.
[[nodiscard]] bool is_alias_taken(state& db, const user_pool& pool, const pool_user& by,
                                  std::string_view name);
// The pool's users in the order in which they came, from the one after that row on.
[[nodiscard]] std::vector<pool_user> users_after(state& db, const std::string& pool_id, std::int64_t row);
// The same of those who are in the group, `count` at the most.
[[nodiscard]] std::vector<pool_user> users_in_group(state& db, const std::string& pool_id,
                                                    const std::string& group, std::int64_t row,
                                                    std::int64_t count);
// Takes the alias from whoever else has it: there it is no longer verified.
void take_alias(state& db, const user_pool& pool, const pool_user& by, std::string_view name);

// Refuses a SECRET_HASH that is missing, wrong, or sent to a client without a secret.
void check_secret_hash(const pool_client& client, const std::string& username,
                       const std::optional<std::string>& given);
// Throws InvalidPasswordException.
void check_password_policy(const user_pool& pool, std::string_view password);
// A wrong password: from the fifth in a row on the user waits, twice as long each time, a quarter of an hour
// at the most.
void count_failure(const call& in, const pool_user& user);
[[nodiscard]] bool is_locked(const call& in, const pool_user& user);
// What a password is known by: computed on a worker, for it takes a few milliseconds, and then set on the
// user as he is by that time.
struct password_proof {
    std::string salt;
    std::string verifier;
};
boost::asio::awaitable<password_proof> prove_password(const call& in, const user_pool& pool,
                                                      const pool_user& user, const std::string& password);
void set_password(const call& in, pool_user& user, const password_proof& proof);
// Merges attributes, as requests have them, into the user's, checked by the pool's schema. A client, which is
// null where an administrator asks, sets what its WriteAttributes allow; what cannot be changed is set only
// while the user is new.
void merge_attributes(pool_user& user, const user_pool& pool, const boost::json::array* given,
                      const pool_client* client, bool is_new);
// The names of the attributes that the pool requires and the user does not have.
[[nodiscard]] std::vector<std::string> missing_attributes(const user_pool& pool, const pool_user& user);
// A new user of that name and those attributes, set by a client or, where it is null, by an administrator.
// Where addresses are the user names, his own is his sub, and what was given an attribute.
[[nodiscard]] pool_user new_user(const call& in, const user_pool& pool, const std::string& username,
                                 const boost::json::array* attributes, const pool_client* client);
// Makes an address or phone number that is known to be verified the user's alias at once: takes it from
// whoever has it where `forced`, else throws AliasExistsException with that message, in which {} is the
// attribute's name. In a transaction of the caller's.
void claim_aliases(const call& in, const user_pool& pool, const pool_user& user, bool forced,
                   std::string_view message);
void check_required_attributes(const user_pool& pool, const pool_user& user);
// Whether a client may read that attribute, by its ReadAttributes.
[[nodiscard]] bool is_readable(const pool_client& client, std::string_view name);
[[nodiscard]] bool is_email(std::string_view text);
[[nodiscard]] bool is_phone_number(std::string_view text);

// A user as answers have him, his attributes under that name: those that are wanted.
[[nodiscard]] boost::json::object describe_user(
    const pool_user& user, const char* attributes,
    const std::function<bool(std::string_view)>& wanted = [](std::string_view) { return true; });

// Codes that prove that an address is the user's. They live for a day, are
// stored hashed, and are dead after five wrong guesses; five an hour are sent,
// and more of those by which one signs in.
enum class code_purpose { sign_up, password, attribute, sign_in };
struct code_delivery {
    std::string to;
    std::string code;
};
// Stores a new one in place of the last. In a transaction of the caller's. Throws LimitExceededException.
[[nodiscard]] code_delivery new_code(const call& in, const pool_user& user, code_purpose purpose);
// Throws the refusal for a code that is wrong, expired or guessed at too often; a wrong guess is counted,
// durably. The code stays until drop_code().
void check_code(const call& in, const pool_user& user, code_purpose purpose, const std::string& code);
void drop_code(state& db, const pool_user& user, code_purpose purpose);
// CodeDeliveryDetails, the address veiled.
[[nodiscard]] boost::json::object delivery_details(std::string_view address);

// The operations, by file.

json_answer create_user_pool(const call& in);
boost::json::object describe_user_pool(const call& in);
boost::json::object get_user_pool_mfa_config(const call& in);
boost::json::object update_user_pool(const call& in);
boost::json::object list_user_pools(const call& in);
boost::json::object delete_user_pool(const call& in);
boost::json::object add_custom_attributes(const call& in);

boost::json::object create_user_pool_client(const call& in);
boost::json::object describe_user_pool_client(const call& in);
boost::json::object update_user_pool_client(const call& in);
boost::json::object list_user_pool_clients(const call& in);
boost::json::object delete_user_pool_client(const call& in);

json_answer sign_up(const call& in);
json_answer confirm_sign_up(const call& in);
json_answer resend_confirmation_code(const call& in);
json_answer admin_confirm_sign_up(const call& in);

json_answer forgot_password(const call& in);
json_answer confirm_forgot_password(const call& in);
json_answer change_password(const call& in);
json_answer admin_set_user_password(const call& in);
json_answer admin_reset_user_password(const call& in);

json_answer initiate_auth(const call& in);
json_answer respond_to_auth_challenge(const call& in);
json_answer admin_initiate_auth(const call& in);
json_answer admin_respond_to_auth_challenge(const call& in);
json_answer get_tokens_from_refresh_token(const call& in);
boost::json::object global_sign_out(const call& in);
boost::json::object revoke_token(const call& in);
boost::json::object admin_user_global_sign_out(const call& in);

boost::json::object get_user(const call& in);
json_answer update_user_attributes(const call& in);
json_answer verify_user_attribute(const call& in);
json_answer get_user_attribute_verification_code(const call& in);
boost::json::object admin_get_user(const call& in);
json_answer admin_create_user(const call& in);
boost::json::object admin_delete_user(const call& in);
json_answer admin_update_user_attributes(const call& in);
json_answer admin_delete_user_attributes(const call& in);
json_answer delete_user_attributes(const call& in);
boost::json::object delete_user(const call& in);
json_answer admin_enable_user(const call& in);
json_answer admin_disable_user(const call& in);
boost::json::object list_users(const call& in);

boost::json::object set_user_pool_mfa_config(const call& in);
boost::json::object associate_software_token(const call& in);
json_answer verify_software_token(const call& in);
boost::json::object set_user_mfa_preference(const call& in);
boost::json::object admin_set_user_mfa_preference(const call& in);

boost::json::object create_group(const call& in);
boost::json::object get_group(const call& in);
boost::json::object update_group(const call& in);
boost::json::object delete_group(const call& in);
boost::json::object list_groups(const call& in);
boost::json::object admin_list_groups_for_user(const call& in);
boost::json::object admin_add_user_to_group(const call& in);
boost::json::object admin_remove_user_from_group(const call& in);
boost::json::object list_users_in_group(const call& in);

} // namespace cruddur::cloud::cognito
