#include "cloud/cognito/cognito.hpp"
#include "cloud/cognito/cognito_schema.hpp"
#include "cloud/cognito/cognito_software_token.hpp"
#include "cloud/cognito/cognito_tokens.hpp"
#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t id_size = 9;
constexpr const char* software_token_setting = "SoftwareTokenEnabled"; // by SetUserPoolMfaConfig alone
constexpr std::array fixed_settings = {"AliasAttributes", "UsernameAttributes", "UsernameConfiguration",
                                       "Schema", software_token_setting};
constexpr std::array settings_of = {"Policies",
                                    "MfaConfiguration",
                                    "LambdaConfig",
                                    "AutoVerifiedAttributes",
                                    "AccountRecoverySetting",
                                    "AdminCreateUserConfig",
                                    "EmailVerificationMessage",
                                    "EmailVerificationSubject",
                                    "VerificationMessageTemplate",
                                    "EmailConfiguration",
                                    "UserPoolAddOns",
                                    "UserPoolTier",
                                    "UserPoolTags",
                                    "DeletionProtection"};

json::object pick(const json::object& from, std::span<const char* const> names) {
    json::object out;
    for (const char* name : names) {
        if (const json::value* value = from.if_contains(name)) out[name] = *value;
    }
    return out;
}

// What AWS has and is not here, beside what the operation's shape does not know.
void check_available(const json::object& input) {
    const auto refuse = [](std::string_view what) {
        throw invalid_parameter(fmt::format("{} not available in local AWS.", what));
    };
    if (const json::array* verified = find_list(input, "AutoVerifiedAttributes");
        verified != nullptr && contains(*verified, "phone_number"))
        refuse("Text messages, by which phone numbers are verified, are");
    if (const json::object* words = find_object(input, "VerificationMessageTemplate");
        words != nullptr && text_of(*words, "DefaultEmailOption") == "CONFIRM_WITH_LINK")
        refuse("CONFIRM_WITH_LINK is");
    if (const json::object* email = find_object(input, "EmailConfiguration");
        email != nullptr && text_of(*email, "EmailSendingAccount") == "DEVELOPER")
        refuse("EmailSendingAccount DEVELOPER is");
    if (const json::object* extras = find_object(input, "UserPoolAddOns");
        extras != nullptr && text_of(*extras, "AdvancedSecurityMode") != "OFF")
        refuse("AdvancedSecurityMode is");
    if (const json::object* all = find_object(input, "Policies")) {
        const json::object* sign_in = find_object(*all, "SignInPolicy");
        const json::array* factors =
            sign_in == nullptr ? nullptr : find_list(*sign_in, "AllowedFirstAuthFactors");
        for (const json::value& each : factors == nullptr ? json::array{} : *factors) {
            if (each != "PASSWORD" && each != "EMAIL_OTP")
                refuse("Factors other than PASSWORD and EMAIL_OTP are");
            if (each == "EMAIL_OTP" && text_of(input, "UserPoolTier") == "LITE") {
                throw refusal{"FeatureUnavailableInTierException",
                              "Choice-based sign-in is not available in the LITE tier."};
            }
        }
        if (factors != nullptr && !contains(*factors, "PASSWORD"))
            throw invalid_parameter("AllowedFirstAuthFactors must have PASSWORD.");
    }
}

// Of a function before tokens, its two places: with a version, and without one, by which it is of the first.
void check_functions(const json::object& input) {
    const json::object* functions = find_object(input, "LambdaConfig");
    const json::object* versioned =
        functions == nullptr ? nullptr : find_object(*functions, "PreTokenGenerationConfig");
    if (versioned == nullptr) return;
    const std::string version = text_of(*versioned, "LambdaVersion");
    if (version == "V3_0") {
        throw invalid_parameter("Tokens of machines, which PreTokenGenerationConfig V3_0 is for, are not "
                                "available in local AWS.");
    }
    if (version != "V1_0" && text_of(input, "UserPoolTier") == "LITE") {
        throw refusal{"FeatureUnavailableInTierException",
                      fmt::format("PreTokenGenerationConfig {} is not available in the LITE tier.", version)};
    }
    const auto beside = optional_text(*functions, "PreTokenGeneration");
    if (beside && *beside != text_of(*versioned, "LambdaArn")) {
        throw invalid_parameter(
            "PreTokenGeneration and the LambdaArn of PreTokenGenerationConfig must be the same.");
    }
}

// A second factor is an authenticator alone, as there is no way to send a text
// message.
void check_second_factor(const json::object& input, bool has_software_token) {
    const std::string setting = text_of(input, "MfaConfiguration");
    if ((setting == "ON" || setting == "OPTIONAL") && !has_software_token) {
        throw invalid_parameter("Multi-factor authentication by text messages is not available in "
                                "local AWS: "
                                "SetUserPoolMfaConfig turns on the one by software tokens.");
    }
}

void check_recovery_setting(const json::object& input) {
    const json::object* setting = find_object(input, "AccountRecoverySetting");
    const json::array* ways = setting == nullptr ? nullptr : find_list(*setting, "RecoveryMechanisms");
    if (ways == nullptr || ways->size() < 2) return;
    for (const json::value& each : *ways) {
        if (text_of(each.get_object(), "Name") == "admin_only") {
            throw invalid_parameter(
                "Invalid account recovery setting parameter. Account recovery setting cannot use admin_only "
                "setting with any other recovery mechanisms.");
        }
    }
}

void check_settings(const json::object& input) {
    check_available(input);
    check_recovery_setting(input);
    check_functions(input);
    check_schema(input);
    if (find_list(input, "AliasAttributes") != nullptr && find_list(input, "UsernameAttributes") != nullptr) {
        throw invalid_parameter(
            "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.");
    }
    const json::object* policies = find_object(input, "Policies");
    const json::object* policy = policies == nullptr ? nullptr : find_object(*policies, "PasswordPolicy");
    const json::object* administration = find_object(input, "AdminCreateUserConfig");
    if (policy != nullptr && policy->contains("TemporaryPasswordValidityDays") && administration != nullptr &&
        administration->contains("UnusedAccountValidityDays")) {
        throw invalid_parameter("Please use TemporaryPasswordValidityDays in PasswordPolicy instead of "
                                "UnusedAccountValidityDays");
    }
}

// What AWS shows of settings that were left out, and the two places of the words of a code's message.
void add_standards(json::object& to) {
    const auto add = [](json::object& in, std::string_view name, json::value value) {
        if (!in.contains(name)) in[name] = std::move(value);
    };
    add(to, "DeletionProtection", "INACTIVE");
    add(to, "MfaConfiguration", "OFF");
    add(to, "LambdaConfig", json::object{});
    json::object& functions = to["LambdaConfig"].get_object();
    if (const json::object* versioned = find_object(functions, "PreTokenGenerationConfig"))
        functions["PreTokenGeneration"] = text_of(*versioned, "LambdaArn");
    else if (const auto arn = optional_text(functions, "PreTokenGeneration"))
        functions["PreTokenGenerationConfig"] = json::object{{"LambdaVersion", "V1_0"}, {"LambdaArn", *arn}};
    add(to, "UserPoolTier", "ESSENTIALS");
    add(to, "EmailConfiguration", json::object{{"EmailSendingAccount", "COGNITO_DEFAULT"}});
    add(to, "AdminCreateUserConfig", json::object{});
    add(to["AdminCreateUserConfig"].get_object(), "AllowAdminCreateUserOnly", false);
    add(to, "VerificationMessageTemplate", json::object{});
    json::object& words = to["VerificationMessageTemplate"].get_object();
    add(words, "DefaultEmailOption", "CONFIRM_WITH_CODE");
    for (const auto& [inside, beside] : {std::pair{"EmailMessage", "EmailVerificationMessage"},
                                         std::pair{"EmailSubject", "EmailVerificationSubject"}}) {
        if (words.contains(inside))
            to[beside] = words[inside];
        else if (to.contains(beside))
            words[inside] = to[beside];
    }
    add(to, "Policies", json::object{});
    json::object& policies = to["Policies"].get_object();
    add(policies, "PasswordPolicy",
        json::object{{"MinimumLength", 8},
                     {"RequireUppercase", true},
                     {"RequireLowercase", true},
                     {"RequireNumbers", true},
                     {"RequireSymbols", true},
                     {"TemporaryPasswordValidityDays", 7}});
    add(policies, "SignInPolicy", json::object{{"AllowedFirstAuthFactors", json::array{"PASSWORD"}}});
}

json::object functions_of(const std::string& settings) {
    const json::value read = json::parse(settings);
    const json::object* functions = find_object(read.get_object(), "LambdaConfig");
    return functions == nullptr ? json::object{} : *functions;
}

json::object describe(state& db, const user_pool& pool) {
    json::object out = pool.settings;
    out.erase("Schema");
    out.erase(software_token_setting);
    out["Id"] = pool.id;
    out["Name"] = pool.name;
    out["Arn"] = pool.arn();
    out["CreationDate"] = pool.created_at * ms_per_second;
    out["LastModifiedDate"] = pool.modified_at * ms_per_second;
    out["SchemaAttributes"] = describe_schema(pool);
    rows count = db.query("select count(*) from pool_user where pool_id = ?", pool.id);
    if (count.next()) out["EstimatedNumberOfUsers"] = count.integer(0);
    add_standards(out);
    return out;
}

} // namespace

json_answer create_user_pool(const call& in) {
    check_settings(in.input);
    check_second_factor(in.input, false);
    const std::string pem = co_await wire::offload(in.env, [] { return generate_signing_key(); });
    const std::string id = fmt::format("{}_{}", in.region, ground::random_text(id_size, letters));
    json::object settings = pick(in.input, settings_of);
    for (const auto& [name, value] : pick(in.input, fixed_settings))
        settings[name] = value;
    const std::int64_t now = seconds_of(in.now);
    transaction whole{in.db};
    in.db.run("insert into user_pool (id, region, name, settings, created_at, modified_at) "
              "values (?, ?, ?, ?, ?, ?)",
              id, in.region, text_of(in.input, "PoolName"), json::serialize(settings), now, now);
    static_cast<void>(insert_signing_key(in.db, id, pem, now));
    whole.commit();
    co_return json::object{{"UserPool", describe(in.db, find_pool(in.db, id))}};
}

json::object describe_user_pool(const call& in) {
    return {{"UserPool", describe(in.db, find_pool(in))}};
}

bool offers_software_token(const user_pool& pool) {
    return optional_boolean(pool.settings, software_token_setting).value_or(false);
}

bool requires_second_factor(const user_pool& pool) {
    return text_of(pool.settings, "MfaConfiguration") == "ON";
}

json::object get_user_pool_mfa_config(const call& in) {
    const user_pool pool = find_pool(in);
    json::object out{{"MfaConfiguration", optional_text(pool.settings, "MfaConfiguration").value_or("OFF")}};
    if (offers_software_token(pool)) out["SoftwareTokenMfaConfiguration"] = json::object{{"Enabled", true}};
    return out;
}

json::object set_user_pool_mfa_config(const call& in) {
    const user_pool pool = find_pool(in);
    const json::object* given = find_object(in.input, "SoftwareTokenMfaConfiguration");
    const bool is_offered = given != nullptr && optional_boolean(*given, "Enabled").value_or(false);
    const std::string setting = optional_text(in.input, "MfaConfiguration").value_or("OFF");
    if (setting != "OFF" && !is_offered) {
        throw invalid_parameter("Invalid MFA configuration given, can't turn on "
                                "MFA without configuring an MFA.");
    }
    if (setting == "OFF" && is_offered) {
        throw invalid_parameter("Invalid MFA configuration given, can't turn off "
                                "MFA and configure an MFA together.");
    }
    json::object settings = pool.settings;
    settings["MfaConfiguration"] = setting;
    settings[software_token_setting] = is_offered;
    in.db.run("update user_pool set settings = ?, modified_at = ? where id = ?", json::serialize(settings),
              seconds_of(in.now), pool.id);
    return get_user_pool_mfa_config(in);
}

// As in AWS, a setting that is not given goes back to what it is without.
json::object update_user_pool(const call& in) {
    const user_pool pool = find_pool(in);
    check_settings(in.input);
    check_second_factor(in.input, offers_software_token(pool));
    json::object settings = pick(in.input, settings_of);
    for (const auto& [name, value] : pick(pool.settings, fixed_settings))
        settings[name] = value;
    in.db.run("update user_pool set name = ?, settings = ?, modified_at = ? where id = ?",
              optional_text(in.input, "PoolName").value_or(pool.name), json::serialize(settings),
              seconds_of(in.now), pool.id);
    return {};
}

json::object add_custom_attributes(const call& in) {
    const user_pool pool = find_pool(in);
    json::object settings = pool.settings;
    json::array schema;
    if (const json::array* known = find_list(settings, "Schema")) schema = *known;
    for (const json::value& each : *find_list(in.input, "CustomAttributes")) {
        if (is_standard_attribute(text_of(each.get_object(), "Name"))) {
            throw invalid_parameter(
                "An attribute of the pool's own cannot have a standard attribute's name in "
                "local AWS.");
        }
        schema.push_back(each);
    }
    settings["Schema"] = std::move(schema);
    check_schema(settings);
    in.db.run("update user_pool set settings = ?, modified_at = ? where id = ?", json::serialize(settings),
              seconds_of(in.now), pool.id);
    return {};
}

json::object list_user_pools(const call& in) {
    const std::int64_t size = optional_integer(in.input, "MaxResults").value_or(60);
    json::array pools;
    std::string next;
    rows all = in.db.query("select id, name, created_at, modified_at, settings from user_pool "
                           "where region = ? and id > ? order by id limit ?",
                           in.region, read_page_token(in, "NextToken"), size + 1);
    while (all.next()) {
        if (static_cast<std::int64_t>(pools.size()) == size) {
            next = text_of(pools.back().get_object(), "Id");
            break;
        }
        pools.emplace_back(json::object{{"Id", all.text(0)},
                                        {"Name", all.text(1)},
                                        {"CreationDate", all.integer(2) * ms_per_second},
                                        {"LastModifiedDate", all.integer(3) * ms_per_second},
                                        {"LambdaConfig", functions_of(all.text(4))}});
    }
    json::object out{{"UserPools", std::move(pools)}};
    if (!next.empty()) out["NextToken"] = page_token(next);
    return out;
}

json::object delete_user_pool(const call& in) {
    const user_pool pool = find_pool(in);
    if (text_of(pool.settings, "DeletionProtection") == "ACTIVE") {
        throw invalid_parameter("The user pool cannot be deleted because deletion protection is activated. "
                                "Deletion protection must be inactivated first.");
    }
    in.db.run("delete from user_pool where id = ?", pool.id);
    return {};
}

} // namespace cruddur::cloud::cognito
