#include "cloud/cognito/cognito_user_migration.hpp"

#include "cloud/cognito/cognito_messages.hpp"
#include "cloud/cognito/cognito_triggers.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

occasion migration_of(const std::optional<std::string>& password) {
    occasion out{.source = password ? "UserMigration_Authentication" : "UserMigration_ForgotPassword"};
    if (password) out.request["password"] = *password;
    for (const char* name : {"userAttributes", "forceAliasCreation", "enableSMSMFA", "finalUserStatus",
                             "messageAction", "desiredDeliveryMediums"})
        out.response[name] = nullptr;
    return out;
}

void check_answer(const json::object& given) {
    const auto refuse = [](std::string_view why) {
        return refusal{"InvalidLambdaResponseException", fmt::format("UserMigration: {}", why)};
    };
    const std::string status = text_of(given, "finalUserStatus");
    if (!status.empty() && status != "CONFIRMED" && status != "RESET_REQUIRED")
        throw refuse(fmt::format("finalUserStatus is CONFIRMED or RESET_REQUIRED, and not {}.", status));
    const std::string action = text_of(given, "messageAction");
    if (!action.empty() && action != "SUPPRESS" && action != "RESEND")
        throw refuse(fmt::format("messageAction is SUPPRESS or RESEND, and not {}.", action));
    if (optional_boolean(given, "enableSMSMFA").value_or(false))
        throw refuse("enableSMSMFA is not available in local AWS.");
    const json::array* mediums = find_list(given, "desiredDeliveryMediums");
    if (action != "SUPPRESS" && mediums != nullptr && !mediums->empty() && !contains(*mediums, "EMAIL"))
        throw refuse("there is no SMS configuration to send messages.");
}

// The attributes as requests have them, without the name, which they may tell for an alias.
json::array list_of(const json::object& attributes) {
    json::array out;
    for (const auto& [name, value] : attributes) {
        if (!value.is_string()) throw unrecognizable();
        if (name != "username") out.emplace_back(json::object{{"Name", name}, {"Value", value}});
    }
    return out;
}

} // namespace

boost::asio::awaitable<pool_user> migrate_user(const call& in, const user_pool& pool,
                                               const pool_client& client, const std::string& username,
                                               const std::optional<std::string>& password) {
    const pool_user stranger{
        .pool_id = pool.id, .username = username, .sub = {}, .status = {}, .attributes = {}};
    occasion on = migration_of(password);
    const json::object given = co_await run_trigger(in, pool, std::move(on), stranger, client.id);
    const json::object* attributes = find_object(given, "userAttributes");
    if (attributes == nullptr) {
        throw refusal{"UserNotFoundException",
                      fmt::format("Exception migrating user in app client {}", client.id)};
    }
    check_answer(given);
    const json::array listed = list_of(*attributes);
    const std::string name = optional_text(*attributes, "username").value_or(username);
    pool_user user = new_user(in, pool, name, &listed, nullptr);
    const std::string status = text_of(given, "finalUserStatus");
    user.status = status.empty() ? "RESET_REQUIRED" : status;
    if (password) {
        const password_proof proof = co_await prove_password(in, pool, user, *password);
        set_password(in, user, proof);
    }
    {
        transaction whole{in.db};
        claim_aliases(in, pool, user, optional_boolean(given, "forceAliasCreation").value_or(false),
                      "An account with the given {} already exists.");
        insert_user(in.db, pool, user);
        whole.commit();
    }
    // Who has forgotten his password is sent a code instead of an invitation.
    if (password && text_of(given, "messageAction") != "SUPPRESS")
        co_await invite(in, pool, user, name, *password, client.id);
    co_return user;
}

} // namespace cruddur::cloud::cognito
