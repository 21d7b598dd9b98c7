#include "cloud/cognito/cognito_tokens.hpp"
#include "cloud/cognito/cognito_triggers.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

bool is_second_version(const user_pool& pool) {
    const json::object* functions = find_object(pool.settings, "LambdaConfig");
    const json::object* versioned =
        functions == nullptr ? nullptr : find_object(*functions, "PreTokenGenerationConfig");
    return versioned != nullptr && text_of(*versioned, "LambdaVersion") == "V2_0";
}

// A member of what the function answered: null and missing are the same.
const json::value* member(const json::object& of, std::string_view name) {
    const json::value* found = of.if_contains(name);
    return found == nullptr || found->is_null() ? nullptr : found;
}

const json::object* object_in(const json::object& of, std::string_view name) {
    const json::value* found = member(of, name);
    if (found != nullptr && !found->is_object()) throw unrecognizable();
    return found == nullptr ? nullptr : &found->get_object();
}

std::vector<std::string> list_of_texts_in(const json::object& of, std::string_view name) {
    std::vector<std::string> out;
    const json::value* found = member(of, name);
    if (found == nullptr) return out;
    if (!found->is_array()) throw unrecognizable();
    for (const json::value& each : found->get_array()) {
        if (!each.is_string()) throw unrecognizable();
        out.emplace_back(each.get_string());
    }
    return out;
}

// Of the first version, claims are texts.
claim_changes read_claims(const json::object& of, bool only_texts) {
    claim_changes out;
    if (const json::object* added = object_in(of, "claimsToAddOrOverride")) {
        const bool are_texts =
            std::ranges::all_of(*added, [](const auto& each) { return each.value().is_string(); });
        if (only_texts && !are_texts) throw unrecognizable();
        out.added = *added;
    }
    out.suppressed = list_of_texts_in(of, "claimsToSuppress");
    return out;
}

void read_groups(const json::object& of, token_changes& into) {
    const json::object* given = object_in(of, "groupOverrideDetails");
    if (given == nullptr) return;
    const json::value* role = member(*given, "preferredRole");
    if (role != nullptr && !role->is_string()) throw unrecognizable();
    into.groups =
        group_membership{list_of_texts_in(*given, "groupsToOverride"),
                         list_of_texts_in(*given, "iamRolesToOverride"), text_of(*given, "preferredRole")};
}

token_changes read_changes(const json::object& response, bool is_second) {
    token_changes out;
    const json::object* details =
        object_in(response, is_second ? "claimsAndScopeOverrideDetails" : "claimsOverrideDetails");
    if (details == nullptr) return out;
    read_groups(*details, out);
    if (!is_second) {
        out.id = read_claims(*details, true);
        return out;
    }
    if (const json::object* id = object_in(*details, "idTokenGeneration")) out.id = read_claims(*id, false);
    if (const json::object* access = object_in(*details, "accessTokenGeneration")) {
        out.access = read_claims(*access, false);
        out.scopes_added = list_of_texts_in(*access, "scopesToAdd");
        out.scopes_suppressed = list_of_texts_in(*access, "scopesToSuppress");
    }
    return out;
}

} // namespace

boost::asio::awaitable<token_changes> run_pre_token_generation(const call& in, const user_pool& pool,
                                                               const pool_client& client,
                                                               const pool_user& user,
                                                               std::string_view source) {
    if (!has_trigger(pool, "PreTokenGeneration")) co_return token_changes{};
    const bool is_second = is_second_version(pool);
    const group_membership groups = groups_of(in.db, user);
    json::object configuration{{"groupsToOverride", array_of(groups.names)},
                               {"iamRolesToOverride", array_of(groups.roles)},
                               {"preferredRole", nullptr}};
    if (!groups.preferred_role.empty()) configuration["preferredRole"] = groups.preferred_role;
    occasion on{.source = source, .request = {{"groupConfiguration", std::move(configuration)}}};
    if (is_second) {
        on.version = "2";
        on.request["scopes"] = json::array{user_scope};
        on.response["claimsAndScopeOverrideDetails"] = nullptr;
    } else {
        on.response["claimsOverrideDetails"] = nullptr;
    }
    const json::object response = co_await run_trigger(in, pool, std::move(on), user, client.id);
    co_return read_changes(response, is_second);
}

} // namespace cruddur::cloud::cognito
