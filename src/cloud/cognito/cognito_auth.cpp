#include "cloud/cognito/cognito_auth.hpp"

#include "cloud/cognito/cognito_software_token.hpp"
#include "cloud/cognito/cognito_tokens.hpp"
#include "cloud/cognito/cognito_triggers.hpp"
#include "cloud/cognito/cognito_user_migration.hpp"
#include "cloud/ground/crypto.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

json_answer refreshed_tokens(const call& in, const user_pool& pool, const pool_client& client,
                             std::string token) {
    const pool_user user = user_of_refresh_token(in, pool, client, token);
    const token_changes changes =
        co_await run_pre_token_generation(in, pool, client, user, "TokenGeneration_RefreshTokens");
    co_return refresh_tokens(in, pool, client, token, changes);
}

json_answer by_refresh_token(const call& in, const user_pool& pool, const pool_client& client) {
    const json::object* given = find_object(in.input, "AuthParameters");
    const std::string token = required(given, "REFRESH_TOKEN");
    if (client.secret) {
        // The hash may be of any of the user's names; the secret itself is taken in its place, too.
        const std::string hash = text_of(*given, "SECRET_HASH");
        const std::string username = user_of_refresh_token(in, pool, client, token).username;
        if (!ground::equals_secret(hash, *client.secret)) check_secret_hash(client, username, hash);
    }
    json::object result = co_await refreshed_tokens(in, pool, client, token);
    co_return json::object{{"ChallengeParameters", json::object{}},
                           {"AuthenticationResult", std::move(result)}};
}

bool lists_flow(const pool_client& client, std::string_view flow) {
    const json::array* given = find_list(client.settings, "ExplicitAuthFlows");
    return given != nullptr && contains(*given, flow);
}

bool is_administrators(std::string_view flow) {
    return flow == "ADMIN_USER_PASSWORD_AUTH" || flow == "ADMIN_NO_SRP_AUTH";
}

// The name without REFRESH_TOKEN's two spellings. Throws for a flow that the client does not have.
std::string allowed_flow(const call& in, const pool_client& client) {
    std::string flow = text_of(in.input, "AuthFlow");
    if (flow == "REFRESH_TOKEN") flow = "REFRESH_TOKEN_AUTH";
    if (is_administrators(flow)) {
        if (!client.allows("ADMIN_USER_PASSWORD_AUTH") && !lists_flow(client, "ADMIN_NO_SRP_AUTH"))
            throw invalid_parameter("Auth flow not enabled for this client");
    } else if (!client.allows(flow)) {
        throw invalid_parameter(flow == "USER_SRP_AUTH"
                                    ? "USER_SRP_AUTH is not enabled for the client."
                                    : fmt::format("{} flow not enabled for this client", flow));
    }
    return flow;
}

// One of whom the pool does not know yet may be another directory's, which takes the password to know.
boost::asio::awaitable<void> migrate(const call& in, const user_pool& pool, const pool_client& client,
                                     std::string_view flow, claimant& by) {
    if (by.user || !has_trigger(pool, "UserMigration")) co_return;
    if (flow != "USER_PASSWORD_AUTH" && !is_administrators(flow)) co_return;
    const std::string password = required(find_object(in.input, "AuthParameters"), "PASSWORD");
    by.user = co_await migrate_user(in, pool, client, by.name, password);
}

json_answer begin(const call& in, const user_pool& pool, const pool_client& client) {
    const std::string flow = allowed_flow(in, client);
    if (flow == "REFRESH_TOKEN_AUTH") co_return co_await by_refresh_token(in, pool, client);
    const json::object* given = find_object(in.input, "AuthParameters");
    claimant by = claimant_of(in, pool, client, given);
    co_await migrate(in, pool, client, flow, by);
    check_existence(client, by);
    if (has_trigger(pool, "PreAuthentication")) {
        occasion on{.source = "PreAuthentication_Authentication"};
        const pool_user stranger{
            .pool_id = pool.id, .username = by.name, .sub = {}, .status = {}, .attributes = {}};
        const pool_user& user = by.user ? *by.user : stranger;
        co_await run_trigger(in, pool, std::move(on), user, client.id);
    }
    if (flow == "USER_PASSWORD_AUTH" || is_administrators(flow))
        co_return co_await by_password(in, pool, client, given, std::move(by));
    if (flow == "USER_SRP_AUTH") co_return co_await by_srp(in, pool, client, given, std::move(by));
    if (flow == "USER_AUTH") co_return co_await by_choice(in, pool, client, std::move(by));
    if (flow == "CUSTOM_AUTH") co_return co_await begin_custom(in, pool, client, std::move(by));
    throw invalid_parameter(fmt::format("{} is not available in local AWS.", flow));
}

json_answer answer_challenge(const call& in, const user_pool& pool, const pool_client& client) {
    const std::string challenge = text_of(in.input, "ChallengeName");
    if (challenge == "PASSWORD_VERIFIER") return verify_password(in, pool, client);
    if (challenge == "SELECT_CHALLENGE" || challenge == "PASSWORD" || challenge == "PASSWORD_SRP")
        return answer_choice(in, pool, client);
    if (challenge == "NEW_PASSWORD_REQUIRED") return set_new_password(in, pool, client);
    if (challenge == "EMAIL_OTP") return answer_email_code(in, pool, client);
    if (challenge == "SOFTWARE_TOKEN_MFA") return answer_software_token(in, pool, client);
    if (challenge == "MFA_SETUP") return answer_setup(in, pool, client);
    if (challenge == "CUSTOM_CHALLENGE") return answer_custom(in, pool, client);
    throw invalid_parameter(fmt::format("{} is not available in local AWS.", challenge));
}

} // namespace

refusal wrong_password() {
    return not_authorized("Incorrect username or password.");
}

std::string required(const json::object* parameters, std::string_view name) {
    std::string out = parameters == nullptr ? "" : text_of(*parameters, name);
    if (out.empty()) throw invalid_parameter(fmt::format("Missing required parameter {}", name));
    return out;
}

claimant claimant_of(const call& in, const user_pool& pool, const pool_client& client,
                     const json::object* given) {
    std::string name = required(given, "USERNAME");
    check_secret_hash(client, name, optional_text(*given, "SECRET_HASH"));
    auto user = find_user(in.db, pool, name);
    return {std::move(name), std::move(user)};
}

void check_existence(const pool_client& client, const claimant& by) {
    if (!by.user && !client.hides_users()) throw refusal{"UserNotFoundException", "User does not exist."};
}

void check_lock(const call& in, const pool_user& user) {
    if (is_locked(in, user)) throw not_authorized("Password attempts exceeded");
}

json_answer initiate_auth(const call& in) {
    const auto [client, pool] = client_of(in);
    if (is_administrators(text_of(in.input, "AuthFlow")))
        throw invalid_parameter("Initiate Auth method not supported.");
    co_return co_await begin(in, pool, client);
}

// The flows that take a password in clear from a server of the operator's are an administrator's alone.
json_answer admin_initiate_auth(const call& in) {
    const user_pool pool = find_pool(in);
    const pool_client client = find_client(in, pool);
    co_return co_await begin(in, pool, client);
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
    json::object result = co_await refreshed_tokens(in, pool, client, text_of(in.input, "RefreshToken"));
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
