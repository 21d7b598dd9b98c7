#include "cli/local/local_sign_up.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string_view>

namespace cruddur::cli::local {
namespace {

namespace json = boost::json;

constexpr std::string_view pool_name = "cruddur";
constexpr std::string_view client_name = "web";
constexpr int pages_max = 100;

// The id of the first one of that name in a listing, the oldest first; "" where there is none.
std::string find(const local_aws& in, std::string_view action, json::object input, std::string_view list,
                 std::string_view id, std::string_view name_member, std::string_view wanted) {
    input["MaxResults"] = 60;
    for (int page = 0; page < pages_max; ++page) {
        const json::object answer = in.cognito(action, input);
        for (const json::value& each : answer.at(list).as_array()) {
            if (each.at(name_member).as_string() == wanted) return std::string{each.at(id).as_string()};
        }
        const auto* const next = answer.if_contains("NextToken");
        if (next == nullptr) break;
        input["NextToken"] = *next;
    }
    return "";
}

std::string make_pool(const local_aws& in) {
    const json::object policy{{"MinimumLength", 12},      {"RequireLowercase", true},
                              {"RequireUppercase", true}, {"RequireNumbers", true},
                              {"RequireSymbols", false},  {"TemporaryPasswordValidityDays", 1}};
    const auto required = [](std::string_view attribute) {
        return json::object{
            {"Name", attribute}, {"AttributeDataType", "String"}, {"Required", true}, {"Mutable", true}};
    };
    const json::object created =
        in.cognito("CreateUserPool", {{"PoolName", pool_name},
                                      {"AliasAttributes", json::array{"email"}},
                                      {"AutoVerifiedAttributes", json::array{"email"}},
                                      {"UsernameConfiguration", json::object{{"CaseSensitive", false}}},
                                      {"Schema", json::array{required("email"), required("name")}},
                                      {"Policies", json::object{{"PasswordPolicy", policy}}}});
    return std::string{created.at("UserPool").at("Id").as_string()};
}

std::string make_client(const local_aws& in, const std::string& pool) {
    const json::object units{{"AccessToken", "minutes"}, {"IdToken", "minutes"}, {"RefreshToken", "days"}};
    const json::object created =
        in.cognito("CreateUserPoolClient",
                   {{"UserPoolId", pool},
                    {"ClientName", client_name},
                    {"GenerateSecret", false},
                    {"ExplicitAuthFlows", json::array{"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}},
                    {"PreventUserExistenceErrors", "ENABLED"},
                    {"EnableTokenRevocation", true},
                    {"AccessTokenValidity", 60},
                    {"IdTokenValidity", 60},
                    {"RefreshTokenValidity", 30},
                    {"TokenValidityUnits", units}});
    return std::string{created.at("UserPoolClient").at("ClientId").as_string()};
}

} // namespace

user_pool_choice ensure_local_sign_up(const local_aws& in) {
    user_pool_choice choice{.region = in.region(), .endpoint = in.endpoint()};
    choice.id = find(in, "ListUserPools", {}, "UserPools", "Id", "Name", pool_name);
    if (choice.id.empty()) choice.id = make_pool(in);
    choice.client_id = find(in, "ListUserPoolClients", json::object{{"UserPoolId", choice.id}},
                            "UserPoolClients", "ClientId", "ClientName", client_name);
    if (choice.client_id.empty()) choice.client_id = make_client(in, choice.id);
    return choice;
}

} // namespace cruddur::cli::local
