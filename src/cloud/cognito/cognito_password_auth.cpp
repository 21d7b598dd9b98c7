#include "cloud/cognito/cognito_auth.hpp"
#include "cloud/cognito/cognito_srp.hpp"
#include "cloud/ground/crypto.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::size_t secret_block_bytes = 96;

// What the challenge remembered. amazon-cognito-identity-js sends no session back: then the secret block is
// the one.
json::object take_srp_session(const call& in, const pool_client& client, const std::string& secret_block) {
    if (!text_of(in.input, "Session").empty()) return take_session(in, client, "PASSWORD_VERIFIER");
    std::string hash;
    json::object out;
    {
        rows found = in.db.query("select hash, data from pool_session where client_id = ? and "
                                 "challenge = 'PASSWORD_VERIFIER' and expires_at > ? and "
                                 "json_extract(data, '$.secret_block') = ?",
                                 client.id, seconds_of(in.now), secret_block);
        if (!found.next()) throw not_authorized("Invalid session for the user.");
        hash = found.text(0);
        out = json::parse(found.text(1)).get_object();
    }
    in.db.run("delete from pool_session where hash = ?", hash);
    return out;
}

} // namespace

json_answer by_password(const call& in, const user_pool& pool, const pool_client& client,
                        const json::object* given, claimant by) {
    const std::string password = required(given, "PASSWORD");
    const auto& [name, user] = by;
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
                   const json::object* given, claimant by, json::object remembered) {
    const std::string a = required(given, "SRP_A");
    const auto& [name, user] = by;
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
    json::object data = std::move(remembered);
    data["username"] = username;
    data["exists"] = exists;
    data["a"] = a;
    data["b"] = challenge.secret;
    data["B"] = challenge.public_value;
    data["verifier"] = verifier;
    data["secret_block"] = secret_block;
    json::object parameters{{"SALT", salt},
                            {"SECRET_BLOCK", secret_block},
                            {"SRP_B", challenge.public_value},
                            {"USERNAME", username},
                            {"USER_ID_FOR_SRP", username}};
    co_return ask(in, client, "PASSWORD_VERIFIER", std::move(parameters), data);
}

json_answer verify_password(const call& in, const user_pool& pool, const pool_client& client) {
    const json::object* given = find_object(in.input, "ChallengeResponses");
    const std::string name = required(given, "USERNAME");
    const std::string signature = required(given, "PASSWORD_CLAIM_SIGNATURE");
    const std::string secret_block = required(given, "PASSWORD_CLAIM_SECRET_BLOCK");
    const std::string timestamp = required(given, "TIMESTAMP");
    check_secret_hash(client, name, optional_text(*given, "SECRET_HASH"));
    const json::object data = take_srp_session(in, client, secret_block);
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
    if (const json::array* history = find_list(data, "history")) {
        json::array answered = *history;
        answered.emplace_back(json::object{{"challengeName", "PASSWORD_VERIFIER"},
                                           {"challengeResult", true},
                                           {"challengeMetadata", nullptr}});
        claimant by{username, std::move(proved)};
        co_return co_await continue_custom(in, pool, client, std::move(by), std::move(answered));
    }
    co_return co_await finish(in, pool, client, std::move(proved));
}

} // namespace cruddur::cloud::cognito
