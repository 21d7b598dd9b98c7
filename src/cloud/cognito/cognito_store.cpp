#include "cloud/cognito/cognito.hpp"
#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <locale>

namespace cruddur::cloud::cognito {

namespace {

namespace json = boost::json;

constexpr std::string_view page_mark = "after ";

json::object parse_object(const std::string& text) {
    return json::parse(text).get_object();
}

pool_user read_user(const rows& row) {
    return {.pool_id = row.text(0),
            .username = row.text(1),
            .sub = row.text(2),
            .status = row.text(3),
            .enabled = row.integer(4) != 0,
            .attributes = parse_object(row.text(5)),
            .salt = row.text(6),
            .verifier = row.text(7),
            .failures = row.integer(8),
            .locked_until = row.integer(9),
            .owes_confirmation = row.integer(10) != 0,
            .created_at = row.integer(11),
            .password_at = row.integer(12),
            .modified_at = row.integer(13),
            .row = row.integer(14)};
}

bool has_upper(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool has_lower(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

bool has_digit(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool has_symbol(std::string_view text) {
    return text.find_first_of("^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+= ") != std::string_view::npos;
}

refusal no_such_user() {
    return {"UserNotFoundException", "User does not exist."};
}

std::string lower_case(std::string text) {
    boost::algorithm::to_lower(text, std::locale::classic());
    return text;
}

constexpr std::string_view columns = "pool_id, username, sub, status, enabled, attributes, salt, verifier, "
                                     "failures, locked_until, owes_confirmation, created_at, password_at, "
                                     "modified_at, rowid";

bool answers_to(const user_pool& pool, const pool_user& user, std::string_view name,
                std::string_view wanted) {
    if (pool.folded(user.attribute(name)) != wanted) return false;
    if (name == "preferred_username")
        return pool.lists("AliasAttributes", name) && user.status != "UNCONFIRMED";
    // Where the address is the user name itself it counts at once, as an alias once it is verified.
    return pool.lists("UsernameAttributes", name) ||
           (pool.lists("AliasAttributes", name) &&
            user.attribute(fmt::format("{}_verified", name)) == "true");
}

constexpr std::array<std::string_view, 3> alias_names = {"email", "phone_number", "preferred_username"};

bool has_aliases(const user_pool& pool) {
    return std::ranges::any_of(alias_names, [&](std::string_view each) {
        return pool.lists("AliasAttributes", each) || pool.lists("UsernameAttributes", each);
    });
}

// Who has that text as an address, a phone number or a preferred_username, in whatever case: the first first.
std::vector<pool_user> users_with(state& db, const user_pool& pool, const std::string& text) {
    std::vector<pool_user> out;
    rows found = db.query(fmt::format("select {} from pool_user where pool_id = ?1 and (email = ?2 or "
                                      "preferred_username = ?2 or phone_number = ?2) order by created_at",
                                      columns),
                          pool.id, lower_case(text));
    while (found.next())
        out.push_back(read_user(found));
    return out;
}

void store_user(state& db, const pool_user& user) {
    db.run("update pool_user set status = ?, enabled = ?, attributes = ?, email = ?, preferred_username = ?, "
           "phone_number = ?, salt = ?, verifier = ?, failures = ?, locked_until = ?, owes_confirmation = ?, "
           "password_at = ?, "
           "modified_at = ? where sub = ?",
           user.status, user.enabled, json::serialize(user.attributes), lower_case(user.attribute("email")),
           lower_case(user.attribute("preferred_username")), user.attribute("phone_number"), user.salt,
           user.verifier, user.failures, user.locked_until, user.owes_confirmation, user.password_at,
           user.modified_at, user.sub);
}

} // namespace

bool user_pool::lists(std::string_view setting, std::string_view value) const {
    const json::array* all = find_list(settings, setting);
    return all != nullptr && contains(*all, value);
}

std::string user_pool::arn() const {
    return fmt::format("arn:aws:cognito-idp:{}:{}:userpool/{}", region, ground::account_id, id);
}

std::string user_pool::folded(std::string text) const {
    const json::object* given = find_object(settings, "UsernameConfiguration");
    const bool is_case_sensitive =
        given == nullptr || optional_boolean(*given, "CaseSensitive").value_or(true);
    return is_case_sensitive ? text : lower_case(std::move(text));
}

bool pool_client::hides_users() const {
    return text_of(settings, "PreventUserExistenceErrors") == "ENABLED";
}

bool pool_client::allows(std::string_view flow) const {
    const json::array* given = find_list(settings, "ExplicitAuthFlows");
    if (given == nullptr || given->empty())
        return flow == "USER_SRP_AUTH" || flow == "CUSTOM_AUTH" || flow == "REFRESH_TOKEN_AUTH";
    // The names without ALLOW_ are the older ones; with them, refreshing is always allowed.
    if (contains(*given, "CUSTOM_AUTH_FLOW_ONLY"))
        return flow == "CUSTOM_AUTH" || flow == "REFRESH_TOKEN_AUTH";
    bool is_old = true;
    for (const json::value& each : *given) {
        const std::string_view listed = each.get_string();
        if (listed == fmt::format("ALLOW_{}", flow) || listed == flow) return true;
        if (listed.starts_with("ALLOW_")) is_old = false;
    }
    return is_old && (flow == "REFRESH_TOKEN_AUTH" || flow == "USER_SRP_AUTH");
}

std::string pool_user::attribute(std::string_view name) const {
    return text_of(attributes, name);
}

std::int64_t seconds_of(std::chrono::system_clock::time_point when) {
    return std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count();
}

bool contains(const json::array& texts, std::string_view wanted) {
    return std::ranges::any_of(
        texts, [&](const json::value& each) { return each.is_string() && each.get_string() == wanted; });
}

json::array array_of(const std::vector<std::string>& texts) {
    return json::array(texts.begin(), texts.end());
}

refusal not_authorized(std::string message) {
    return {"NotAuthorizedException", std::move(message)};
}

refusal invalid_parameter(std::string message) {
    return {"InvalidParameterException", std::move(message)};
}

std::string page_token(std::string_view key) {
    return ground::to_base64url(fmt::format("{}{}", page_mark, key));
}

std::string read_page_token(const call& in, std::string_view member) {
    const auto given = optional_text(in.input, member);
    if (!given) return "";
    const std::string read = ground::from_base64url(*given).value_or("");
    if (!read.starts_with(page_mark)) throw invalid_parameter("Invalid pagination token");
    return read.substr(page_mark.size());
}

user_pool find_pool(state& db, const std::string& id) {
    rows found = db.query(
        "select id, region, name, settings, created_at, modified_at from user_pool where id = ?", id);
    if (!found.next())
        throw refusal{"ResourceNotFoundException", fmt::format("User pool {} does not exist.", id)};
    return {found.text(0),    found.text(1),   found.text(2), parse_object(found.text(3)),
            found.integer(4), found.integer(5)};
}

user_pool find_pool(const call& in) {
    const std::string id = text_of(in.input, "UserPoolId");
    user_pool out = find_pool(in.db, id);
    if (out.region != in.region)
        throw refusal{"ResourceNotFoundException", fmt::format("User pool {} does not exist.", id)};
    return out;
}

pool_client find_client(state& db, const std::string& id) {
    rows found = db.query("select id, pool_id, name, secret, settings, created_at, modified_at "
                          "from user_pool_client where id = ?",
                          id);
    if (!found.next())
        throw refusal{"ResourceNotFoundException", fmt::format("User pool client {} does not exist.", id)};
    return {found.text(0),
            found.text(1),
            found.text(2),
            found.is_null(3) ? std::nullopt : std::optional{found.text(3)},
            parse_object(found.text(4)),
            found.integer(5),
            found.integer(6)};
}

std::optional<pool_user> find_user(state& db, const user_pool& pool, const std::string& name) {
    const std::string wanted = pool.folded(name);
    {
        rows found =
            db.query(fmt::format("select {} from pool_user where pool_id = ? and username = ?", columns),
                     pool.id, wanted);
        if (found.next()) return read_user(found);
    }
    if (!has_aliases(pool)) return std::nullopt;
    for (pool_user& user : users_with(db, pool, wanted)) {
        if (std::ranges::any_of(alias_names,
                                [&](std::string_view each) { return answers_to(pool, user, each, wanted); }))
            return std::move(user);
    }
    return std::nullopt;
}

pool_user require_user(state& db, const user_pool& pool, const std::string& name) {
    auto found = find_user(db, pool, name);
    if (!found) throw no_such_user();
    return std::move(*found);
}

named_user user_of(const call& in) {
    user_pool pool = find_pool(in);
    pool_user user = require_user(in.db, pool, text_of(in.input, "Username"));
    return {std::move(pool), std::move(user)};
}

asking_client client_of(const call& in) {
    pool_client client = find_client(in.db, text_of(in.input, "ClientId"));
    user_pool pool = find_pool(in.db, client.pool_id);
    return {std::move(client), std::move(pool)};
}

void insert_user(state& db, const user_pool& pool, const pool_user& user) {
    static_cast<void>(find_pool(db, pool.id));
    {
        rows found = db.query("select 1 from pool_user where pool_id = ? and username = ?", user.pool_id,
                              user.username);
        if (found.next()) throw refusal{"UsernameExistsException", "User already exists"};
    }
    db.run("insert into pool_user (pool_id, username, sub, status, enabled, attributes, email, "
           "preferred_username, phone_number, salt, verifier, failures, locked_until, owes_confirmation, "
           "created_at, "
           "password_at, modified_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?)",
           user.pool_id, user.username, user.sub, user.status, user.enabled, json::serialize(user.attributes),
           lower_case(user.attribute("email")), lower_case(user.attribute("preferred_username")),
           user.attribute("phone_number"), user.salt, user.verifier, user.owes_confirmation, user.created_at,
           user.password_at, user.modified_at);
}

pool_user reread_user(state& db, const pool_user& known) {
    rows found = db.query(fmt::format("select {} from pool_user where sub = ?", columns), known.sub);
    if (!found.next()) throw no_such_user();
    return read_user(found);
}

pool_user change_user(state& db, const pool_user& known, const std::function<void(pool_user&)>& change) {
    transaction whole{db};
    pool_user user = reread_user(db, known);
    change(user);
    store_user(db, user);
    whole.commit();
    return user;
}

std::vector<pool_user> users_after(state& db, const std::string& pool_id, std::int64_t row) {
    std::vector<pool_user> out;
    rows found = db.query(
        fmt::format("select {} from pool_user where pool_id = ? and rowid > ? order by rowid", columns),
        pool_id, row);
    while (found.next())
        out.push_back(read_user(found));
    return out;
}

std::vector<pool_user> users_in_group(state& db, const std::string& pool_id, const std::string& group,
                                      std::int64_t row, std::int64_t count) {
    std::vector<pool_user> out;
    rows found = db.query(
        fmt::format("select {} from pool_user where pool_id = ?1 and rowid > ?2 and username in "
                    "(select username from pool_group_member where pool_id = ?1 and group_name = ?3) "
                    "order by rowid limit ?4",
                    columns),
        pool_id, row, group, count);
    while (found.next())
        out.push_back(read_user(found));
    return out;
}

bool is_alias_taken(state& db, const user_pool& pool, const pool_user& by, std::string_view name) {
    const std::string wanted = pool.folded(by.attribute(name));
    if (wanted.empty()) return false;
    const std::vector<pool_user> others = users_with(db, pool, wanted);
    return std::ranges::any_of(others, [&](const pool_user& other) {
        return other.sub != by.sub && answers_to(pool, other, name, wanted);
    });
}

void take_alias(state& db, const user_pool& pool, const pool_user& by, std::string_view name) {
    const std::string wanted = pool.folded(by.attribute(name));
    for (pool_user& other : users_with(db, pool, wanted)) {
        if (other.sub == by.sub || !answers_to(pool, other, name, wanted)) continue;
        other.attributes[fmt::format("{}_verified", name)] = "false";
        store_user(db, other);
    }
}

void check_secret_hash(const pool_client& client, const std::string& username,
                       const std::optional<std::string>& given) {
    if (client.secret && !given) {
        throw not_authorized(
            fmt::format("Client {} is configured with secret but SECRET_HASH was not received", client.id));
    }
    if (!client.secret && !given) return;
    if (!client.secret ||
        !ground::equals_secret(ground::to_base64(ground::hmac_sha256(*client.secret, username + client.id)),
                               *given)) {
        throw not_authorized(fmt::format("Unable to verify secret hash for client {}", client.id));
    }
}

void check_password_policy(const user_pool& pool, std::string_view password) {
    const json::object* policies = find_object(pool.settings, "Policies");
    const json::object* given = policies == nullptr ? nullptr : find_object(*policies, "PasswordPolicy");
    // A pool made without a policy asks for all of it; one made with a policy, for what it says.
    const auto asks = [&](std::string_view name) {
        return given == nullptr || optional_boolean(*given, name).value_or(false);
    };
    const auto refuse = [](std::string_view why) {
        throw refusal{"InvalidPasswordException",
                      fmt::format("Password did not conform with policy: {}", why)};
    };
    const std::int64_t min = given == nullptr ? 8 : optional_integer(*given, "MinimumLength").value_or(8);
    if (static_cast<std::int64_t>(password.size()) < min) refuse("Password not long enough");
    if (asks("RequireUppercase") && !has_upper(password)) refuse("Password must have uppercase characters");
    if (asks("RequireLowercase") && !has_lower(password)) refuse("Password must have lowercase characters");
    if (asks("RequireNumbers") && !has_digit(password)) refuse("Password must have numeric characters");
    if (asks("RequireSymbols") && !has_symbol(password)) refuse("Password must have symbol characters");
}

} // namespace cruddur::cloud::cognito
