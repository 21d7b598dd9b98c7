#include "cloud/cognito/cognito.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <array>

namespace cruddur::cloud::cognito {

namespace {

using enum json_shape::type;

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

bool is_client_id(std::string_view in) {
    return std::ranges::all_of(in, [](char c) { return is_word(c) || c == '+'; });
}

bool is_secret_hash(std::string_view in) {
    return std::ranges::all_of(in, [](char c) { return is_word(c) || c == '+' || c == '/' || c == '='; });
}

bool is_pool_id(std::string_view in) {
    const std::size_t line = in.rfind('_');
    return line != std::string_view::npos && line > 0 && line + 1 < in.size() &&
           std::ranges::all_of(in, [](char c) { return is_word(c) || c == '-'; });
}

bool is_resource_name(std::string_view in) {
    return std::ranges::all_of(in, [](char c) {
        return is_word(c) || std::string_view{" \t\n\r\f\v+=,.@-"}.find(c) != std::string_view::npos;
    });
}

// Text without spaces and controls: what Unicode calls letters, marks, symbols, numbers and punctuation.
bool is_visible(std::string_view in) {
    if (!http::is_text(in)) return false;
    constexpr std::array<std::string_view, 8> blanks = {"\u00A0", "\u1680", "\u2028", "\u2029",
                                                        "\u202F", "\u205F", "\u3000", "\uFEFF"};
    if (std::ranges::any_of(blanks, [&](std::string_view each) { return in.find(each) != in.npos; }))
        return false;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const auto byte = static_cast<unsigned char>(in[i]);
        if (byte <= ' ' || byte == 0x7F) return false;
        const auto next = i + 1 < in.size() ? static_cast<unsigned char>(in[i + 1]) : 0U;
        if (byte == 0xC2 && next < 0xA0) return false; // the second block of controls
        // U+2000 to U+200F: spaces of every width, and marks of direction
        if (byte == 0xE2 && next == 0x80 && static_cast<unsigned char>(in[i + 2]) <= 0x8F) return false;
    }
    return true;
}

bool has_no_space(std::string_view in) {
    return in.find_first_of(" \t\n\r\f\v") == std::string_view::npos;
}

bool is_code(std::string_view in) {
    return !in.empty() && has_no_space(in);
}

bool is_token(std::string_view in) {
    return !in.empty() &&
           std::ranges::all_of(in, [](char c) { return is_word(c) || c == '-' || c == '=' || c == '.'; });
}

// The words of a message: somewhere the code has its place.
bool has_code(std::string_view in) {
    return in.find("{####}") != std::string_view::npos && http::is_text(in);
}

bool has_code_and_name(std::string_view in) {
    return has_code(in) && in.find("{username}") != std::string_view::npos;
}

constexpr text_pattern client_ids{R"([\w+]+)", is_client_id};
constexpr text_pattern secret_hashes{R"([\w+=/]+)", is_secret_hash};
constexpr text_pattern pool_ids{R"([\w-]+_[0-9a-zA-Z]+)", is_pool_id};
constexpr text_pattern resource_names{R"([\w\s+=,.@-]+)", is_resource_name};
constexpr text_pattern usernames{R"([\p{L}\p{M}\p{S}\p{N}\p{P}]+)", is_visible};
constexpr text_pattern passwords{R"([\S]+)", has_no_space};
constexpr text_pattern codes{R"([\S]+)", is_code};
constexpr text_pattern messages{R"([\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{####\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*)",
                                has_code};
constexpr text_pattern invitations{
    R"([\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{(####|username)\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*)",
    has_code_and_name};
constexpr text_pattern tokens{R"([A-Za-z0-9-_=.]+)", is_token};

constexpr json_shape client_id{
    .name = "ClientId", .required = true, .min = 1, .max = 128, .pattern = &client_ids, .sensitive = true};
constexpr json_shape pool_id{
    .name = "UserPoolId", .required = true, .min = 1, .max = 55, .pattern = &pool_ids};
constexpr json_shape username{
    .name = "Username", .required = true, .min = 1, .max = 128, .pattern = &usernames, .sensitive = true};
constexpr json_shape secret_hash{
    .name = "SecretHash", .min = 1, .max = 128, .pattern = &secret_hashes, .sensitive = true};
constexpr json_shape password{
    .name = "Password", .required = true, .max = 256, .pattern = &passwords, .sensitive = true};
constexpr json_shape confirmation_code{
    .name = "ConfirmationCode", .required = true, .min = 1, .max = 2048, .pattern = &codes};
constexpr json_shape access_token{
    .name = "AccessToken", .required = true, .max = 16'384, .pattern = &tokens, .sensitive = true};

constexpr std::array attribute_members = {
    json_shape{.name = "Name", .required = true, .min = 1, .max = 32, .pattern = &usernames},
    json_shape{.name = "Value", .max = 2048, .sensitive = true}};
constexpr std::array attribute_element = {
    json_shape{.name = "member", .is = structure, .members = attribute_members}};
// Passed to the pool's functions.
constexpr json_shape metadata{.name = "ClientMetadata", .is = map};
constexpr json_shape validation{
    .name = "ValidationData", .is = list, .max = 100, .members = attribute_element};
// What AWS analyses and watches for threats by, where that is configured; here it cannot be.
constexpr std::array analytics_members = {json_shape{.name = "AnalyticsEndpointId"}};
constexpr std::array context_members = {json_shape{.name = "IpAddress"}, json_shape{.name = "EncodedData"}};
constexpr json_shape analytics{.name = "AnalyticsMetadata", .is = structure, .members = analytics_members};
constexpr json_shape context{.name = "UserContextData", .is = structure, .members = context_members};
constexpr json_shape user_attributes{
    .name = "UserAttributes", .is = list, .max = 100, .members = attribute_element};

constexpr std::array text_element = {json_shape{.name = "member"}};
constexpr std::array<std::string_view, 3> alias_names = {"phone_number", "email", "preferred_username"};
constexpr std::array<std::string_view, 2> address_names = {"phone_number", "email"};
constexpr std::array alias_element = {json_shape{.name = "member", .values = alias_names}};
constexpr std::array address_element = {json_shape{.name = "member", .values = address_names}};
constexpr std::array policy_members = {
    json_shape{.name = "MinimumLength", .is = integer, .min = 6, .max = 99},
    json_shape{.name = "RequireUppercase", .is = boolean},
    json_shape{.name = "RequireLowercase", .is = boolean},
    json_shape{.name = "RequireNumbers", .is = boolean},
    json_shape{.name = "RequireSymbols", .is = boolean},
    json_shape{.name = "TemporaryPasswordValidityDays", .is = integer, .min = 0, .max = 365}};
constexpr std::array<std::string_view, 4> factor_names = {"PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"};
constexpr std::array factor_element = {json_shape{.name = "member", .values = factor_names}};
constexpr std::array sign_in_members = {
    json_shape{.name = "AllowedFirstAuthFactors", .is = list, .min = 1, .max = 4, .members = factor_element}};
constexpr std::array policies_members = {
    json_shape{.name = "PasswordPolicy", .is = structure, .members = policy_members},
    json_shape{.name = "SignInPolicy", .is = structure, .members = sign_in_members}};
constexpr std::array functions_members = {json_shape{.name = "PreSignUp", .min = 20, .max = 2048},
                                          json_shape{.name = "PostConfirmation", .min = 20, .max = 2048},
                                          json_shape{.name = "PostAuthentication", .min = 20, .max = 2048}};
constexpr std::array<std::string_view, 4> data_types = {"String", "Number", "DateTime", "Boolean"};
constexpr std::array length_members = {json_shape{.name = "MinLength"}, json_shape{.name = "MaxLength"}};
constexpr std::array value_members = {json_shape{.name = "MinValue"}, json_shape{.name = "MaxValue"}};
constexpr std::array schema_members = {
    json_shape{.name = "Name", .required = true, .min = 1, .max = 20, .pattern = &usernames},
    json_shape{.name = "AttributeDataType", .values = data_types},
    json_shape{.name = "DeveloperOnlyAttribute", .is = boolean},
    json_shape{.name = "Required", .is = boolean},
    json_shape{.name = "Mutable", .is = boolean},
    json_shape{.name = "StringAttributeConstraints", .is = structure, .members = length_members},
    json_shape{.name = "NumberAttributeConstraints", .is = structure, .members = value_members}};
constexpr std::array schema_element = {
    json_shape{.name = "member", .is = structure, .members = schema_members}};
constexpr std::array username_members = {
    json_shape{.name = "CaseSensitive", .is = boolean, .required = true}};
constexpr std::array invitation_members = {
    json_shape{.name = "EmailMessage", .min = 6, .max = 20'000, .pattern = &invitations},
    json_shape{.name = "EmailSubject", .min = 1, .max = 140}};
constexpr std::array admin_members = {
    json_shape{.name = "AllowAdminCreateUserOnly", .is = boolean},
    json_shape{.name = "UnusedAccountValidityDays", .is = integer, .min = 0, .max = 365},
    json_shape{.name = "InviteMessageTemplate", .is = structure, .members = invitation_members}};
constexpr std::array<std::string_view, 3> recovery_names = {"verified_email", "verified_phone_number",
                                                            "admin_only"};
constexpr std::array way_members = {
    json_shape{.name = "Priority", .is = integer, .required = true, .min = 1, .max = 2},
    json_shape{.name = "Name", .required = true, .values = recovery_names}};
constexpr std::array way_element = {json_shape{.name = "member", .is = structure, .members = way_members}};
constexpr std::array recovery_members = {
    json_shape{.name = "RecoveryMechanisms", .is = list, .min = 1, .max = 2, .members = way_element}};
constexpr std::array<std::string_view, 2> email_options = {"CONFIRM_WITH_LINK", "CONFIRM_WITH_CODE"};
constexpr std::array template_members = {
    json_shape{.name = "EmailMessage", .min = 6, .max = 20'000, .pattern = &messages},
    json_shape{.name = "EmailSubject", .min = 1, .max = 140},
    json_shape{.name = "DefaultEmailOption", .values = email_options}};
constexpr std::array<std::string_view, 2> senders = {"COGNITO_DEFAULT", "DEVELOPER"};
constexpr std::array email_members = {json_shape{.name = "EmailSendingAccount", .values = senders}};
constexpr std::array<std::string_view, 3> security_modes = {"OFF", "AUDIT", "ENFORCED"};
constexpr std::array add_on_members = {
    json_shape{.name = "AdvancedSecurityMode", .required = true, .values = security_modes}};
constexpr std::array<std::string_view, 3> tiers = {"LITE", "ESSENTIALS", "PLUS"};
constexpr std::array<std::string_view, 2> protections = {"ACTIVE", "INACTIVE"};
constexpr std::array<std::string_view, 3> factors = {"OFF", "ON", "OPTIONAL"};

constexpr json_shape policies{.name = "Policies", .is = structure, .members = policies_members};
constexpr json_shape functions{.name = "LambdaConfig", .is = structure, .members = functions_members};
constexpr json_shape verified{.name = "AutoVerifiedAttributes", .is = list, .members = address_element};
constexpr json_shape protection{.name = "DeletionProtection", .values = protections};
constexpr json_shape factor{.name = "MfaConfiguration", .values = factors};
constexpr json_shape tags{.name = "UserPoolTags", .is = map};
constexpr json_shape administration{
    .name = "AdminCreateUserConfig", .is = structure, .members = admin_members};
constexpr json_shape recovery{.name = "AccountRecoverySetting", .is = structure, .members = recovery_members};
constexpr json_shape code_message{
    .name = "EmailVerificationMessage", .min = 6, .max = 20'000, .pattern = &messages};
constexpr json_shape code_subject{.name = "EmailVerificationSubject", .min = 1, .max = 140};
constexpr json_shape code_template{
    .name = "VerificationMessageTemplate", .is = structure, .members = template_members};
constexpr json_shape email_setting{.name = "EmailConfiguration", .is = structure, .members = email_members};
constexpr json_shape add_ons{.name = "UserPoolAddOns", .is = structure, .members = add_on_members};
constexpr json_shape tier{.name = "UserPoolTier", .values = tiers};

constexpr std::array create_pool_in = {
    json_shape{.name = "PoolName", .required = true, .min = 1, .max = 128, .pattern = &resource_names},
    policies,
    functions,
    verified,
    protection,
    factor,
    tags,
    administration,
    recovery,
    code_message,
    code_subject,
    code_template,
    email_setting,
    add_ons,
    tier,
    json_shape{.name = "AliasAttributes", .is = list, .members = alias_element},
    json_shape{.name = "UsernameAttributes", .is = list, .members = address_element},
    json_shape{.name = "UsernameConfiguration", .is = structure, .members = username_members},
    json_shape{.name = "Schema", .is = list, .min = 1, .max = 50, .members = schema_element}};
constexpr std::array update_pool_in = {
    pool_id,       policies,
    functions,     verified,
    protection,    factor,
    tags,          administration,
    recovery,      code_message,
    code_subject,  code_template,
    email_setting, add_ons,
    tier,          json_shape{.name = "PoolName", .min = 1, .max = 128, .pattern = &resource_names}};
constexpr std::array pool_in = {pool_id};
constexpr std::array list_pools_in = {
    json_shape{.name = "MaxResults", .is = integer, .required = true, .min = 1, .max = 60},
    json_shape{.name = "NextToken", .min = 1, .max = 256, .pattern = &codes}};

constexpr std::array<std::string_view, 9> flow_names = {
    "ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY",    "USER_PASSWORD_AUTH",  "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_AUTH"};
constexpr std::array flow_element = {json_shape{.name = "member", .values = flow_names}};
constexpr std::array<std::string_view, 4> unit_names = {"seconds", "minutes", "hours", "days"};
constexpr std::array unit_members = {json_shape{.name = "AccessToken", .values = unit_names},
                                     json_shape{.name = "IdToken", .values = unit_names},
                                     json_shape{.name = "RefreshToken", .values = unit_names}};
constexpr std::array<std::string_view, 2> existence_errors = {"LEGACY", "ENABLED"};
constexpr json_shape refresh_validity{
    .name = "RefreshTokenValidity", .is = integer, .min = 0, .max = 315'360'000};
constexpr json_shape access_validity{.name = "AccessTokenValidity", .is = integer, .min = 1, .max = 86'400};
constexpr json_shape id_validity{.name = "IdTokenValidity", .is = integer, .min = 1, .max = 86'400};
constexpr json_shape units{.name = "TokenValidityUnits", .is = structure, .members = unit_members};
constexpr json_shape flows{.name = "ExplicitAuthFlows", .is = list, .members = flow_element};
constexpr json_shape existence{.name = "PreventUserExistenceErrors", .values = existence_errors};
constexpr json_shape revocation{.name = "EnableTokenRevocation", .is = boolean};
constexpr json_shape readable{.name = "ReadAttributes", .is = list, .members = text_element};
constexpr json_shape writable{.name = "WriteAttributes", .is = list, .members = text_element};

constexpr json_shape session_validity{.name = "AuthSessionValidity", .is = integer, .min = 3, .max = 15};
constexpr json_shape providers{.name = "SupportedIdentityProviders", .is = list, .members = text_element};
constexpr std::array<std::string_view, 2> features = {"ENABLED", "DISABLED"};
constexpr std::array rotation_members = {
    json_shape{.name = "Feature", .required = true, .values = features},
    json_shape{.name = "RetryGracePeriodSeconds", .is = integer, .min = 0, .max = 60}};
constexpr json_shape rotation{.name = "RefreshTokenRotation", .is = structure, .members = rotation_members};

constexpr std::array create_client_in = {
    pool_id,
    json_shape{.name = "ClientName", .required = true, .min = 1, .max = 128, .pattern = &resource_names},
    json_shape{.name = "GenerateSecret", .is = boolean},
    refresh_validity,
    access_validity,
    id_validity,
    units,
    flows,
    existence,
    revocation,
    readable,
    writable,
    session_validity,
    providers,
    rotation};
constexpr std::array update_client_in = {
    pool_id,
    client_id,
    json_shape{.name = "ClientName", .min = 1, .max = 128, .pattern = &resource_names},
    refresh_validity,
    access_validity,
    id_validity,
    units,
    flows,
    existence,
    revocation,
    readable,
    writable,
    session_validity,
    providers,
    rotation};
constexpr std::array client_in = {pool_id, client_id};
constexpr std::array list_clients_in = {
    pool_id, json_shape{.name = "MaxResults", .is = integer, .min = 1, .max = 60},
    json_shape{.name = "NextToken", .min = 1, .max = 256, .pattern = &codes}};

constexpr json_shape force_alias{.name = "ForceAliasCreation", .is = boolean};
constexpr std::array sign_up_in = {client_id,  secret_hash, username,  password, user_attributes,
                                   validation, metadata,    analytics, context};
constexpr std::array confirm_in = {client_id,   secret_hash, username,  confirmation_code,
                                   force_alias, metadata,    analytics, context};
constexpr std::array client_user_in = {client_id, secret_hash, username, metadata, analytics, context};
constexpr std::array confirm_forgot_in = {client_id, secret_hash, username,  confirmation_code,
                                          password,  metadata,    analytics, context};
constexpr std::array change_password_in = {
    json_shape{
        .name = "PreviousPassword", .required = true, .max = 256, .pattern = &passwords, .sensitive = true},
    json_shape{
        .name = "ProposedPassword", .required = true, .max = 256, .pattern = &passwords, .sensitive = true},
    access_token};

constexpr std::array<std::string_view, 8> auth_flows = {
    "USER_SRP_AUTH",      "REFRESH_TOKEN_AUTH",       "REFRESH_TOKEN", "CUSTOM_AUTH", "ADMIN_NO_SRP_AUTH",
    "USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "USER_AUTH"};
constexpr std::array<std::string_view, 13> challenges = {
    "SMS_MFA",           "SOFTWARE_TOKEN_MFA",    "SELECT_MFA_TYPE",  "MFA_SETUP",
    "PASSWORD_VERIFIER", "CUSTOM_CHALLENGE",      "DEVICE_SRP_AUTH",  "DEVICE_PASSWORD_VERIFIER",
    "ADMIN_NO_SRP_AUTH", "NEW_PASSWORD_REQUIRED", "SELECT_CHALLENGE", "PASSWORD",
    "PASSWORD_SRP"};
constexpr std::array initiate_in = {client_id,
                                    json_shape{.name = "AuthFlow", .required = true, .values = auth_flows},
                                    json_shape{.name = "AuthParameters", .is = map, .sensitive = true},
                                    metadata,
                                    analytics,
                                    context};
constexpr std::array respond_in = {
    client_id,
    json_shape{.name = "ChallengeName", .required = true, .values = challenges},
    json_shape{.name = "Session", .min = 20, .max = 2048, .sensitive = true},
    json_shape{.name = "ChallengeResponses", .is = map, .sensitive = true},
    metadata,
    analytics,
    context};
constexpr std::array refresh_in = {
    client_id,
    json_shape{
        .name = "RefreshToken", .required = true, .max = 16'384, .pattern = &tokens, .sensitive = true},
    json_shape{.name = "ClientSecret", .min = 1, .max = 64, .pattern = &client_ids, .sensitive = true},
    metadata};
constexpr std::array token_in = {access_token};
constexpr std::array revoke_in = {
    client_id,
    json_shape{.name = "Token", .required = true, .max = 16'384, .pattern = &tokens, .sensitive = true},
    json_shape{.name = "ClientSecret", .min = 1, .max = 64, .pattern = &client_ids, .sensitive = true}};
constexpr std::array update_attributes_in = {
    access_token,
    json_shape{
        .name = "UserAttributes", .is = list, .required = true, .max = 100, .members = attribute_element},
    metadata};
constexpr std::array verify_attribute_in = {
    access_token, json_shape{.name = "AttributeName", .required = true, .min = 1, .max = 32},
    json_shape{.name = "Code", .required = true, .min = 1, .max = 2048, .pattern = &codes}};

constexpr std::array pool_user_in = {pool_id, username};
constexpr json_shape attribute_names{
    .name = "UserAttributeNames", .is = list, .required = true, .members = text_element};
constexpr std::array delete_attributes_in = {access_token, attribute_names};
constexpr std::array admin_delete_attributes_in = {pool_id, username, attribute_names};
constexpr std::array admin_update_attributes_in = {
    pool_id, username,
    json_shape{
        .name = "UserAttributes", .is = list, .required = true, .max = 100, .members = attribute_element},
    metadata};
constexpr std::array custom_attributes_in = {pool_id, json_shape{.name = "CustomAttributes",
                                                                 .is = list,
                                                                 .required = true,
                                                                 .min = 1,
                                                                 .max = 25,
                                                                 .members = schema_element}};
constexpr std::array header_members = {json_shape{.name = "headerName"}, json_shape{.name = "headerValue"}};
constexpr std::array header_element = {
    json_shape{.name = "member", .is = structure, .members = header_members}};
constexpr std::array admin_context_members = {
    json_shape{.name = "IpAddress", .required = true}, json_shape{.name = "ServerName", .required = true},
    json_shape{.name = "ServerPath", .required = true},
    json_shape{.name = "HttpHeaders", .is = list, .required = true, .members = header_element},
    json_shape{.name = "EncodedData"}};
constexpr json_shape admin_context{.name = "ContextData", .is = structure, .members = admin_context_members};
constexpr std::array admin_initiate_in = {
    pool_id,
    client_id,
    json_shape{.name = "AuthFlow", .required = true, .values = auth_flows},
    json_shape{.name = "AuthParameters", .is = map, .sensitive = true},
    metadata,
    analytics,
    admin_context};
constexpr std::array admin_respond_in = {
    pool_id,
    client_id,
    json_shape{.name = "ChallengeName", .required = true, .values = challenges},
    json_shape{.name = "Session", .min = 20, .max = 2048, .sensitive = true},
    json_shape{.name = "ChallengeResponses", .is = map, .sensitive = true},
    metadata,
    analytics,
    admin_context};
constexpr std::array<std::string_view, 2> message_actions = {"RESEND", "SUPPRESS"};
constexpr std::array<std::string_view, 2> medium_names = {"SMS", "EMAIL"};
constexpr std::array medium_element = {json_shape{.name = "member", .values = medium_names}};
constexpr std::array admin_confirm_in = {pool_id, username, metadata};
constexpr std::array admin_create_in = {
    pool_id,
    username,
    user_attributes,
    validation,
    metadata,
    force_alias,
    json_shape{.name = "DesiredDeliveryMediums", .is = list, .members = medium_element},
    json_shape{.name = "TemporaryPassword", .max = 256, .pattern = &passwords, .sensitive = true},
    json_shape{.name = "MessageAction", .values = message_actions}};
constexpr std::array admin_password_in = {pool_id, username, password,
                                          json_shape{.name = "Permanent", .is = boolean}};
constexpr std::array list_users_in = {
    pool_id, json_shape{.name = "Limit", .is = integer, .min = 0, .max = 60},
    json_shape{.name = "AttributesToGet", .is = list, .members = text_element},
    json_shape{.name = "Filter", .max = 256},
    json_shape{.name = "PaginationToken", .min = 1, .pattern = &codes}};

constexpr std::array operations = {
    json_operation{"CreateUserPool", create_pool_in, create_user_pool},
    json_operation{"DescribeUserPool", pool_in, describe_user_pool},
    json_operation{"UpdateUserPool", update_pool_in, update_user_pool},
    json_operation{"ListUserPools", list_pools_in, list_user_pools},
    json_operation{"DeleteUserPool", pool_in, delete_user_pool},
    json_operation{"CreateUserPoolClient", create_client_in, create_user_pool_client},
    json_operation{"DescribeUserPoolClient", client_in, describe_user_pool_client},
    json_operation{"UpdateUserPoolClient", update_client_in, update_user_pool_client},
    json_operation{"ListUserPoolClients", list_clients_in, list_user_pool_clients},
    json_operation{"DeleteUserPoolClient", client_in, delete_user_pool_client},
    json_operation{"SignUp", sign_up_in, sign_up, true},
    json_operation{"ConfirmSignUp", confirm_in, confirm_sign_up, true},
    json_operation{"ResendConfirmationCode", client_user_in, resend_confirmation_code, true},
    json_operation{"ForgotPassword", client_user_in, forgot_password, true},
    json_operation{"ConfirmForgotPassword", confirm_forgot_in, confirm_forgot_password, true},
    json_operation{"ChangePassword", change_password_in, change_password, true},
    json_operation{"InitiateAuth", initiate_in, initiate_auth, true},
    json_operation{"RespondToAuthChallenge", respond_in, respond_to_auth_challenge, true},
    json_operation{"GetTokensFromRefreshToken", refresh_in, get_tokens_from_refresh_token, true},
    json_operation{"GlobalSignOut", token_in, global_sign_out, true},
    json_operation{"RevokeToken", revoke_in, revoke_token, true},
    json_operation{"GetUser", token_in, get_user, true},
    json_operation{"UpdateUserAttributes", update_attributes_in, update_user_attributes, true},
    json_operation{"VerifyUserAttribute", verify_attribute_in, verify_user_attribute, true},
    json_operation{"AdminConfirmSignUp", admin_confirm_in, admin_confirm_sign_up},
    json_operation{"AdminGetUser", pool_user_in, admin_get_user},
    json_operation{"AdminCreateUser", admin_create_in, admin_create_user},
    json_operation{"AdminSetUserPassword", admin_password_in, admin_set_user_password},
    json_operation{"AdminDeleteUser", pool_user_in, admin_delete_user},
    json_operation{"AdminInitiateAuth", admin_initiate_in, admin_initiate_auth},
    json_operation{"AdminRespondToAuthChallenge", admin_respond_in, admin_respond_to_auth_challenge},
    json_operation{"AdminUserGlobalSignOut", pool_user_in, admin_user_global_sign_out},
    json_operation{"AdminUpdateUserAttributes", admin_update_attributes_in, admin_update_user_attributes},
    json_operation{"AdminDeleteUserAttributes", admin_delete_attributes_in, admin_delete_user_attributes},
    json_operation{"AdminEnableUser", pool_user_in, admin_enable_user},
    json_operation{"AdminDisableUser", pool_user_in, admin_disable_user},
    json_operation{"DeleteUserAttributes", delete_attributes_in, delete_user_attributes, true},
    json_operation{"DeleteUser", token_in, delete_user, true},
    json_operation{"AddCustomAttributes", custom_attributes_in, add_custom_attributes},
    json_operation{"ListUsers", list_users_in, list_users}};

} // namespace

const wire::json_service& cognito_service() {
    static constexpr wire::json_service service{"AWSCognitoIdentityProviderService", "cognito-idp", "1.1",
                                                "InvalidParameterException", operations};
    return service;
}

} // namespace cruddur::cloud::cognito
