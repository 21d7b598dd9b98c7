#include "cloud/cognito/cognito_tokens.hpp"

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::size_t token_bytes_max = 16UL * 1024;
constexpr std::size_t refresh_token_bytes = 96;
constexpr std::int64_t retired_seconds = 2LL * 86'400; // no access or id token lives for more than a day

using key_ptr = std::unique_ptr<EVP_PKEY, ground::freed_by<EVP_PKEY_free>>;
using bio_ptr = std::unique_ptr<BIO, ground::freed_by<BIO_free_all>>;
using digest_ptr = std::unique_ptr<EVP_MD_CTX, ground::freed_by<EVP_MD_CTX_free>>;

key_ptr read_key(const std::string& pem) {
    const bio_ptr from{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    key_ptr out{PEM_read_bio_PrivateKey(from.get(), nullptr, nullptr, nullptr)};
    if (!out) throw std::runtime_error{"a user pool's signing key cannot be read"};
    return out;
}

std::string number_of(const key_ptr& key, const char* name) {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(key.get(), name, &raw) != 1)
        throw std::runtime_error{"a signing key has no number"};
    const std::unique_ptr<BIGNUM, ground::freed_by<BN_free>> number{raw};
    std::string out(static_cast<std::size_t>(BN_num_bytes(raw)), '\0');
    BN_bn2bin(raw, reinterpret_cast<unsigned char*>(out.data()));
    return ground::to_base64url(out);
}

std::string sign(const std::string& pem, std::string_view text) {
    const key_ptr key = read_key(pem);
    const digest_ptr context{EVP_MD_CTX_new()};
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1)
        throw std::runtime_error{"a token cannot be signed"};
    std::string out(size, '\0');
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes,
                       text.size()) != 1)
        throw std::runtime_error{"a token cannot be signed"};
    out.resize(size);
    return out;
}

bool verifies(const std::string& pem, std::string_view text, std::string_view signature) {
    const key_ptr key = read_key(pem);
    const digest_ptr context{EVP_MD_CTX_new()};
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                            signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                            text.size()) == 1;
}

struct signing_key {
    std::string kid;
    std::string pem;
};

signing_key signing_key_of(state& db, const std::string& pool_id, std::int64_t now) {
    rows all = db.query("select kid, pem from user_pool_key where pool_id = ? and signs_from <= ? "
                        "order by signs_from desc, rowid desc limit 1",
                        pool_id, now);
    if (!all.next()) throw std::runtime_error{"a user pool has no signing key"};
    return {all.text(0), all.text(1)};
}

std::string token_of(const signing_key& key, const json::object& claims) {
    const std::string text =
        ground::to_base64url(json::serialize(json::object{{"kid", key.kid}, {"alg", "RS256"}})) + "." +
        ground::to_base64url(json::serialize(claims));
    return text + "." + ground::to_base64url(sign(key.pem, text));
}

// A validity of the client's, in the unit that it was given in.
std::int64_t validity_of(const pool_client& client, std::string_view setting, std::string_view unit_name,
                         std::int64_t standard, std::string_view standard_unit) {
    const auto given = optional_integer(client.settings, setting).value_or(0);
    if (given == 0) return standard;
    std::string unit{standard_unit};
    if (const auto* units = find_object(client.settings, "TokenValidityUnits"))
        unit = optional_text(*units, unit_name).value_or(unit);
    if (unit == "seconds") return given;
    if (unit == "minutes") return given * 60;
    return given * (unit == "hours" ? 3600 : 86'400);
}

struct sign_in {
    std::string origin_jti;
    std::int64_t auth_time = 0;
};

// What makes a token what it is, which no function changes.
bool is_fixed(std::string_view claim) {
    constexpr std::array<std::string_view, 20> all = {
        "acr", "amr",        "at_hash", "aud",        "auth_time",  "azp",      "client_id",
        "exp", "device_key", "iat",     "event_id",   "identities", "iss",      "jti",
        "nbf", "nonce",      "sub",     "origin_jti", "scope",      "token_use"};
    return claim == "username" || claim.starts_with("cognito:") || claim.starts_with("dev:") ||
           std::ranges::find(all, claim) != all.end();
}

void apply_changes(const claim_changes& changes, json::object& claims) {
    for (const auto& [name, value] : changes.added) {
        if (!is_fixed(name)) claims[name] = value;
    }
    for (const std::string& each : changes.suppressed) {
        if (!is_fixed(each) || each == "cognito:groups") claims.erase(each);
    }
}

std::string scopes_of(const token_changes& changes) {
    std::vector<std::string> all{user_scope};
    for (const std::string& each : changes.scopes_added) {
        if (std::ranges::find(all, each) == all.end()) all.push_back(each);
    }
    std::erase_if(all, [&](const std::string& each) {
        return std::ranges::find(changes.scopes_suppressed, each) != changes.scopes_suppressed.end();
    });
    return fmt::format("{}", fmt::join(all, " "));
}

bool has_scope(std::string_view scopes, std::string_view wanted) {
    return fmt::format(" {} ", scopes).find(fmt::format(" {} ", wanted)) != std::string::npos;
}

// The attributes that the client may read.
json::object claims_of(const pool_client& client, const pool_user& user) {
    json::object out;
    for (const auto& [name, value] : user.attributes) {
        if (!is_readable(client, name)) continue;
        if (name.ends_with("_verified"))
            out[name] = value == "true";
        else
            out[name] = value;
    }
    return out;
}

json::object tokens_for(const call& in, const user_pool& pool, const pool_client& client,
                        const pool_user& user, const sign_in& of, const token_changes& changes) {
    const std::int64_t now = seconds_of(in.now);
    const signing_key key = signing_key_of(in.db, pool.id, now);
    const std::int64_t access_seconds =
        validity_of(client, "AccessTokenValidity", "AccessToken", 3600, "hours");
    const std::int64_t id_seconds = validity_of(client, "IdTokenValidity", "IdToken", 3600, "hours");
    const std::string event_id = ground::random_uuid();
    json::object shared{{"sub", user.sub},      {"iss", issuer_of(pool)},    {"origin_jti", of.origin_jti},
                        {"event_id", event_id}, {"auth_time", of.auth_time}, {"iat", now}};
    const group_membership groups = changes.groups ? *changes.groups : groups_of(in.db, user);
    if (!groups.names.empty()) shared["cognito:groups"] = array_of(groups.names);
    json::object access = shared;
    access["client_id"] = client.id;
    access["token_use"] = "access";
    access["scope"] = scopes_of(changes);
    access["exp"] = now + access_seconds;
    access["jti"] = ground::random_uuid();
    access["username"] = user.username;
    apply_changes(changes.access, access);
    json::object id = claims_of(client, user);
    for (auto& [name, value] : shared)
        id[name] = std::move(value);
    if (!groups.roles.empty()) id["cognito:roles"] = array_of(groups.roles);
    if (!groups.preferred_role.empty()) id["cognito:preferred_role"] = groups.preferred_role;
    id["aud"] = client.id;
    id["cognito:username"] = user.username;
    id["token_use"] = "id";
    id["exp"] = now + id_seconds;
    id["jti"] = ground::random_uuid();
    apply_changes(changes.id, id);
    return {{"AccessToken", token_of(key, access)},
            {"ExpiresIn", access_seconds},
            {"TokenType", "Bearer"},
            {"IdToken", token_of(key, id)}};
}

// What a refresh token stands for, if it still refreshes.
struct refreshed {
    pool_user user;
    sign_in of;
};

refreshed find_refreshed(const call& in, const user_pool& pool, const pool_client& client,
                         const std::string& token) {
    rows found = in.db.query("select origin_jti, username, auth_time, expires_at, revoked from pool_sign_in "
                             "where refresh_hash = ? and client_id = ?",
                             ground::to_hex(ground::sha256(token)), client.id);
    if (!found.next()) throw not_authorized("Invalid Refresh Token");
    if (found.integer(4) != 0) throw not_authorized("Refresh Token has been revoked");
    if (found.integer(3) <= seconds_of(in.now)) throw not_authorized("Refresh Token has expired");
    pool_user user = require_user(in.db, pool, found.text(1));
    if (!user.enabled) throw not_authorized("User is disabled.");
    return {std::move(user), {found.text(0), found.integer(2)}};
}

// The claims of a token that a key of this service signed; the pool is the one that it names.
std::optional<json::object> verified_claims(state& db, const std::string& token) {
    const std::size_t first = token.find('.');
    const std::size_t last = token.rfind('.');
    if (token.size() > token_bytes_max || first == std::string::npos || first == last) return std::nullopt;
    const auto part = [&](std::size_t begin, std::size_t end) {
        return ground::from_base64url(std::string_view{token}.substr(begin, end - begin));
    };
    const auto header = part(0, first);
    const auto body = part(first + 1, last);
    const auto signature = part(last + 1, token.size());
    if (!header || !body || !signature) return std::nullopt;
    boost::system::error_code failed;
    const json::value head = json::parse(*header, failed);
    if (failed || !head.is_object() || text_of(head.get_object(), "alg") != "RS256") return std::nullopt;
    rows key = db.query("select pem from user_pool_key where kid = ?", text_of(head.get_object(), "kid"));
    if (!key.next() || !verifies(key.text(0), std::string_view{token}.substr(0, last), *signature))
        return std::nullopt;
    const json::value claims = json::parse(*body, failed);
    if (failed || !claims.is_object()) return std::nullopt;
    return claims.get_object();
}

} // namespace

std::string generate_signing_key() {
    constexpr unsigned key_bits = 2048;
    return ground::new_rsa_key(key_bits);
}

std::string insert_signing_key(state& db, const std::string& pool_id, const std::string& pem,
                               std::int64_t signs_from) {
    std::string kid = ground::to_base64(ground::random_bytes(33));
    db.run("insert into user_pool_key (kid, pool_id, pem, signs_from) values (?, ?, ?, ?)", kid, pool_id, pem,
           signs_from);
    return kid;
}

void drop_retired_keys(state& db, const std::string& pool_id, std::int64_t now) {
    db.run(
        "delete from user_pool_key as old where pool_id = ? and exists (select 1 from user_pool_key as newer "
        "where newer.pool_id = old.pool_id and newer.signs_from > old.signs_from and newer.signs_from < ?)",
        pool_id, now - retired_seconds);
}

json::object key_set_of(state& db, const std::string& pool_id) {
    json::array keys;
    rows all = db.query(
        "select kid, pem from user_pool_key where pool_id = ? order by signs_from desc, rowid desc", pool_id);
    while (all.next()) {
        const key_ptr key = read_key(all.text(1));
        keys.emplace_back(json::object{{"alg", "RS256"},
                                       {"e", number_of(key, OSSL_PKEY_PARAM_RSA_E)},
                                       {"kid", all.text(0)},
                                       {"kty", "RSA"},
                                       {"n", number_of(key, OSSL_PKEY_PARAM_RSA_N)},
                                       {"use", "sig"}});
    }
    return {{"keys", std::move(keys)}};
}

std::string issuer_of(const user_pool& pool) {
    return fmt::format("https://cognito-idp.{}.amazonaws.com/{}", pool.region, pool.id);
}

json::object issue_tokens(const call& in, const user_pool& pool, const pool_client& client,
                          const pool_user& user, const token_changes& changes) {
    const sign_in made{ground::random_uuid(), seconds_of(in.now)};
    const std::string refresh = ground::to_base64url(ground::random_bytes(refresh_token_bytes));
    const std::int64_t seconds =
        validity_of(client, "RefreshTokenValidity", "RefreshToken", 30LL * 86'400, "days");
    in.db.run("delete from pool_sign_in where expires_at < ?", made.auth_time);
    in.db.run("insert into pool_sign_in (origin_jti, pool_id, username, client_id, refresh_hash, auth_time, "
              "expires_at, revoked) values (?, ?, ?, ?, ?, ?, ?, 0)",
              made.origin_jti, pool.id, user.username, client.id, ground::to_hex(ground::sha256(refresh)),
              made.auth_time, made.auth_time + seconds);
    json::object out = tokens_for(in, pool, client, user, made, changes);
    out["RefreshToken"] = refresh;
    return out;
}

pool_user user_of_refresh_token(const call& in, const user_pool& pool, const pool_client& client,
                                const std::string& token) {
    return find_refreshed(in, pool, client, token).user;
}

json::object refresh_tokens(const call& in, const user_pool& pool, const pool_client& client,
                            const std::string& token, const token_changes& changes) {
    const refreshed found = find_refreshed(in, pool, client, token);
    return tokens_for(in, pool, client, found.user, found.of, changes);
}

token_bearer bearer_of(const call& in, const std::string& token) {
    const auto claims = verified_claims(in.db, token);
    if (!claims || text_of(*claims, "token_use") != "access") throw not_authorized("Invalid Access Token");
    if (optional_integer(*claims, "exp").value_or(0) <= seconds_of(in.now))
        throw not_authorized("Access Token has expired");
    if (!has_scope(text_of(*claims, "scope"), user_scope))
        throw not_authorized("Access Token does not have required scopes");
    rows found = in.db.query("select pool_id, username, client_id, revoked from pool_sign_in "
                             "where origin_jti = ?",
                             text_of(*claims, "origin_jti"));
    if (!found.next() || found.integer(3) != 0) throw not_authorized("Access Token has been revoked");
    user_pool pool = find_pool(in.db, found.text(0));
    if (text_of(*claims, "iss") != issuer_of(pool)) throw not_authorized("Invalid Access Token");
    pool_user user = require_user(in.db, pool, found.text(1));
    if (!user.enabled) throw not_authorized("User is disabled.");
    return {std::move(pool), std::move(user), find_client(in.db, found.text(2))};
}

void revoke_all(state& db, const pool_user& user) {
    db.run("update pool_sign_in set revoked = 1 where pool_id = ? and username = ?", user.pool_id,
           user.username);
}

void revoke_one(state& db, const pool_client& client, const std::string& token) {
    db.run("update pool_sign_in set revoked = 1 where refresh_hash = ? and client_id = ?",
           ground::to_hex(ground::sha256(token)), client.id);
}

} // namespace cruddur::cloud::cognito
