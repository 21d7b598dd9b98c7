#include "cloud/ground/crypto.hpp"
#include "support/user_pool_service.hpp"

using namespace cruddur::test;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

const json::value metadata{{"from", "page"}};

class triggers : public cognito_service {
protected:
    void make_pool_of(std::initializer_list<const char*> names, json::array flows = {},
                      const json::object& settings = {}) {
        json::object all;
        for (const char* each : names)
            all[each] = function_arn;
        make_pool(all, settings, std::move(flows));
    }
    json::object claims_in(const json::value& tokens, std::string_view of) {
        const std::string token{tokens.at(of).get_string()};
        const std::size_t first = token.find('.');
        const auto read = cruddur::cloud::ground::from_base64url(
            std::string_view{token}.substr(first + 1, token.rfind('.') - first - 1));
        return json::parse(read.value_or("null")).get_object();
    }
    json::object sign_in() {
        const json::object done = call("InitiateAuth", sign_in_input());
        EXPECT_TRUE(done.contains("AuthenticationResult")) << json::serialize(done);
        return done.contains("AuthenticationResult") ? done.at("AuthenticationResult").get_object()
                                                     : json::object{};
    }
    json::object named() { return {{"UserPoolId", pool}, {"Username", "ada"}}; }
    json::object with_metadata(json::object input) {
        input["ClientMetadata"] = metadata;
        return input;
    }
    json::object request_of(std::string_view source) {
        return functions.event_of(source).at("request").get_object();
    }
    json::object custom_auth(json::object parameters = {}) {
        parameters["USERNAME"] = "ada";
        return {{"ClientId", client}, {"AuthFlow", "CUSTOM_AUTH"}, {"AuthParameters", parameters}};
    }
    json::object answer_to(const json::object& asked, json::object responses) {
        responses["USERNAME"] = "ada";
        return {{"ClientId", client},
                {"ChallengeName", asked.at("ChallengeName")},
                {"Session", asked.at("Session")},
                {"ChallengeResponses", responses}};
    }
};

TEST_F(triggers, pre_authentication_runs_before_the_password_is_looked_at) {
    make_pool_of({"PreAuthentication", "PostAuthentication"});
    sign_up_and_confirm();
    EXPECT_EQ(refusal_of("InitiateAuth", with_metadata(sign_in_input("Wr0ng-Password"))),
              "NotAuthorizedException");
    const json::object request = request_of("PreAuthentication_Authentication");
    // A sign-in's ClientMetadata comes as what there is to validate.
    EXPECT_EQ(request.at("validationData"), metadata);
    EXPECT_FALSE(request.contains("clientMetadata"));
    EXPECT_EQ(request.at("userNotFound"), false);
    EXPECT_EQ(request.at("userAttributes").at("email"), "ada@example.com");
    ASSERT_EQ(functions.events.size(), 1U);
    sign_in();
    EXPECT_EQ(request_of("PostAuthentication_Authentication").at("newDeviceUsed"), false);
    functions.answer = {R"({"errorMessage":"closed"})", "Handled", false, false};
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input("Wr0ng-Password")), "UserLambdaValidationException");
    EXPECT_EQ(message, "PreAuthentication failed with error closed.");
}

TEST_F(triggers, pre_authentication_is_told_of_who_is_not_there_where_that_is_hidden) {
    make_pool_of({"PreAuthentication"});
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "UserNotFoundException");
    EXPECT_TRUE(functions.events.empty());
    ASSERT_EQ(
        refusal_of("UpdateUserPoolClient", {{"UserPoolId", pool},
                                            {"ClientId", client},
                                            {"PreventUserExistenceErrors", "ENABLED"},
                                            {"ExplicitAuthFlows", json::array{"ALLOW_USER_PASSWORD_AUTH"}}}),
        "");
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "NotAuthorizedException");
    EXPECT_EQ(request_of("PreAuthentication_Authentication").at("userNotFound"), true);
}

TEST_F(triggers, a_sign_up_may_come_confirmed_and_verified_and_an_invitation_may_not) {
    make_pool_of({"PreSignUp", "PostConfirmation"});
    const json::object decided{
        {"autoConfirmUser", true}, {"autoVerifyEmail", true}, {"autoVerifyPhone", true}};
    functions.responses = {{"PreSignUp_SignUp", decided}, {"PreSignUp_AdminCreateUser", decided}};
    EXPECT_TRUE(call("SignUp", sign_up_input()).at("UserConfirmed").get_bool());
    const json::value attributes = request_of("PostConfirmation_ConfirmSignUp").at("userAttributes");
    EXPECT_EQ(attributes.at("email_verified"), "true");
    EXPECT_FALSE(attributes.get_object().contains("phone_number_verified"));
    ASSERT_EQ(refusal_of("AdminCreateUser", {{"UserPoolId", pool}, {"Username", "bea"}}), "");
    EXPECT_EQ(call("AdminGetUser", {{"UserPoolId", pool}, {"Username", "bea"}}).at("UserStatus"),
              "FORCE_CHANGE_PASSWORD");
}

TEST_F(triggers, tokens_are_changed_by_the_first_version_of_their_function) {
    make_pool_of({"PreTokenGeneration"});
    sign_up_and_confirm();
    const json::object grouped{{"UserPoolId", pool},
                               {"GroupName", "g"},
                               {"RoleArn", "arn:aws:iam::000000000000:role/g"},
                               {"Precedence", 1}};
    ASSERT_EQ(refusal_of("CreateGroup", grouped), "");
    json::object joined = named();
    joined["GroupName"] = "g";
    ASSERT_EQ(refusal_of("AdminAddUserToGroup", joined), "");
    const json::object added{{"tenant", "blue"}, {"sub", "forged"}, {"cognito:username", "forged"}};
    const json::object groups{{"groupsToOverride", json::array{"a", "b"}},
                              {"iamRolesToOverride", json::array{"r"}},
                              {"preferredRole", "r"}};
    functions.responses["TokenGeneration_Authentication"] = {
        {"claimsOverrideDetails", json::object{{"claimsToAddOrOverride", added},
                                               {"claimsToSuppress", json::array{"email", "iss"}},
                                               {"groupOverrideDetails", groups}}}};
    const json::object tokens = sign_in();
    const json::object event = functions.event_of("TokenGeneration_Authentication");
    EXPECT_EQ(event.at("version"), "1");
    EXPECT_EQ(event.at("response"), (json::value{{"claimsOverrideDetails", nullptr}}));
    EXPECT_EQ(event.at("request").at("groupConfiguration"),
              (json::value{{"groupsToOverride", json::array{"g"}},
                           {"iamRolesToOverride", json::array{"arn:aws:iam::000000000000:role/g"}},
                           {"preferredRole", "arn:aws:iam::000000000000:role/g"}}));
    const json::object id = claims_in(tokens, "IdToken");
    EXPECT_EQ(id.at("tenant"), "blue");
    EXPECT_EQ(id.at("cognito:username"), "ada");
    EXPECT_NE(id.at("sub"), "forged");
    EXPECT_TRUE(id.contains("iss"));
    EXPECT_FALSE(id.contains("email"));
    EXPECT_EQ(id.at("cognito:preferred_role"), "r");
    const json::object access = claims_in(tokens, "AccessToken");
    EXPECT_EQ(access.at("cognito:groups"), (json::value{"a", "b"}));
    EXPECT_FALSE(access.contains("tenant"));
    const json::object refresh{
        {"ClientId", client},
        {"AuthFlow", "REFRESH_TOKEN_AUTH"},
        {"AuthParameters", json::object{{"REFRESH_TOKEN", tokens.at("RefreshToken")}}}};
    ASSERT_EQ(refusal_of("InitiateAuth", refresh), "") << message;
    EXPECT_FALSE(request_of("TokenGeneration_RefreshTokens").contains("clientMetadata"));
    const json::object newer{
        {"ClientId", client}, {"RefreshToken", tokens.at("RefreshToken")}, {"ClientMetadata", metadata}};
    ASSERT_EQ(refusal_of("GetTokensFromRefreshToken", newer), "") << message;
    EXPECT_EQ(request_of("TokenGeneration_RefreshTokens").at("clientMetadata"), metadata);
    functions.responses["TokenGeneration_Authentication"] = {{"claimsOverrideDetails", "none"}};
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "InvalidLambdaResponseException");
}

TEST_F(triggers, tokens_and_scopes_are_changed_by_the_second_version_of_their_function) {
    make_pool(
        {{"PreTokenGenerationConfig", json::object{{"LambdaVersion", "V2_0"}, {"LambdaArn", function_arn}}}});
    sign_up_and_confirm();
    const json::object level{{"level", 7}, {"client_id", "forged"}};
    json::object access{{"claimsToAddOrOverride", level}, {"scopesToAdd", json::array{"posts/read"}}};
    const auto respond = [&] {
        functions.responses["TokenGeneration_Authentication"] = {
            {"claimsAndScopeOverrideDetails",
             json::object{{"accessTokenGeneration", access},
                          {"idTokenGeneration", json::object{{"claimsToAddOrOverride",
                                                              json::object{{"of", json::array{1, 2}}}}}}}}};
    };
    respond();
    json::object tokens = sign_in();
    const json::object event = functions.event_of("TokenGeneration_Authentication");
    EXPECT_EQ(event.at("version"), "2");
    EXPECT_EQ(event.at("request").at("scopes"), (json::value{"aws.cognito.signin.user.admin"}));
    EXPECT_EQ(claims_in(tokens, "IdToken").at("of"), (json::value{1, 2}));
    EXPECT_EQ(claims_in(tokens, "AccessToken").at("level"), 7);
    EXPECT_EQ(claims_in(tokens, "AccessToken").at("client_id"), json::value(client));
    EXPECT_EQ(claims_in(tokens, "AccessToken").at("scope"), "aws.cognito.signin.user.admin posts/read");
    EXPECT_EQ(refusal_of("GetUser", {{"AccessToken", tokens.at("AccessToken")}}), "");
    access["scopesToSuppress"] = json::array{"aws.cognito.signin.user.admin"};
    respond();
    tokens = sign_in();
    EXPECT_EQ(refusal_of("GetUser", {{"AccessToken", tokens.at("AccessToken")}}), "NotAuthorizedException");
    EXPECT_EQ(message, "Access Token does not have required scopes");
}

TEST_F(triggers, messages_are_written_by_their_function) {
    // Of an operation that sends a message, ClientMetadata goes to the function that writes it.
    make_pool_of({"CustomMessage"});
    for (const char* source : {"CustomMessage_SignUp", "CustomMessage_ResendCode",
                               "CustomMessage_ForgotPassword", "CustomMessage_UpdateUserAttribute",
                               "CustomMessage_VerifyUserAttribute", "CustomMessage_AdminCreateUser"})
        functions.responses[source] = {{"emailSubject", source}, {"emailMessage", "{username} say {####}"}};
    const auto sent = [&](std::string_view source, const char* to = "ada@example.com") {
        const json::object request = request_of(source);
        EXPECT_EQ(request.at("codeParameter"), "{####}");
        EXPECT_EQ(request.at("clientMetadata"), metadata);
        const json::object mail = newest_message(to);
        EXPECT_EQ(mail.at("subject"), json::value(source));
        EXPECT_THAT(std::string{mail.at("body").get_string()},
                    HasSubstr("say " + std::string{mail.at("code").get_string()}));
    };
    ASSERT_EQ(refusal_of("SignUp", with_metadata(sign_up_input())), "") << message;
    sent("CustomMessage_SignUp");
    EXPECT_TRUE(request_of("CustomMessage_SignUp").at("usernameParameter").is_null());
    const json::object asked{{"ClientId", client}, {"Username", "ada"}};
    ASSERT_EQ(refusal_of("ResendConfirmationCode", with_metadata(asked)), "") << message;
    sent("CustomMessage_ResendCode");
    ASSERT_EQ(refusal_of("ConfirmSignUp", confirm_input(newest_code())), "") << message;
    ASSERT_EQ(refusal_of("ForgotPassword", with_metadata(asked)), "") << message;
    sent("CustomMessage_ForgotPassword");
    const json::value token = sign_in().at("AccessToken");
    const json::object moved{{"Name", "email"}, {"Value", "moved@example.com"}};
    ASSERT_EQ(refusal_of("UpdateUserAttributes",
                         with_metadata({{"AccessToken", token}, {"UserAttributes", json::array{moved}}})),
              "");
    sent("CustomMessage_UpdateUserAttribute", "moved@example.com");
    ASSERT_EQ(refusal_of("GetUserAttributeVerificationCode",
                         with_metadata({{"AccessToken", token}, {"AttributeName", "email"}})),
              "");
    sent("CustomMessage_VerifyUserAttribute", "moved@example.com");
    const json::object bea{{"Name", "email"}, {"Value", "bea@example.com"}};
    ASSERT_EQ(refusal_of("AdminCreateUser", with_metadata({{"UserPoolId", pool},
                                                           {"Username", "bea"},
                                                           {"UserAttributes", json::array{bea}}})),
              "");
    sent("CustomMessage_AdminCreateUser", "bea@example.com");
    EXPECT_EQ(request_of("CustomMessage_AdminCreateUser").at("usernameParameter"), "{username}");
    functions.responses["CustomMessage_ForgotPassword"] = {{"emailMessage", "no place for the code"}};
    EXPECT_EQ(refusal_of("ForgotPassword", {{"ClientId", client}, {"Username", "ada"}}),
              "InvalidParameterException"); // his address is not verified any more
    ASSERT_EQ(refusal_of("VerifyUserAttribute", {{"AccessToken", token},
                                                 {"AttributeName", "email"},
                                                 {"Code", newest_code("moved@example.com")}}),
              "");
    EXPECT_EQ(refusal_of("ForgotPassword", {{"ClientId", client}, {"Username", "ada"}}),
              "InvalidLambdaResponseException");
}

TEST_F(triggers, a_user_comes_over_from_another_directory_with_his_password) {
    make_pool_of({"UserMigration"});
    const json::object attributes{{"email", "ada@example.com"}, {"email_verified", "true"}};
    functions.responses["UserMigration_Authentication"] = {
        {"userAttributes", attributes}, {"finalUserStatus", "CONFIRMED"}, {"messageAction", "SUPPRESS"}};
    ASSERT_EQ(refusal_of("InitiateAuth", with_metadata(sign_in_input())), "") << message;
    const json::object event = functions.event_of("UserMigration_Authentication");
    EXPECT_EQ(event.at("userName"), "ada");
    EXPECT_EQ(event.at("request"), (json::value{{"password", password}, {"validationData", metadata}}));
    EXPECT_EQ(call("AdminGetUser", named()).at("UserStatus"), "CONFIRMED");
    sign_in();
    EXPECT_EQ(functions.events.size(), 1U) << "once he is here, nobody else is asked about him";
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input("Wr0ng-Password")), "NotAuthorizedException");
}

TEST_F(triggers, who_is_not_said_to_be_confirmed_sets_a_password_when_he_comes_over) {
    make_pool_of({"UserMigration"});
    const json::object attributes{{"email", "ada@example.com"}, {"email_verified", "true"}};
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "UserNotFoundException");
    EXPECT_EQ(message, "Exception migrating user in app client " + client);
    functions.responses["UserMigration_Authentication"] = {{"userAttributes", attributes},
                                                           {"messageAction", "SUPPRESS"}};
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "PasswordResetRequiredException");
    ASSERT_EQ(refusal_of("AdminDeleteUser", named()), "");
    functions.responses["UserMigration_ForgotPassword"] = {{"userAttributes", attributes}};
    ASSERT_EQ(refusal_of("ForgotPassword", with_metadata({{"ClientId", client}, {"Username", "ada"}})), "")
        << message;
    EXPECT_EQ(request_of("UserMigration_ForgotPassword").at("clientMetadata"), metadata);
    ASSERT_EQ(refusal_of("ConfirmForgotPassword", {{"ClientId", client},
                                                   {"Username", "ada"},
                                                   {"Password", password},
                                                   {"ConfirmationCode", newest_code()}}),
              "");
    sign_in();
    functions.responses["UserMigration_Authentication"]["enableSMSMFA"] = true;
    json::object other = sign_in_input();
    other["AuthParameters"].get_object()["USERNAME"] = "bea";
    EXPECT_EQ(refusal_of("InitiateAuth", other), "InvalidLambdaResponseException");
}

TEST_F(triggers, functions_ask_and_judge_a_challenge_of_their_own) {
    make_pool_of({"DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"},
                 {"ALLOW_CUSTOM_AUTH"});
    sign_up_and_confirm();
    const char* define = "DefineAuthChallenge_Authentication";
    functions.responses[define] = {{"challengeName", "CUSTOM_CHALLENGE"}};
    functions.responses["CreateAuthChallenge_Authentication"] = {
        {"publicChallengeParameters", json::object{{"riddle", "one and one"}}},
        {"privateChallengeParameters", json::object{{"answer", "two"}}},
        {"challengeMetadata", "RIDDLE"}};
    const json::object asked = call("InitiateAuth", custom_auth());
    ASSERT_EQ(asked.at("ChallengeName"), "CUSTOM_CHALLENGE") << json::serialize(asked);
    EXPECT_EQ(asked.at("ChallengeParameters"), (json::value{{"riddle", "one and one"}, {"USERNAME", "ada"}}));
    EXPECT_EQ(request_of(define).at("session"), json::value(json::array{}));
    functions.responses["VerifyAuthChallengeResponse_Authentication"] = {{"answerCorrect", false}};
    const json::object again =
        call("RespondToAuthChallenge", with_metadata(answer_to(asked, {{"ANSWER", "three"}})));
    ASSERT_EQ(again.at("ChallengeName"), "CUSTOM_CHALLENGE") << json::serialize(again);
    const json::object judged = request_of("VerifyAuthChallengeResponse_Authentication");
    EXPECT_EQ(judged.at("challengeAnswer"), "three");
    EXPECT_EQ(judged.at("privateChallengeParameters"), (json::value{{"answer", "two"}}));
    EXPECT_EQ(judged.at("clientMetadata"), metadata);
    EXPECT_EQ(request_of(define).at("session"),
              json::value(json::array{json::object{{"challengeName", "CUSTOM_CHALLENGE"},
                                                   {"challengeResult", false},
                                                   {"challengeMetadata", "RIDDLE"}}}));
    EXPECT_EQ(refusal_of("RespondToAuthChallenge", answer_to(asked, {{"ANSWER", "two"}})),
              "NotAuthorizedException")
        << "a session is answered once";
    functions.responses["VerifyAuthChallengeResponse_Authentication"] = {{"answerCorrect", true}};
    functions.responses[define] = {{"issueTokens", true}};
    const json::object done = call("RespondToAuthChallenge", answer_to(again, {{"ANSWER", "two"}}));
    EXPECT_TRUE(done.contains("AuthenticationResult")) << json::serialize(done);
    EXPECT_EQ(request_of(define).at("session").get_array().size(), 2U);
    functions.responses[define] = {{"failAuthentication", true}};
    EXPECT_EQ(refusal_of("InitiateAuth", custom_auth()), "NotAuthorizedException");
    functions.responses[define] = {};
    EXPECT_EQ(refusal_of("InitiateAuth", custom_auth()), "InvalidLambdaResponseException");
    ASSERT_EQ(refusal_of("AdminDisableUser", named()), "");
    functions.responses[define] = {{"issueTokens", true}};
    EXPECT_EQ(refusal_of("InitiateAuth", custom_auth()), "NotAuthorizedException");
}

TEST_F(triggers, a_pool_without_the_functions_of_a_challenge_has_none) {
    make_pool_of({"DefineAuthChallenge"}, {"ALLOW_CUSTOM_AUTH"});
    sign_up_and_confirm();
    EXPECT_EQ(refusal_of("InitiateAuth", custom_auth()), "InvalidParameterException");
    EXPECT_EQ(message, "Custom auth lambda trigger is not configured for the user pool.");
}

TEST_F(triggers, who_is_to_reset_his_password_signs_in_by_the_new_one_alone) {
    make_pool();
    sign_up_and_confirm();
    ASSERT_EQ(refusal_of("AdminResetUserPassword", named()), "") << message;
    EXPECT_EQ(call("AdminGetUser", named()).at("UserStatus"), "RESET_REQUIRED");
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input("Wr0ng-Password")), "NotAuthorizedException");
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input()), "PasswordResetRequiredException");
    EXPECT_EQ(message, "Password reset required for the user");
    ASSERT_EQ(refusal_of("ConfirmForgotPassword", {{"ClientId", client},
                                                   {"Username", "ada"},
                                                   {"Password", "An0ther-Password"},
                                                   {"ConfirmationCode", newest_code()}}),
              "");
    EXPECT_EQ(refusal_of("InitiateAuth", sign_in_input("An0ther-Password")), "");
}

} // namespace
