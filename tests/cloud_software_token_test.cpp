#include "cloud/cognito/cognito_software_token.hpp"
#include "support/user_pool_service.hpp"

using namespace cruddur::cloud::cognito;
using namespace cruddur::test;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

TEST(one_time_codes, are_those_of_rfc_6238) {
    // Its appendix B, of whose eight digits the last six are the code: "12345678901234567890" in Base32.
    constexpr std::string_view secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    for (const auto& [seconds, code] :
         {std::pair{59LL, "287082"}, std::pair{1'111'111'109LL, "081804"},
          std::pair{1'111'111'111LL, "050471"}, std::pair{1'234'567'890LL, "005924"},
          std::pair{2'000'000'000LL, "279037"}, std::pair{20'000'000'000LL, "353130"}}) {
        const std::int64_t step = seconds / 30;
        EXPECT_EQ(totp_code(secret, step), code);
        for (const int off : {-2, -1, 0, 1, 2}) {
            const auto found = totp_step_of(secret, code, (step + off) * 30);
            EXPECT_EQ(found.has_value(), off >= -1 && off <= 1) << off;
            EXPECT_EQ(found.value_or(step), step);
        }
    }
}

class software_tokens : public cognito_service {
protected:
    void make_pool_that(const char* setting) {
        make_pool();
        sign_up_and_confirm();
        access_ =
            json::object{{"AccessToken", tokens_in(call("InitiateAuth", sign_in_input())).at("AccessToken")}};
        ASSERT_EQ(refusal_of("SetUserPoolMfaConfig",
                             {{"UserPoolId", pool},
                              {"MfaConfiguration", setting},
                              {"SoftwareTokenMfaConfiguration", json::object{{"Enabled", true}}}}),
                  "")
            << message;
    }
    static json::object tokens_in(const json::object& answer) {
        EXPECT_TRUE(answer.contains("AuthenticationResult")) << json::serialize(answer);
        const json::value* found = answer.if_contains("AuthenticationResult");
        return found == nullptr ? json::object{} : found->get_object();
    }
    std::string code(int steps_away = 0) const {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
        return totp_code(secret_, seconds / 30 + steps_away);
    }
    json::object with_access(json::object more = {}) const {
        for (const auto& [name, value] : access_)
            more[name] = value;
        return more;
    }
    void set_up() {
        secret_ = std::string{call("AssociateSoftwareToken", access_).at("SecretCode").get_string()};
        ASSERT_EQ(refusal_of("VerifySoftwareToken",
                             with_access({{"UserCode", code()}, {"FriendlyDeviceName", "phone"}})),
                  "")
            << message;
    }
    void prefer(bool is_enabled) {
        const json::object wish{{"Enabled", is_enabled}, {"PreferredMfa", is_enabled}};
        ASSERT_EQ(refusal_of("SetUserMFAPreference", with_access({{"SoftwareTokenMfaSettings", wish}})), "")
            << message;
    }
    json::object answer_to(const json::object& asked, json::object responses) {
        responses["USERNAME"] = "ada";
        return {{"ClientId", client},
                {"ChallengeName", asked.at("ChallengeName")},
                {"Session", asked.at("Session")},
                {"ChallengeResponses", responses}};
    }
    json::object code_for(const json::object& asked, const std::string& given) {
        return answer_to(asked, {{"SOFTWARE_TOKEN_MFA_CODE", given}});
    }

    std::string secret_;
    json::object access_;
};

TEST_F(software_tokens, are_asked_for_once_their_user_wants_them_and_no_code_is_taken_twice) {
    make_pool_that("OPTIONAL");
    set_up(); // with its FriendlyDeviceName
    tokens_in(call("InitiateAuth", sign_in_input()));
    prefer(true);
    const json::object user = call("AdminGetUser", {{"UserPoolId", pool}, {"Username", "ada"}});
    EXPECT_EQ(user.at("UserMFASettingList"), (json::value{"SOFTWARE_TOKEN_MFA"}));
    EXPECT_EQ(user.at("PreferredMfaSetting"), "SOFTWARE_TOKEN_MFA");
    const json::object asked = call("InitiateAuth", sign_in_input());
    ASSERT_EQ(asked.at("ChallengeName"), "SOFTWARE_TOKEN_MFA") << json::serialize(asked);
    EXPECT_EQ(asked.at("ChallengeParameters").at("FRIENDLY_DEVICE_NAME"), "phone");
    EXPECT_EQ(refusal_of("RespondToAuthChallenge", code_for(asked, code())), "ExpiredCodeException")
        << "it was taken to verify";
    now += 30s;
    const std::string taken = code();
    tokens_in(call("RespondToAuthChallenge", code_for(asked, taken)));
    EXPECT_EQ(refusal_of("RespondToAuthChallenge", code_for(asked, code(1))), "NotAuthorizedException");
    const json::object again = call("InitiateAuth", sign_in_input());
    EXPECT_EQ(refusal_of("RespondToAuthChallenge", code_for(again, taken)), "ExpiredCodeException");
    EXPECT_EQ(refusal_of("RespondToAuthChallenge", code_for(again, code(2))), "CodeMismatchException");
    tokens_in(call("RespondToAuthChallenge", code_for(again, code(1))));
    prefer(false);
    tokens_in(call("InitiateAuth", sign_in_input()));
}

TEST_F(software_tokens, are_guessed_at_five_times_whatever_sessions_are_begun) {
    make_pool_that("OPTIONAL");
    set_up();
    prefer(true);
    for (int i = 0; i < 5; ++i) {
        const json::object asked = call("InitiateAuth", sign_in_input());
        EXPECT_EQ(refusal_of("RespondToAuthChallenge", code_for(asked, code(9))), "CodeMismatchException");
    }
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "NotAuthorizedException");
    EXPECT_EQ(message, "Password attempts exceeded");
}

TEST_F(software_tokens, are_set_up_on_the_way_in_where_the_pool_wants_them) {
    make_pool_that("ON");
    const json::object asked = call("InitiateAuth", sign_in_input());
    ASSERT_EQ(asked.at("ChallengeName"), "MFA_SETUP") << json::serialize(asked);
    EXPECT_EQ(asked.at("ChallengeParameters").at("MFAS_CAN_SETUP"), R"(["SOFTWARE_TOKEN_MFA"])");
    const json::object offered = call("AssociateSoftwareToken", {{"Session", asked.at("Session")}});
    secret_ = std::string{offered.at("SecretCode").get_string()};
    EXPECT_EQ(refusal_of("AssociateSoftwareToken", {{"Session", asked.at("Session")}}),
              "NotAuthorizedException");
    json::object verify{{"Session", offered.at("Session")}, {"UserCode", code(5)}};
    EXPECT_EQ(refusal_of("VerifySoftwareToken", verify), "EnableSoftwareTokenMFAException");
    verify["UserCode"] = code();
    json::object verified = call("VerifySoftwareToken", verify);
    ASSERT_EQ(verified.at("Status"), "SUCCESS") << json::serialize(verified);
    verified["ChallengeName"] = "MFA_SETUP";
    tokens_in(call("RespondToAuthChallenge", answer_to(verified, {})));
    EXPECT_EQ(call("InitiateAuth", sign_in_input()).at("ChallengeName"), "SOFTWARE_TOKEN_MFA");
}

TEST_F(software_tokens, that_are_not_verified_let_nobody_in) {
    make_pool_that("ON");
    json::object asked = call("InitiateAuth", sign_in_input());
    const json::object offered = call("AssociateSoftwareToken", {{"Session", asked.at("Session")}});
    asked["Session"] = offered.at("Session");
    EXPECT_EQ(refusal_of("RespondToAuthChallenge", answer_to(asked, {})), "InvalidParameterException");
    const json::object wish{{"Enabled", true}};
    EXPECT_EQ(refusal_of("SetUserMFAPreference", with_access({{"SoftwareTokenMfaSettings", wish}})),
              "InvalidParameterException");
    EXPECT_EQ(message, "User has not verified software token mfa");
}

TEST_F(software_tokens, a_session_ends_with_the_password_that_began_it) {
    make_pool_that("OPTIONAL");
    set_up();
    prefer(true);
    const json::object asked = call("InitiateAuth", sign_in_input());
    ASSERT_EQ(refusal_of("AdminSetUserPassword", {{"UserPoolId", pool},
                                                  {"Username", "ada"},
                                                  {"Password", "An0ther-Password"},
                                                  {"Permanent", true}}),
              "");
    EXPECT_EQ(refusal_of("RespondToAuthChallenge", code_for(asked, code(1))), "NotAuthorizedException");
}

TEST_F(software_tokens, a_pools_setting_is_one_that_can_be) {
    make_pool();
    sign_up_and_confirm();
    const json::object access{
        {"AccessToken", tokens_in(call("InitiateAuth", sign_in_input())).at("AccessToken")}};
    EXPECT_EQ(refusal_of("AssociateSoftwareToken", access), "SoftwareTokenMFANotFoundException");
    EXPECT_EQ(refusal_of("SetUserPoolMfaConfig", {{"UserPoolId", pool}, {"MfaConfiguration", "ON"}}),
              "InvalidParameterException");
    EXPECT_EQ(refusal_of("SetUserPoolMfaConfig",
                         {{"UserPoolId", pool},
                          {"MfaConfiguration", "OFF"},
                          {"SoftwareTokenMfaConfiguration", json::object{{"Enabled", true}}}}),
              "InvalidParameterException");
    const json::object update{{"UserPoolId", pool}, {"MfaConfiguration", "OPTIONAL"}};
    EXPECT_EQ(refusal_of("UpdateUserPool", update), "InvalidParameterException");
    EXPECT_THAT(message, HasSubstr("SetUserPoolMfaConfig"));
    json::object given{{"UserPoolId", pool},
                       {"MfaConfiguration", "ON"},
                       {"SoftwareTokenMfaConfiguration", json::object{{"Enabled", true}}}};
    ASSERT_EQ(refusal_of("SetUserPoolMfaConfig", given), "");
    given.erase("UserPoolId");
    EXPECT_EQ(call("GetUserPoolMfaConfig", {{"UserPoolId", pool}}), given);
    EXPECT_EQ(refusal_of("UpdateUserPool", update), "");
    EXPECT_EQ(call("DescribeUserPool", {{"UserPoolId", pool}}).at("UserPool").at("MfaConfiguration"),
              "OPTIONAL");
}

class email_codes : public cognito_service {
protected:
    void make_pool_of_codes() {
        const json::object policy{{"AllowedFirstAuthFactors", json::array{"PASSWORD", "EMAIL_OTP"}}};
        make_pool({}, {{"Policies", json::object{{"SignInPolicy", policy}}}}, {"ALLOW_USER_AUTH"});
        sign_up_and_confirm();
    }
    json::object begin(json::object parameters = {}) {
        parameters["USERNAME"] = "ada";
        return {{"ClientId", client}, {"AuthFlow", "USER_AUTH"}, {"AuthParameters", parameters}};
    }
    json::object answer_to(const json::object& asked, json::object responses) {
        responses["USERNAME"] = "ada";
        return {{"ClientId", client},
                {"ChallengeName", asked.at("ChallengeName")},
                {"Session", asked.at("Session")},
                {"ChallengeResponses", responses}};
    }
};

TEST_F(email_codes, sign_in_without_a_password_once_each) {
    make_pool_of_codes();
    const json::object choice = call("InitiateAuth", begin());
    EXPECT_EQ(choice.at("AvailableChallenges"), (json::value{"PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"}));
    const json::object asked = call("RespondToAuthChallenge", answer_to(choice, {{"ANSWER", "EMAIL_OTP"}}));
    ASSERT_EQ(asked.at("ChallengeName"), "EMAIL_OTP") << json::serialize(asked);
    EXPECT_EQ(asked.at("ChallengeParameters"), (json::value{{"CODE_DELIVERY_DELIVERY_MEDIUM", "EMAIL"},
                                                            {"CODE_DELIVERY_DESTINATION", "a***@e***"}}));
    const std::string code = newest_code();
    EXPECT_EQ(code.size(), 8U);
    EXPECT_EQ(refusal_of("RespondToAuthChallenge", answer_to(asked, {{"EMAIL_OTP_CODE", "0"}})),
              "CodeMismatchException");
    const json::object right = answer_to(asked, {{"EMAIL_OTP_CODE", code}});
    EXPECT_TRUE(call("RespondToAuthChallenge", right).contains("AuthenticationResult"));
    EXPECT_EQ(refusal_of("RespondToAuthChallenge", right), "NotAuthorizedException");
    const json::object preferred = call("InitiateAuth", begin({{"PREFERRED_CHALLENGE", "EMAIL_OTP"}}));
    EXPECT_TRUE(call("RespondToAuthChallenge", answer_to(preferred, {{"EMAIL_OTP_CODE", newest_code()}}))
                    .contains("AuthenticationResult"));
}

TEST_F(email_codes, are_no_way_round_a_second_factor_or_an_address_that_is_not_verified) {
    make_pool_of_codes();
    const auto ways = [&] { return call("InitiateAuth", begin()).at("AvailableChallenges"); };
    const json::value passwords{"PASSWORD", "PASSWORD_SRP"};
    json::object user{{"UserPoolId", pool}, {"Username", "ada"}};
    user["UserAttributes"] = json::array{json::object{{"Name", "email_verified"}, {"Value", "false"}}};
    ASSERT_EQ(refusal_of("AdminUpdateUserAttributes", user), "");
    EXPECT_EQ(ways(), passwords);
    user["UserAttributes"] = json::array{json::object{{"Name", "email_verified"}, {"Value", "true"}}};
    ASSERT_EQ(refusal_of("AdminUpdateUserAttributes", user), "");
    EXPECT_NE(ways(), passwords);
    ASSERT_EQ(refusal_of("SetUserPoolMfaConfig",
                         {{"UserPoolId", pool},
                          {"MfaConfiguration", "ON"},
                          {"SoftwareTokenMfaConfiguration", json::object{{"Enabled", true}}}}),
              "");
    EXPECT_EQ(ways(), passwords);
    const json::object choice = call("InitiateAuth", begin());
    EXPECT_EQ(refusal_of("RespondToAuthChallenge", answer_to(choice, {{"ANSWER", "EMAIL_OTP"}})),
              "InvalidParameterException");
}

} // namespace
