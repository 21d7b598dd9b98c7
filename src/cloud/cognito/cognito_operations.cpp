#include "cloud/cognito/cognito.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <array>

namespace cruddur::cloud::cognito {

namespace {

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

// Words, and these beside.
template<char... Beside>
bool is_words(std::string_view in) {
    return std::ranges::all_of(in, [](char c) { return is_word(c) || ((c == Beside) || ...); });
}

bool is_pool_id(std::string_view in) {
    const std::size_t line = in.rfind('_');
    return line != std::string_view::npos && line > 0 && line + 1 < in.size() && is_words<'-'>(in);
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

bool is_digits(std::string_view in) {
    return in.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_token(std::string_view in) {
    return !in.empty() && is_words<'-', '=', '.'>(in);
}

// "arn:aws:iam::123456789012:role/NAME"
bool is_arn(std::string_view in) {
    return in.starts_with("arn:") && std::ranges::count(in, ':') >= 5 &&
           is_words<':', '+', '=', '/', ',', '.', '@', '-'>(in);
}

// The words of a message: somewhere the code has its place.
bool has_code(std::string_view in) {
    return in.find("{####}") != std::string_view::npos && http::is_text(in);
}

bool has_code_and_name(std::string_view in) {
    return has_code(in) && in.find("{username}") != std::string_view::npos;
}

constexpr text_pattern client_ids{R"([\w+]+)", is_words<'+'>};
constexpr text_pattern secret_hashes{R"([\w+=/]+)", is_words<'+', '=', '/'>};
constexpr text_pattern pool_ids{R"([\w-]+_[0-9a-zA-Z]+)", is_pool_id};
constexpr text_pattern resource_names{
    R"([\w\s+=,.@-]+)", is_words<' ', '\t', '\n', '\r', '\f', '\v', '+', '=', ',', '.', '@', '-'>};
constexpr text_pattern arns{
    R"(arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?)",
    is_arn};
constexpr text_pattern usernames{R"([\p{L}\p{M}\p{S}\p{N}\p{P}]+)", is_visible};
constexpr text_pattern passwords{R"([\S]+)", has_no_space};
constexpr text_pattern codes{R"([\S]+)", is_code};
constexpr text_pattern messages{R"([\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{####\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*)",
                                has_code};
constexpr text_pattern invitations{
    R"([\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{(####|username)\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*)",
    has_code_and_name};
constexpr text_pattern one_time_codes{R"([0-9]+)", is_digits};
constexpr text_pattern tokens{R"([A-Za-z0-9-_=.]+)", is_token};

constexpr auto limits = std::to_array<member_limit>(
    {{.member = "PoolName", .min = 1, .max = 128, .pattern = &resource_names},
     {.member = "MinimumLength", .min = 6, .max = 99},
     {.member = "TemporaryPasswordValidityDays", .max = 365},
     {.member = "AllowedFirstAuthFactors", .min = 1, .max = 4},
     {.member = "PreSignUp", .min = 20, .max = 2048, .pattern = &arns},
     {.member = "CustomMessage", .min = 20, .max = 2048, .pattern = &arns},
     {.member = "PostConfirmation", .min = 20, .max = 2048, .pattern = &arns},
     {.member = "PreAuthentication", .min = 20, .max = 2048, .pattern = &arns},
     {.member = "PostAuthentication", .min = 20, .max = 2048, .pattern = &arns},
     {.member = "DefineAuthChallenge", .min = 20, .max = 2048, .pattern = &arns},
     {.member = "CreateAuthChallenge", .min = 20, .max = 2048, .pattern = &arns},
     {.member = "VerifyAuthChallengeResponse", .min = 20, .max = 2048, .pattern = &arns},
     {.member = "PreTokenGeneration", .min = 20, .max = 2048, .pattern = &arns},
     {.member = "UserMigration", .min = 20, .max = 2048, .pattern = &arns},
     {.member = "LambdaArn", .min = 20, .max = 2048, .pattern = &arns},
     {.member = "UnusedAccountValidityDays", .max = 365},
     {.member = "VerificationMessageTemplateType.EmailMessage",
      .min = 6,
      .max = 20'000,
      .pattern = &messages},
     {.member = "EmailMessage", .min = 6, .max = 20'000, .pattern = &invitations},
     {.member = "EmailSubject", .min = 1, .max = 140},
     {.member = "RecoveryMechanisms", .min = 1, .max = 2},
     {.member = "Priority", .min = 1, .max = 2},
     {.member = "SchemaAttributeType.Name", .min = 1, .max = 20, .pattern = &usernames, .required = true},
     {.member = "AttributeType.Name", .min = 1, .max = 32, .pattern = &usernames},
     {.member = "EmailVerificationMessage", .min = 6, .max = 20'000, .pattern = &messages},
     {.member = "EmailVerificationSubject", .min = 1, .max = 140},
     {.member = "Schema", .min = 1, .max = 50},
     {.member = "UserPoolId", .min = 1, .max = 55, .pattern = &pool_ids},
     {.member = "MaxResults", .min = 1, .max = 60},
     {.member = "NextToken", .min = 1, .max = 256, .pattern = &codes},
     {.member = "ClientName", .min = 1, .max = 128, .pattern = &resource_names},
     {.member = "RefreshTokenValidity", .max = 315'360'000},
     {.member = "AccessTokenValidity", .min = 1, .max = 86'400},
     {.member = "IdTokenValidity", .min = 1, .max = 86'400},
     {.member = "TokenValidityUnitsType.AccessToken"},
     {.member = "AccessToken", .max = 16'384, .pattern = &tokens},
     {.member = "GetTokensFromRefreshTokenRequest.RefreshToken", .max = 16'384, .pattern = &tokens},
     {.member = "AuthSessionValidity", .min = 3, .max = 15},
     {.member = "RetryGracePeriodSeconds", .max = 60},
     {.member = "ClientId", .min = 1, .max = 128, .pattern = &client_ids},
     {.member = "SecretHash", .min = 1, .max = 128, .pattern = &secret_hashes},
     {.member = "Username", .min = 1, .max = 128, .pattern = &usernames},
     {.member = "SignUpRequest.Password", .max = 256, .pattern = &passwords, .required = true},
     {.member = "Password", .max = 256, .pattern = &passwords},
     {.member = "UserAttributes", .max = 100},
     {.member = "Value", .max = 2048},
     {.member = "ValidationData", .max = 100},
     {.member = "ConfirmationCode", .min = 1, .max = 2048, .pattern = &codes},
     {.member = "PreviousPassword", .max = 256, .pattern = &passwords, .required = true},
     {.member = "ProposedPassword", .max = 256, .pattern = &passwords},
     {.member = "Session", .min = 20, .max = 2048},
     {.member = "ClientSecret", .min = 1, .max = 64, .pattern = &client_ids},
     {.member = "Token", .max = 16'384, .pattern = &tokens},
     {.member = "AttributeName", .min = 1, .max = 32},
     {.member = "Code", .min = 1, .max = 2048, .pattern = &codes},
     {.member = "TemporaryPassword", .max = 256, .pattern = &passwords},
     {.member = "CustomAttributes", .min = 1, .max = 25},
     {.member = "Limit", .max = 60},
     {.member = "Filter", .max = 256},
     {.member = "UserCode", .min = 6, .max = 6, .pattern = &one_time_codes},
     {.member = "FriendlyDeviceName", .max = 131'072},
     {.member = "GroupName", .min = 1, .max = 128, .pattern = &usernames},
     {.member = "Description", .max = 2048},
     {.member = "RoleArn", .min = 20, .max = 2048, .pattern = &arns},
     {.member = "Precedence"},
     {.member = "PaginationToken", .min = 1, .pattern = &codes}});

// Of the structures, what is served.
constexpr auto structures = std::to_array<served_structure>(
    {{"AccountRecoverySettingType", "RecoveryMechanisms"},
     {"AdminCreateUserConfigType",
      "AllowAdminCreateUserOnly UnusedAccountValidityDays InviteMessageTemplate"},
     {"AnalyticsMetadataType", "AnalyticsEndpointId"},
     {"AttributeType", "Name Value"},
     {"ContextDataType", "IpAddress ServerName ServerPath HttpHeaders EncodedData"},
     {"EmailConfigurationType", "EmailSendingAccount"},
     {"HttpHeader", "headerName headerValue"},
     {"LambdaConfigType",
      "PreSignUp CustomMessage PostConfirmation PreAuthentication PostAuthentication DefineAuthChallenge "
      "CreateAuthChallenge VerifyAuthChallengeResponse PreTokenGeneration UserMigration "
      "PreTokenGenerationConfig"},
     {"MessageTemplateType", "EmailMessage EmailSubject"},
     {"NumberAttributeConstraintsType", "MinValue MaxValue"},
     {"PasswordPolicyType", "MinimumLength RequireUppercase RequireLowercase RequireNumbers RequireSymbols "
                            "TemporaryPasswordValidityDays"},
     {"PreTokenGenerationVersionConfigType", "LambdaVersion LambdaArn"},
     {"RecoveryOptionType", "Priority Name"},
     {"RefreshTokenRotationType", "Feature RetryGracePeriodSeconds"},
     {"SchemaAttributeType", "Name AttributeDataType DeveloperOnlyAttribute Required Mutable "
                             "StringAttributeConstraints NumberAttributeConstraints"},
     {"SignInPolicyType", "AllowedFirstAuthFactors"},
     {"SoftwareTokenMfaConfigType", "Enabled"},
     {"SoftwareTokenMfaSettingsType", "Enabled PreferredMfa"},
     {"StringAttributeConstraintsType", "MinLength MaxLength"},
     {"TokenValidityUnitsType", "AccessToken IdToken RefreshToken"},
     {"UserContextDataType", "IpAddress EncodedData"},
     {"UserPoolAddOnsType", "AdvancedSecurityMode"},
     {"UserPoolPolicyType", "PasswordPolicy SignInPolicy"},
     {"UsernameConfigurationType", "CaseSensitive"},
     {"VerificationMessageTemplateType", "EmailMessage EmailSubject DefaultEmailOption"}});

constexpr std::array operations{
    operation{"CreateUserPool",
              "PoolName Policies LambdaConfig AutoVerifiedAttributes DeletionProtection "
              "MfaConfiguration UserPoolTags AdminCreateUserConfig AccountRecoverySetting "
              "EmailVerificationMessage EmailVerificationSubject VerificationMessageTemplate "
              "EmailConfiguration UserPoolAddOns UserPoolTier AliasAttributes UsernameAttributes "
              "UsernameConfiguration Schema",
              create_user_pool},
    operation{"DescribeUserPool", "UserPoolId", describe_user_pool},
    operation{"GetUserPoolMfaConfig", "UserPoolId", get_user_pool_mfa_config},
    operation{"UpdateUserPool",
              "UserPoolId Policies LambdaConfig AutoVerifiedAttributes DeletionProtection "
              "MfaConfiguration UserPoolTags AdminCreateUserConfig AccountRecoverySetting "
              "EmailVerificationMessage EmailVerificationSubject VerificationMessageTemplate "
              "EmailConfiguration UserPoolAddOns UserPoolTier PoolName",
              update_user_pool},
    operation{"ListUserPools", "MaxResults NextToken", list_user_pools},
    operation{"DeleteUserPool", "UserPoolId", delete_user_pool},
    operation{"CreateUserPoolClient",
              "UserPoolId ClientName GenerateSecret RefreshTokenValidity AccessTokenValidity "
              "IdTokenValidity TokenValidityUnits ExplicitAuthFlows PreventUserExistenceErrors "
              "EnableTokenRevocation ReadAttributes WriteAttributes AuthSessionValidity "
              "SupportedIdentityProviders RefreshTokenRotation",
              create_user_pool_client},
    operation{"DescribeUserPoolClient", "UserPoolId ClientId", describe_user_pool_client},
    operation{"UpdateUserPoolClient",
              "UserPoolId ClientId ClientName RefreshTokenValidity AccessTokenValidity "
              "IdTokenValidity TokenValidityUnits ExplicitAuthFlows PreventUserExistenceErrors "
              "EnableTokenRevocation ReadAttributes WriteAttributes AuthSessionValidity "
              "SupportedIdentityProviders RefreshTokenRotation",
              update_user_pool_client},
    operation{"ListUserPoolClients", "UserPoolId MaxResults NextToken", list_user_pool_clients},
    operation{"DeleteUserPoolClient", "UserPoolId ClientId", delete_user_pool_client},
    operation{"SignUp",
              "ClientId SecretHash Username Password UserAttributes ValidationData ClientMetadata "
              "AnalyticsMetadata UserContextData",
              sign_up, true},
    operation{"ConfirmSignUp",
              "ClientId SecretHash Username ConfirmationCode ForceAliasCreation ClientMetadata "
              "AnalyticsMetadata UserContextData",
              confirm_sign_up, true},
    operation{"ResendConfirmationCode",
              "ClientId SecretHash Username ClientMetadata AnalyticsMetadata UserContextData",
              resend_confirmation_code, true},
    operation{"ForgotPassword",
              "ClientId SecretHash Username ClientMetadata AnalyticsMetadata UserContextData",
              forgot_password, true},
    operation{"ConfirmForgotPassword",
              "ClientId SecretHash Username ConfirmationCode Password ClientMetadata "
              "AnalyticsMetadata UserContextData",
              confirm_forgot_password, true},
    operation{"ChangePassword", "PreviousPassword ProposedPassword AccessToken", change_password, true},
    operation{"InitiateAuth",
              "ClientId AuthFlow AuthParameters ClientMetadata AnalyticsMetadata UserContextData",
              initiate_auth, true},
    operation{"RespondToAuthChallenge",
              "ClientId ChallengeName Session ChallengeResponses ClientMetadata AnalyticsMetadata "
              "UserContextData",
              respond_to_auth_challenge, true},
    operation{"GetTokensFromRefreshToken", "ClientId RefreshToken ClientSecret ClientMetadata",
              get_tokens_from_refresh_token, true},
    operation{"GlobalSignOut", "AccessToken", global_sign_out, true},
    operation{"RevokeToken", "ClientId Token ClientSecret", revoke_token, true},
    operation{"GetUser", "AccessToken", get_user, true},
    operation{"UpdateUserAttributes", "AccessToken UserAttributes ClientMetadata", update_user_attributes,
              true},
    operation{"VerifyUserAttribute", "AccessToken AttributeName Code", verify_user_attribute, true},
    operation{"GetUserAttributeVerificationCode", "AccessToken AttributeName ClientMetadata",
              get_user_attribute_verification_code, true},
    operation{"AdminResetUserPassword", "UserPoolId Username ClientMetadata", admin_reset_user_password},
    operation{"AdminConfirmSignUp", "UserPoolId Username ClientMetadata", admin_confirm_sign_up},
    operation{"AdminGetUser", "UserPoolId Username", admin_get_user},
    operation{"AdminCreateUser",
              "UserPoolId Username UserAttributes ValidationData ClientMetadata ForceAliasCreation "
              "DesiredDeliveryMediums TemporaryPassword MessageAction",
              admin_create_user},
    operation{"AdminSetUserPassword", "UserPoolId Username Password Permanent", admin_set_user_password},
    operation{"AdminDeleteUser", "UserPoolId Username", admin_delete_user},
    operation{"AdminInitiateAuth",
              "UserPoolId ClientId AuthFlow AuthParameters ClientMetadata AnalyticsMetadata "
              "ContextData",
              admin_initiate_auth},
    operation{"AdminRespondToAuthChallenge",
              "UserPoolId ClientId ChallengeName Session ChallengeResponses ClientMetadata "
              "AnalyticsMetadata ContextData",
              admin_respond_to_auth_challenge},
    operation{"AdminUserGlobalSignOut", "UserPoolId Username", admin_user_global_sign_out},
    operation{"AdminUpdateUserAttributes", "UserPoolId Username UserAttributes ClientMetadata",
              admin_update_user_attributes},
    operation{"AdminDeleteUserAttributes", "UserPoolId Username UserAttributeNames",
              admin_delete_user_attributes},
    operation{"AdminEnableUser", "UserPoolId Username", admin_enable_user},
    operation{"AdminDisableUser", "UserPoolId Username", admin_disable_user},
    operation{"DeleteUserAttributes", "AccessToken UserAttributeNames", delete_user_attributes, true},
    operation{"DeleteUser", "AccessToken", delete_user, true},
    operation{"AddCustomAttributes", "UserPoolId CustomAttributes", add_custom_attributes},
    operation{"SetUserPoolMfaConfig", "UserPoolId SoftwareTokenMfaConfiguration MfaConfiguration",
              set_user_pool_mfa_config},
    operation{"AssociateSoftwareToken", "AccessToken Session", associate_software_token, true},
    operation{"VerifySoftwareToken", "AccessToken Session UserCode FriendlyDeviceName", verify_software_token,
              true},
    operation{"SetUserMFAPreference", "AccessToken SoftwareTokenMfaSettings", set_user_mfa_preference, true},
    operation{"AdminSetUserMFAPreference", "UserPoolId Username SoftwareTokenMfaSettings",
              admin_set_user_mfa_preference},
    operation{"CreateGroup", "UserPoolId GroupName Description RoleArn Precedence", create_group},
    operation{"GetGroup", "UserPoolId GroupName", get_group},
    operation{"UpdateGroup", "UserPoolId GroupName Description RoleArn Precedence", update_group},
    operation{"DeleteGroup", "UserPoolId GroupName", delete_group},
    operation{"ListGroups", "UserPoolId Limit NextToken", list_groups},
    operation{"AdminAddUserToGroup", "UserPoolId Username GroupName", admin_add_user_to_group},
    operation{"AdminRemoveUserFromGroup", "UserPoolId Username GroupName", admin_remove_user_from_group},
    operation{"AdminListGroupsForUser", "UserPoolId Username Limit NextToken", admin_list_groups_for_user},
    operation{"ListUsersInGroup", "UserPoolId GroupName Limit NextToken", list_users_in_group},
    operation{"ListUsers", "UserPoolId Limit AttributesToGet Filter PaginationToken", list_users}};

} // namespace

const wire::service& cognito_service() {
    static constexpr wire::service service{.model = wire::cognito_idp_model,
                                           .operations = operations,
                                           .validation_code = "InvalidParameterException",
                                           .limits = limits,
                                           .structures = structures};
    return service;
}

} // namespace cruddur::cloud::cognito
