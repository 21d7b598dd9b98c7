#include "cloud/cognito/cognito.hpp"
#include "cloud/cognito/cognito_schema.hpp"
#include "cloud/ground/crypto.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t id_size = 26;
constexpr std::size_t secret_size = 51;
constexpr std::array settings_of = {"RefreshTokenValidity",
                                    "AccessTokenValidity",
                                    "IdTokenValidity",
                                    "TokenValidityUnits",
                                    "ExplicitAuthFlows",
                                    "PreventUserExistenceErrors",
                                    "ReadAttributes",
                                    "WriteAttributes",
                                    "EnableTokenRevocation",
                                    "AuthSessionValidity",
                                    "SupportedIdentityProviders",
                                    "RefreshTokenRotation"};

json::object pick(const json::object& from) {
    json::object out;
    for (const char* name : settings_of) {
        if (const json::value* value = from.if_contains(name)) out[name] = *value;
    }
    return out;
}

// The older names of flows and the newer ones do not mix.
void check_flows(const user_pool& pool, const json::object& input) {
    const json::array* flows = find_list(input, "ExplicitAuthFlows");
    if (flows == nullptr) return;
    bool has_old = false;
    bool has_new = false;
    for (const json::value& each : *flows) {
        const bool is_new = std::string_view{each.get_string()}.starts_with("ALLOW_");
        (is_new ? has_new : has_old) = true;
        if (each == "ALLOW_USER_AUTH" && text_of(pool.settings, "UserPoolTier") == "LITE") {
            throw refusal{"FeatureUnavailableInTierException",
                          "Choice-based sign-in is not available in the LITE tier."};
        }
    }
    if (has_old && has_new) {
        throw invalid_parameter("Cannot specify ExplicitAuthFlows with and without the ALLOW_ prefix.");
    }
}

// A client may write each attribute that its users must have, and none that only the service sets.
void check_attributes(const user_pool& pool, const json::object& input, std::string_view doing) {
    const std::vector<schema_attribute> schema = schema_of(pool);
    const auto is_known = [&](const json::value& name) {
        return std::ranges::find(schema, std::string_view{name.get_string()}, &schema_attribute::name) !=
               schema.end();
    };
    const json::array* readable = find_list(input, "ReadAttributes");
    if (readable != nullptr && !std::ranges::all_of(*readable, is_known))
        throw invalid_parameter(fmt::format("Invalid read attributes specified while {} a client", doing));
    const json::array* writable = find_list(input, "WriteAttributes");
    if (writable == nullptr || writable->empty()) return;
    const bool is_possible = std::ranges::all_of(*writable, [&](const json::value& name) {
        const std::string_view text = name.get_string();
        return is_known(name) && text != "sub" && text != "identities" && !text.ends_with("_verified") &&
               !text.starts_with("dev:");
    });
    const bool is_enough = std::ranges::all_of(schema, [&](const schema_attribute& each) {
        return !each.is_required || each.name == "sub" || contains(*writable, each.name);
    });
    if (!is_possible || !is_enough)
        throw invalid_parameter(fmt::format("Invalid write attributes specified while {} a client", doing));
}

// What AWS has and is not here, beside what the operation's shape does not know.
void check_available(const user_pool& pool, const json::object& input) {
    if (const json::array* providers = find_list(input, "SupportedIdentityProviders")) {
        for (const json::value& each : *providers) {
            if (each != "COGNITO") {
                throw invalid_parameter(fmt::format("The provider {} does not exist for User Pool {}",
                                                    std::string_view{each.get_string()}, pool.id));
            }
        }
    }
    const json::object* rotation = find_object(input, "RefreshTokenRotation");
    if (rotation != nullptr && text_of(*rotation, "Feature") == "ENABLED")
        throw invalid_parameter("RefreshTokenRotation is not available in local AWS.");
}

void check_settings(const user_pool& pool, const json::object& input, std::string_view doing) {
    check_flows(pool, input);
    check_attributes(pool, input, doing);
    check_available(pool, input);
}

json::object describe(const pool_client& client) {
    json::object out = client.settings;
    out["UserPoolId"] = client.pool_id;
    out["ClientId"] = client.id;
    out["ClientName"] = client.name;
    if (client.secret) out["ClientSecret"] = *client.secret;
    out["CreationDate"] = client.created_at * ms_per_second;
    out["LastModifiedDate"] = client.modified_at * ms_per_second;
    if (!out.contains("RefreshTokenValidity")) out["RefreshTokenValidity"] = 30;
    if (!out.contains("AuthSessionValidity")) out["AuthSessionValidity"] = 3;
    if (!out.contains("EnableTokenRevocation")) out["EnableTokenRevocation"] = true;
    out["AllowedOAuthFlowsUserPoolClient"] = false;
    return out;
}

} // namespace

pool_client find_client(const call& in, const user_pool& pool) {
    pool_client out = find_client(in.db, text_of(in.input, "ClientId"));
    if (out.pool_id != pool.id) {
        throw refusal{"ResourceNotFoundException",
                      fmt::format("User pool client {} does not exist.", out.id)};
    }
    return out;
}

json::object create_user_pool_client(const call& in) {
    const user_pool pool = find_pool(in);
    check_settings(pool, in.input, "creating");
    const std::string id = ground::random_text(id_size, letters);
    std::optional<std::string> secret;
    if (optional_boolean(in.input, "GenerateSecret").value_or(false))
        secret = ground::random_text(secret_size, letters);
    const std::int64_t now = seconds_of(in.now);
    in.db.run("insert into user_pool_client (id, pool_id, name, secret, settings, created_at, modified_at) "
              "values (?, ?, ?, ?, ?, ?, ?)",
              id, pool.id, text_of(in.input, "ClientName"), secret, json::serialize(pick(in.input)), now,
              now);
    return {{"UserPoolClient", describe(find_client(in.db, id))}};
}

json::object describe_user_pool_client(const call& in) {
    return {{"UserPoolClient", describe(find_client(in, find_pool(in)))}};
}

json::object update_user_pool_client(const call& in) {
    const pool_client client = find_client(in, find_pool(in));
    check_settings(find_pool(in), in.input, "updating");
    in.db.run("update user_pool_client set name = ?, settings = ?, modified_at = ? where id = ?",
              optional_text(in.input, "ClientName").value_or(client.name), json::serialize(pick(in.input)),
              seconds_of(in.now), client.id);
    return {{"UserPoolClient", describe(find_client(in.db, client.id))}};
}

json::object list_user_pool_clients(const call& in) {
    const user_pool pool = find_pool(in);
    const std::int64_t size = optional_integer(in.input, "MaxResults").value_or(60);
    json::array clients;
    std::string next;
    rows all = in.db.query("select id, name from user_pool_client where pool_id = ? and id > ? "
                           "order by id limit ?",
                           pool.id, read_page_token(in, "NextToken"), size + 1);
    while (all.next()) {
        if (static_cast<std::int64_t>(clients.size()) == size) {
            next = text_of(clients.back().get_object(), "ClientId");
            break;
        }
        clients.emplace_back(
            json::object{{"ClientId", all.text(0)}, {"UserPoolId", pool.id}, {"ClientName", all.text(1)}});
    }
    json::object out{{"UserPoolClients", std::move(clients)}};
    if (!next.empty()) out["NextToken"] = page_token(next);
    return out;
}

json::object delete_user_pool_client(const call& in) {
    in.db.run("delete from user_pool_client where id = ?", find_client(in, find_pool(in)).id);
    return {};
}

} // namespace cruddur::cloud::cognito
