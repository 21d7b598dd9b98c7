#include "cloud/cognito/cognito.hpp"
#include "cloud/cognito/cognito_srp.hpp"
#include "cloud/cognito/cognito_tokens.hpp"
#include "cloud/ground/crypto.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::int64_t session_minutes = 3;
constexpr std::int64_t temporary_days = 7;
constexpr std::int64_t day_seconds = 86'400;
constexpr std::string_view attribute_response = "userAttributes.";
constexpr std::size_t session_bytes = 64;
constexpr std::size_t secret_block_bytes = 96;

refusal wrong_password() {
    return not_authorized("Incorrect username or password.");
}

std::string required(const json::object* parameters, std::string_view name) {
    std::string out = parameters == nullptr ? "" : text_of(*parameters, name);
    if (out.empty()) throw invalid_parameter(fmt::format("Missing required parameter {}", name));
    return out;
}

std::optional<pool_user> find_to_sign_in(const call& in, const user_pool& pool, const pool_client& client,
                                         const std::string& name) {
    auto user = find_user(in.db, pool, name);
    if (!user && !client.hides_users()) throw refusal{"UserNotFoundException", "User does not exist."};
    return user;
}

void check_lock(const call& in, const pool_user& user) {
    if (is_locked(in, user)) throw not_authorized("Password attempts exceeded");
}

// A challenge's session: what the service must remember until it is answered. It works once.
std::string new_session(const call& in, const pool_client& client, std::string_view challenge,
                        const json::object& data) {
    std::string session = ground::to_base64url(ground::random_bytes(session_bytes));
    const std::int64_t now = seconds_of(in.now);
    const std::int64_t minutes =
        optional_integer(client.settings, "AuthSessionValidity").value_or(session_minutes);
    static_cast<void>(find_client(in.db, client.id)); // it may have gone meanwhile
    in.db.run("delete from pool_session where expires_at <= ?", now);
    in.db.run(
        "insert into pool_session (hash, client_id, challenge, data, expires_at) values (?, ?, ?, ?, ?)",
        ground::to_hex(ground::sha256(session)), client.id, challenge, json::serialize(data),
        now + minutes * 60);
    return session;
}

json::object take_session(const call& in, const pool_client& client, std::string_view challenge,
                          const std::string& session) {
    const std::string hash = ground::to_hex(ground::sha256(session));
    json::object out;
    {
        rows found = in.db.query("select data, expires_at from pool_session "
                                 "where hash = ? and client_id = ? and challenge = ?",
                                 hash, client.id, challenge);
        if (!found.next()) throw not_authorized("Invalid session for the user.");
        if (found.integer(1) <= seconds_of(in.now))
            throw not_authorized("Invalid session for the user, session is expired.");
        out = json::parse(found.text(0)).get_object();
    }
    in.db.run("delete from pool_session where hash = ?", hash);
    return out;
}

// The user as he is by now, if the password that was proved is still his and lets him in.
pool_user admitted(const call& in, const pool_user& proved) {
    pool_user user = reread_user(in.db, proved);
    if (user.verifier != proved.verifier) throw wrong_password();
    if (!user.enabled) throw not_authorized("User is disabled.");
    if (user.status == "UNCONFIRMED") throw refusal{"UserNotConfirmedException", "User is not confirmed."};
    return user;
}

void check_temporary_password(const call& in, const user_pool& pool, const pool_user& user) {
    std::int64_t days = 0;
    if (const json::object* administration = find_object(pool.settings, "AdminCreateUserConfig"))
        days = optional_integer(*administration, "UnusedAccountValidityDays").value_or(0);
    if (const json::object* policies = find_object(pool.settings, "Policies")) {
        if (const json::object* policy = find_object(*policies, "PasswordPolicy"))
            days = optional_integer(*policy, "TemporaryPasswordValidityDays").value_or(days);
    }
    if (days == 0) days = temporary_days;
    if (user.password_at + days * day_seconds <= seconds_of(in.now))
        throw not_authorized("Temporary password has expired and must be reset by an administrator.");
}

json::object ask_for_new_password(const call& in, const user_pool& pool, const pool_client& client,
                                  const pool_user& user) {
    json::array required;
    for (const std::string& each : missing_attributes(pool, user))
        required.emplace_back(fmt::format("{}{}", attribute_response, each));
    json::object readable;
    for (const auto& [name, value] : user.attributes) {
        if (is_readable(client, name)) readable[name] = value;
    }
    json::object parameters{{"USER_ID_FOR_SRP", user.username},
                            {"requiredAttributes", json::serialize(required)},
                            {"userAttributes", json::serialize(readable)}};
    const std::string session =
        new_session(in, client, "NEW_PASSWORD_REQUIRED", {{"username", user.username}, {"salt", user.salt}});
    return {{"ChallengeName", "NEW_PASSWORD_REQUIRED"},
            {"Session", session},
            {"ChallengeParameters", std::move(parameters)}};
}

// The password was right: what stands between the user and his tokens.
json_answer finish(const call& in, const user_pool& pool, const pool_client& client, pool_user proved) {
    const pool_user user = admitted(in, proved);
    if (user.failures != 0) {
        in.db.run("update pool_user set failures = 0, locked_until = 0 where sub = ?", user.sub);
    }
    if (user.status == "FORCE_CHANGE_PASSWORD") {
        check_temporary_password(in, pool, user);
        co_return ask_for_new_password(in, pool, client, user);
    }
    co_await run_trigger(in, pool, "PostAuthentication", "PostAuthentication_Authentication", user,
                         client.id);
    transaction whole{in.db};
    json::object result = issue_tokens(in, pool, find_client(in.db, client.id), admitted(in, proved));
    whole.commit();
    co_return json::object{{"ChallengeParameters", json::object{}},
                           {"AuthenticationResult", std::move(result)}};
}

json_answer by_password(const call& in, const user_pool& pool, const pool_client& client,
                        const json::object* given) {
    const std::string name = required(given, "USERNAME");
    const std::string password = required(given, "PASSWORD");
    check_secret_hash(client, name, optional_text(*given, "SECRET_HASH"));
    const auto user = find_to_sign_in(in, pool, client, name);
    if (user) check_lock(in, *user);
    // Someone who is not there costs as much as someone who is.
    const std::string salt =
        user && !user->salt.empty() ? user->salt : ground::to_hex(ground::sha256(name)).substr(0, 32);
    const std::string username = user ? user->username : name;
    const std::string verifier = co_await wire::offload(
        in.env, [&] { return srp_verifier(salt, pool.short_id(), username, password); });
    if (!user || user->verifier.empty()) throw wrong_password();
    if (!ground::equals_secret(verifier, user->verifier)) {
        count_failure(in, *user);
        throw wrong_password();
    }
    co_return co_await finish(in, pool, client, *user);
}

json_answer by_srp(const call& in, const user_pool& pool, const pool_client& client,
                   const json::object* given) {
    const std::string name = required(given, "USERNAME");
    const std::string a = required(given, "SRP_A");
    check_secret_hash(client, name, optional_text(*given, "SECRET_HASH"));
    auto user = find_to_sign_in(in, pool, client, name);
    if (user) check_lock(in, *user);
    const bool exists = user && !user->verifier.empty();
    // Someone who is not there has a salt all the same, and the same one each time.
    const std::string salt =
        exists ? user->salt
               : ground::to_hex(ground::hmac_sha256(pool.id + std::to_string(pool.created_at), name))
                     .substr(0, 32);
    const std::string username = user ? user->username : name;
    std::string verifier = exists ? user->verifier : "";
    if (!exists) {
        verifier = co_await wire::offload(in.env, [&] {
            return srp_verifier(salt, pool.short_id(), username, ground::to_hex(ground::random_bytes(32)));
        });
    }
    const srp_challenge challenge = co_await wire::offload(in.env, [&] { return srp_begin(verifier); });
    if (!srp_key(verifier, challenge, a)) throw invalid_parameter("SRP_A is not a valid value.");
    const std::string secret_block = ground::to_base64(ground::random_bytes(secret_block_bytes));
    json::object data{{"username", username},
                      {"exists", exists},
                      {"a", a},
                      {"b", challenge.secret},
                      {"B", challenge.public_value},
                      {"verifier", verifier},
                      {"secret_block", secret_block}};
    const std::string session = new_session(in, client, "PASSWORD_VERIFIER", data);
    json::object parameters{{"SALT", salt},
                            {"SECRET_BLOCK", secret_block},
                            {"SRP_B", challenge.public_value},
                            {"USERNAME", username},
                            {"USER_ID_FOR_SRP", username}};
    co_return json::object{{"ChallengeName", "PASSWORD_VERIFIER"},
                           {"Session", session},
                           {"ChallengeParameters", std::move(parameters)}};
}

json_answer verify_password(const call& in, const user_pool& pool, const pool_client& client) {
    const json::object* given = find_object(in.input, "ChallengeResponses");
    const std::string name = required(given, "USERNAME");
    const std::string signature = required(given, "PASSWORD_CLAIM_SIGNATURE");
    const std::string secret_block = required(given, "PASSWORD_CLAIM_SECRET_BLOCK");
    const std::string timestamp = required(given, "TIMESTAMP");
    check_secret_hash(client, name, optional_text(*given, "SECRET_HASH"));
    // amazon-cognito-identity-js sends no session back: then the secret block is the one.
    json::object data;
    if (const std::string session = text_of(in.input, "Session"); !session.empty()) {
        data = take_session(in, client, "PASSWORD_VERIFIER", session);
    } else {
        std::string hash;
        {
            rows found = in.db.query("select hash, data from pool_session where client_id = ? and "
                                     "challenge = 'PASSWORD_VERIFIER' and expires_at > ? and "
                                     "json_extract(data, '$.secret_block') = ?",
                                     client.id, seconds_of(in.now), secret_block);
            if (!found.next()) throw not_authorized("Invalid session for the user.");
            hash = found.text(0);
            data = json::parse(found.text(1)).get_object();
        }
        in.db.run("delete from pool_session where hash = ?", hash);
    }
    const std::string username = text_of(data, "username");
    const auto user = find_user(in.db, pool, username);
    if (user) check_lock(in, *user);
    const srp_challenge challenge{text_of(data, "b"), text_of(data, "B")};
    const auto key = co_await wire::offload(
        in.env, [&] { return srp_key(text_of(data, "verifier"), challenge, text_of(data, "a")); });
    const std::string block = ground::from_base64(text_of(data, "secret_block")).value_or("");
    const std::string claim = std::string{pool.short_id()} + username + block + timestamp;
    const bool right = key && secret_block == text_of(data, "secret_block") &&
                       ground::equals_secret(ground::to_base64(ground::hmac_sha256(*key, claim)), signature);
    if (!right || !user || !optional_boolean(data, "exists").value_or(false)) {
        if (user) count_failure(in, *user);
        throw wrong_password();
    }
    pool_user proved = *user;
    proved.verifier = text_of(data, "verifier");
    co_return co_await finish(in, pool, client, std::move(proved));
}

// The attributes that go with a new password: each "userAttributes.NAME" of the responses.
json::array attributes_of(const json::object& responses) {
    json::array out;
    for (const auto& [key, value] : responses) {
        if (std::string_view{key}.starts_with(attribute_response)) {
            out.emplace_back(json::object{{"Name", std::string_view{key}.substr(attribute_response.size())},
                                          {"Value", value}});
        }
    }
    return out;
}

void complete_attributes(const user_pool& pool, const pool_client& client, const json::array& given,
                         pool_user& user) {
    for (const json::value& each : given) {
        if (text_of(each.get_object(), "Name") == "email" && !user.attribute("email").empty())
            throw not_authorized("Cannot modify an already provided email");
    }
    merge_attributes(user, pool, &given, &client, false);
    if (const auto missing = missing_attributes(pool, user); !missing.empty())
        throw invalid_parameter(fmt::format("Invalid attributes given, {} is missing", missing.front()));
}

json_answer set_new_password(const call& in, const user_pool& pool, const pool_client& client) {
    const json::object* given = find_object(in.input, "ChallengeResponses");
    const std::string name = required(given, "USERNAME");
    const std::string password = required(given, "NEW_PASSWORD");
    check_secret_hash(client, name, optional_text(*given, "SECRET_HASH"));
    check_password_policy(pool, password);
    const json::object data = take_session(in, client, "NEW_PASSWORD_REQUIRED", text_of(in.input, "Session"));
    const pool_user known = require_user(in.db, pool, text_of(data, "username"));
    const password_proof proof = co_await prove_password(in, pool, known, password);
    pool_user user = change_user(in.db, known, [&](pool_user& now) {
        // Another password has been set since the session began.
        if (now.salt != text_of(data, "salt")) throw not_authorized("Invalid session for the user.");
        complete_attributes(pool, client, attributes_of(*given), now);
        set_password(in, now, proof);
        now.status = "CONFIRMED";
    });
    co_return co_await finish(in, pool, client, std::move(user));
}

// Choice-based sign-in: the user proves the password in clear or by SRP, as he prefers or chooses.
json_answer by_choice(const call& in, const user_pool& pool, const pool_client& client) {
    const json::object* given = find_object(in.input, "AuthParameters");
    const std::string name = required(given, "USERNAME");
    check_secret_hash(client, name, optional_text(*given, "SECRET_HASH"));
    const std::string preferred = text_of(*given, "PREFERRED_CHALLENGE");
    if (preferred == "PASSWORD" && given->contains("PASSWORD"))
        co_return co_await by_password(in, pool, client, given);
    if (preferred == "PASSWORD_SRP" && given->contains("SRP_A"))
        co_return co_await by_srp(in, pool, client, given);
    static_cast<void>(find_to_sign_in(in, pool, client, name));
    const bool is_known = preferred == "PASSWORD" || preferred == "PASSWORD_SRP";
    const std::string challenge = is_known ? preferred : "SELECT_CHALLENGE";
    json::object out{{"ChallengeName", challenge},
                     {"Session", new_session(in, client, challenge, {{"username", name}})},
                     {"ChallengeParameters", json::object{}}};
    if (!is_known) out["AvailableChallenges"] = json::array{"PASSWORD", "PASSWORD_SRP"};
    co_return out;
}

json_answer answer_choice(const call& in, const user_pool& pool, const pool_client& client) {
    const std::string challenge = text_of(in.input, "ChallengeName");
    const json::object* given = find_object(in.input, "ChallengeResponses");
    const std::string name = required(given, "USERNAME");
    const json::object data = take_session(in, client, challenge, text_of(in.input, "Session"));
    if (text_of(data, "username") != name) throw not_authorized("Invalid session for the user.");
    const std::string answer = challenge == "SELECT_CHALLENGE" ? required(given, "ANSWER") : challenge;
    if (answer == "PASSWORD") co_return co_await by_password(in, pool, client, given);
    if (answer == "PASSWORD_SRP") co_return co_await by_srp(in, pool, client, given);
    throw invalid_parameter(fmt::format("{} is not available in local AWS.", answer));
}

json_answer by_refresh_token(const call& in, const user_pool& pool, const pool_client& client) {
    const json::object* given = find_object(in.input, "AuthParameters");
    const std::string token = required(given, "REFRESH_TOKEN");
    if (client.secret) {
        // The hash may be of any of the user's names; the secret itself is taken in its place, too.
        const std::string hash = text_of(*given, "SECRET_HASH");
        const std::string username = username_of_refresh_token(in.db, client, token);
        if (!ground::equals_secret(hash, *client.secret)) check_secret_hash(client, username, hash);
    }
    json::object result = refresh_tokens(in, pool, client, token);
    co_return json::object{{"ChallengeParameters", json::object{}},
                           {"AuthenticationResult", std::move(result)}};
}

bool lists_flow(const pool_client& client, std::string_view flow) {
    const json::array* given = find_list(client.settings, "ExplicitAuthFlows");
    return given != nullptr && contains(*given, flow);
}

json_answer begin(const call& in, const user_pool& pool, const pool_client& client) {
    std::string flow = text_of(in.input, "AuthFlow");
    if (flow == "REFRESH_TOKEN") flow = "REFRESH_TOKEN_AUTH";
    if (!client.allows(flow)) {
        throw invalid_parameter(flow == "USER_SRP_AUTH"
                                    ? "USER_SRP_AUTH is not enabled for the client."
                                    : fmt::format("{} flow not enabled for this client", flow));
    }
    const json::object* given = find_object(in.input, "AuthParameters");
    if (flow == "USER_PASSWORD_AUTH") co_return co_await by_password(in, pool, client, given);
    if (flow == "USER_SRP_AUTH") co_return co_await by_srp(in, pool, client, given);
    if (flow == "USER_AUTH") co_return co_await by_choice(in, pool, client);
    if (flow == "REFRESH_TOKEN_AUTH") co_return co_await by_refresh_token(in, pool, client);
    throw invalid_parameter(fmt::format("{} is not available in local AWS.", flow));
}

json_answer answer_challenge(const call& in, const user_pool& pool, const pool_client& client) {
    const std::string challenge = text_of(in.input, "ChallengeName");
    if (challenge == "PASSWORD_VERIFIER") co_return co_await verify_password(in, pool, client);
    if (challenge == "SELECT_CHALLENGE" || challenge == "PASSWORD" || challenge == "PASSWORD_SRP")
        co_return co_await answer_choice(in, pool, client);
    if (challenge == "NEW_PASSWORD_REQUIRED") co_return co_await set_new_password(in, pool, client);
    throw invalid_parameter(fmt::format("{} is not available in local AWS.", challenge));
}

} // namespace

json_answer initiate_auth(const call& in) {
    const auto [client, pool] = client_of(in);
    co_return co_await begin(in, pool, client);
}

// The flows that take a password in clear from a server of the operator's are an administrator's alone.
json_answer admin_initiate_auth(const call& in) {
    const user_pool pool = find_pool(in);
    const pool_client client = find_client(in, pool);
    const std::string flow = text_of(in.input, "AuthFlow");
    if (flow != "ADMIN_USER_PASSWORD_AUTH" && flow != "ADMIN_NO_SRP_AUTH")
        co_return co_await begin(in, pool, client);
    if (!client.allows("ADMIN_USER_PASSWORD_AUTH") && !lists_flow(client, "ADMIN_NO_SRP_AUTH"))
        throw invalid_parameter("Auth flow not enabled for this client");
    co_return co_await by_password(in, pool, client, find_object(in.input, "AuthParameters"));
}

json_answer respond_to_auth_challenge(const call& in) {
    const auto [client, pool] = client_of(in);
    co_return co_await answer_challenge(in, pool, client);
}

json_answer admin_respond_to_auth_challenge(const call& in) {
    const user_pool pool = find_pool(in);
    const pool_client client = find_client(in, pool);
    co_return co_await answer_challenge(in, pool, client);
}

json_answer get_tokens_from_refresh_token(const call& in) {
    const pool_client client = find_client(in.db, text_of(in.input, "ClientId"));
    if (client.secret && !ground::equals_secret(*client.secret, text_of(in.input, "ClientSecret")))
        throw not_authorized("Invalid client secret");
    const user_pool pool = find_pool(in.db, client.pool_id);
    json::object result = refresh_tokens(in, pool, client, text_of(in.input, "RefreshToken"));
    co_return json::object{{"AuthenticationResult", std::move(result)}};
}

json::object global_sign_out(const call& in) {
    revoke_all(in.db, bearer_of(in, text_of(in.input, "AccessToken")).user);
    return {};
}

json::object admin_user_global_sign_out(const call& in) {
    revoke_all(in.db, user_of(in).user);
    return {};
}

json::object revoke_token(const call& in) {
    const pool_client client = find_client(in.db, text_of(in.input, "ClientId"));
    if (client.secret && !ground::equals_secret(*client.secret, text_of(in.input, "ClientSecret")))
        throw refusal{"UnauthorizedException", "Invalid client secret"};
    const std::string token = text_of(in.input, "Token");
    if (token.find('.') != std::string::npos)
        throw refusal{"UnsupportedTokenTypeException", "The token type is not supported"};
    revoke_one(in.db, client, token);
    return {};
}

} // namespace cruddur::cloud::cognito
