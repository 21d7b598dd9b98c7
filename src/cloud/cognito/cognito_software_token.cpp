#include "cloud/cognito/cognito_software_token.hpp"

#include "cloud/cognito/cognito_auth.hpp"
#include "cloud/cognito/cognito_tokens.hpp"
#include "cloud/ground/crypto.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::string_view base32_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t shared_secret_size = 32; // 160 bits, as many as SHA-1 has
constexpr const char* factor = "SOFTWARE_TOKEN_MFA";

void store(state& db, const pool_user& user, const software_token& token) {
    db.run("insert or replace into pool_software_token (sub, secret, offered, "
           "enabled, preferred, name, "
           "last_step) values (?, ?, ?, ?, ?, ?, ?)",
           user.sub, token.secret, token.offered, token.is_enabled, token.is_preferred, token.name,
           token.last_step);
}

void check_offer(const user_pool& pool) {
    if (!offers_software_token(pool)) {
        throw refusal{"SoftwareTokenMFANotFoundException",
                      "Software Token MFA has not been enabled by the userPool"};
    }
}

// Who is in the middle of a sign-in, as long as the password that he gave is
// his.
pool_user user_of_session(const call& in, const user_pool& pool, const json::object& data) {
    pool_user out = require_user(in.db, pool, text_of(data, "username"));
    if (out.verifier != text_of(data, "verifier")) throw not_authorized("Invalid session for the user.");
    return out;
}

// Whose authenticator it is about: he who has an access token, or who is asked
// in a session to set one up.
struct token_owner {
    user_pool pool;
    pool_user user;
    std::optional<pool_client> client{}; // of the session
};

token_owner owner_of(const call& in) {
    const std::string access = text_of(in.input, "AccessToken");
    const std::string session = text_of(in.input, "Session");
    if (access.empty() == session.empty())
        throw invalid_parameter("Either an AccessToken or a Session is needed.");
    if (session.empty()) {
        token_bearer bearer = bearer_of(in, access);
        check_offer(bearer.pool);
        return {std::move(bearer.pool), std::move(bearer.user)};
    }
    pool_client client = client_of_session(in, "MFA_SETUP");
    user_pool pool = find_pool(in.db, client.pool_id);
    check_offer(pool);
    pool_user user = user_of_session(in, pool, read_session(in, client, "MFA_SETUP"));
    return {std::move(pool), std::move(user), std::move(client)};
}

// The owner's next session, where he came by one.
void renew_session(const call& in, const token_owner& owner, json::object& answer) {
    if (!owner.client) return;
    const json::object data = take_session(in, *owner.client, "MFA_SETUP");
    answer["Session"] = new_session(in, *owner.client, "MFA_SETUP", data);
}

// One factor's wish among a request's: SoftwareTokenMfaSettings.
json::object set_preference(const call& in, const user_pool& pool, const pool_user& user) {
    const json::object* given = find_object(in.input, "SoftwareTokenMfaSettings");
    if (given == nullptr) return {};
    software_token token = software_token_of(in.db, user);
    token.is_enabled = optional_boolean(*given, "Enabled").value_or(false);
    token.is_preferred = optional_boolean(*given, "PreferredMfa").value_or(false);
    if (token.is_enabled) {
        check_offer(pool);
        if (token.secret.empty()) throw invalid_parameter("User has not verified software token mfa");
    }
    if (token.is_preferred && !token.is_enabled)
        throw invalid_parameter("A factor that is not enabled cannot be the preferred one.");
    store(in.db, user, token);
    return {};
}

} // namespace

software_token software_token_of(state& db, const pool_user& user) {
    rows found = db.query("select secret, offered, enabled, preferred, name, last_step "
                          "from pool_software_token where sub = ?",
                          user.sub);
    if (!found.next()) return {};
    return {.secret = found.text(0),
            .offered = found.text(1),
            .is_enabled = found.integer(2) != 0,
            .is_preferred = found.integer(3) != 0,
            .name = found.text(4),
            .last_step = found.integer(5)};
}

bool is_asked_for_code(state& db, const user_pool& pool, const pool_user& user) {
    const std::string setting = text_of(pool.settings, "MfaConfiguration");
    if (setting != "ON" && setting != "OPTIONAL") return false;
    const software_token token = software_token_of(db, user);
    return !token.secret.empty() && (token.is_enabled || setting == "ON");
}

void describe_second_factors(state& db, const pool_user& user, json::object& into) {
    const software_token token = software_token_of(db, user);
    if (!token.is_enabled) return;
    into["UserMFASettingList"] = json::array{factor};
    if (token.is_preferred) into["PreferredMfaSetting"] = factor;
}

json::object ask_for_code(const call& in, const pool_client& client, const pool_user& user,
                          std::string_view source) {
    json::object parameters{{"USER_ID_FOR_SRP", user.username}};
    if (const std::string name = software_token_of(in.db, user).name; !name.empty())
        parameters["FRIENDLY_DEVICE_NAME"] = name;
    return ask(in, client, factor, std::move(parameters),
               {{"username", user.username}, {"verifier", user.verifier}, {"source", source}});
}

json::object ask_for_setup(const call& in, const pool_client& client, const pool_user& user,
                           std::string_view source) {
    json::object parameters{{"USER_ID_FOR_SRP", user.username},
                            {"MFAS_CAN_SETUP", json::serialize(json::array{factor})}};
    return ask(in, client, "MFA_SETUP", std::move(parameters),
               {{"username", user.username}, {"verifier", user.verifier}, {"source", source}});
}

// Until a code of the new one has been given, an old one that is in use stays.
json::object associate_software_token(const call& in) {
    const token_owner owner = owner_of(in);
    software_token token = software_token_of(in.db, owner.user);
    token.offered = ground::random_text(shared_secret_size, base32_letters);
    store(in.db, owner.user, token);
    json::object out{{"SecretCode", token.offered}};
    renew_session(in, owner, out);
    return out;
}

// A wrong code is counted, and that stays: this is no operation that a refusal
// undoes.
json_answer verify_software_token(const call& in) {
    const token_owner owner = owner_of(in);
    check_lock(in, owner.user);
    software_token token = software_token_of(in.db, owner.user);
    if (token.offered.empty()) {
        throw refusal{"SoftwareTokenMFANotFoundException",
                      "There is no software token to verify: associate one first."};
    }
    const auto step = totp_step_of(token.offered, text_of(in.input, "UserCode"), seconds_of(in.now));
    if (!step) {
        count_failure(in, owner.user);
        throw refusal{"EnableSoftwareTokenMFAException", "Code mismatch"};
    }
    token.secret = std::exchange(token.offered, {});
    token.name = text_of(in.input, "FriendlyDeviceName");
    token.last_step = *step;
    json::object out{{"Status", "SUCCESS"}};
    transaction whole{in.db};
    store(in.db, owner.user, token);
    renew_session(in, owner, out);
    whole.commit();
    co_return out;
}

json::object set_user_mfa_preference(const call& in) {
    const token_bearer bearer = bearer_of(in, text_of(in.input, "AccessToken"));
    return set_preference(in, bearer.pool, bearer.user);
}

json::object admin_set_user_mfa_preference(const call& in) {
    const auto [pool, user] = user_of(in);
    return set_preference(in, pool, user);
}

// The wrong code of a session leaves it, so that the user may try again until
// he is locked out.
json_answer answer_software_token(const call& in, const user_pool& pool, const pool_client& client) {
    const json::object* given = find_object(in.input, "ChallengeResponses");
    const std::string code = required(given, "SOFTWARE_TOKEN_MFA_CODE");
    check_secret_hash(client, required(given, "USERNAME"), optional_text(*given, "SECRET_HASH"));
    const json::object data = read_session(in, client, factor);
    pool_user user = user_of_session(in, pool, data);
    check_lock(in, user);
    software_token token = software_token_of(in.db, user);
    if (token.secret.empty()) throw not_authorized("Invalid session for the user.");
    const auto step = totp_step_of(token.secret, code, seconds_of(in.now));
    if (!step) {
        count_failure(in, user);
        throw refusal{"CodeMismatchException", "Invalid code received for user"};
    }
    if (*step <= token.last_step)
        throw refusal{"ExpiredCodeException", "Your software token has already been used once."};
    static_cast<void>(take_session(in, client, factor));
    token.last_step = *step;
    store(in.db, user, token);
    co_return co_await let_in(in, pool, client, std::move(user), text_of(data, "source"));
}

// The authenticator has been verified in the session: nothing else is asked
// for.
json_answer answer_setup(const call& in, const user_pool& pool, const pool_client& client) {
    const json::object* given = find_object(in.input, "ChallengeResponses");
    check_secret_hash(client, required(given, "USERNAME"), optional_text(*given, "SECRET_HASH"));
    const json::object data = take_session(in, client, "MFA_SETUP");
    pool_user user = user_of_session(in, pool, data);
    if (!is_asked_for_code(in.db, pool, user))
        throw invalid_parameter("The software token has not been verified: "
                                "VerifySoftwareToken comes first.");
    co_return co_await let_in(in, pool, client, std::move(user), text_of(data, "source"));
}

} // namespace cruddur::cloud::cognito
