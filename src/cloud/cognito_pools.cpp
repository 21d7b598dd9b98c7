#include "cloud/cognito.hpp"
#include "cloud/cognito_tokens.hpp"
#include "cloud/crypto.hpp"
#include "cloud/identifiers.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <array>

namespace cruddur::cloud {

namespace {

namespace json = boost::json;

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t id_size = 9;
constexpr std::array fixed_settings = {"AliasAttributes", "UsernameAttributes", "UsernameConfiguration",
                                       "Schema"};
constexpr std::array settings_of = {"Policies",
                                    "LambdaConfig",
                                    "AutoVerifiedAttributes",
                                    "AccountRecoverySetting",
                                    "AdminCreateUserConfig",
                                    "UserPoolTags",
                                    "DeletionProtection"};

json::object pick(const json::object& from, std::span<const char* const> names) {
    json::object out;
    for (const char* name : names) {
        if (const json::value* value = from.if_contains(name)) out[name] = *value;
    }
    return out;
}

void check_settings(const json::object& input) {
    if (text_of(input, "MfaConfiguration") == "ON" || text_of(input, "MfaConfiguration") == "OPTIONAL")
        throw invalid_parameter("Multi-factor authentication is not available in local AWS.");
    if (find_list(input, "AliasAttributes") != nullptr && find_list(input, "UsernameAttributes") != nullptr) {
        throw invalid_parameter(
            "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.");
    }
}

json::object describe(state& db, const user_pool& pool) {
    json::object out = pool.settings;
    out.erase("Schema");
    out["Id"] = pool.id;
    out["Name"] = pool.name;
    out["Arn"] = pool.arn();
    out["CreationDate"] = pool.created_at;
    out["LastModifiedDate"] = pool.modified_at;
    out["MfaConfiguration"] = "OFF";
    if (const json::array* schema = find_list(pool.settings, "Schema")) out["SchemaAttributes"] = *schema;
    rows count = db.query("select count(*) from pool_user where pool_id = ?", pool.id);
    if (count.next()) out["EstimatedNumberOfUsers"] = count.integer(0);
    if (!out.contains("LambdaConfig")) out["LambdaConfig"] = json::object{};
    if (!out.contains("Policies")) {
        out["Policies"] =
            json::object{{"PasswordPolicy", json::object{{"MinimumLength", 8},
                                                         {"RequireUppercase", true},
                                                         {"RequireLowercase", true},
                                                         {"RequireNumbers", true},
                                                         {"RequireSymbols", true},
                                                         {"TemporaryPasswordValidityDays", 7}}}};
    }
    return out;
}

} // namespace

json_answer create_user_pool(const json_call& in) {
    check_settings(in.input);
    const std::string pem = co_await offload(in.env, generate_signing_key);
    const std::string id = fmt::format("{}_{}", in.region, random_text(id_size, letters));
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

json_answer describe_user_pool(const json_call& in) {
    co_return json::object{{"UserPool", describe(in.db, find_pool(in))}};
}

// As in AWS, a setting that is not given goes back to what it is without.
json_answer update_user_pool(const json_call& in) {
    const user_pool pool = find_pool(in);
    check_settings(in.input);
    json::object settings = pick(in.input, settings_of);
    for (const auto& [name, value] : pick(pool.settings, fixed_settings))
        settings[name] = value;
    in.db.run("update user_pool set settings = ?, modified_at = ? where id = ?", json::serialize(settings),
              seconds_of(in.now), pool.id);
    co_return json::object{};
}

json_answer list_user_pools(const json_call& in) {
    const std::int64_t size = optional_integer(in.input, "MaxResults").value_or(60);
    json::array pools;
    std::string next;
    rows all = in.db.query("select id, name, created_at, modified_at, settings from user_pool "
                           "where region = ? and id > ? order by id limit ?",
                           in.region, text_of(in.input, "NextToken"), size + 1);
    while (all.next()) {
        if (static_cast<std::int64_t>(pools.size()) == size) {
            next = text_of(pools.back().get_object(), "Id");
            break;
        }
        pools.emplace_back(json::object{{"Id", all.text(0)},
                                        {"Name", all.text(1)},
                                        {"CreationDate", all.integer(2)},
                                        {"LastModifiedDate", all.integer(3)},
                                        {"LambdaConfig", json::object{}}});
    }
    json::object out{{"UserPools", std::move(pools)}};
    if (!next.empty()) out["NextToken"] = next;
    co_return out;
}

json_answer delete_user_pool(const json_call& in) {
    const user_pool pool = find_pool(in);
    if (text_of(pool.settings, "DeletionProtection") == "ACTIVE") {
        throw invalid_parameter("The user pool cannot be deleted because deletion protection is activated. "
                                "Deletion protection must be inactivated first.");
    }
    in.db.run("delete from user_pool where id = ?", pool.id);
    co_return json::object{};
}

} // namespace cruddur::cloud
