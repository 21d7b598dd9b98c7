#include "cloud/sign_in/token_sign_in.hpp"

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/refusal.hpp"
#include "cloud/sign_in/auth_token.hpp"
#include "cluster/account.hpp"

#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cruddur::cloud::sign_in {

namespace {

std::string connect_arn(const fleet::db_instance& to, const std::string& as) {
    return fmt::format("arn:aws:rds-db:{}:{}:dbuser:{}/{}", to.region, ground::account_id, to.resource_id,
                       as);
}

} // namespace

token_sign_in::token_sign_in(const boost::asio::any_io_executor& loop, ground::state& db,
                             std::filesystem::path folder, const std::optional<wire::key_ring>& keys,
                             const iam::access_control& access)
    : db_{db}
    , folder_{std::move(folder)}
    , keys_{keys.value_or(wire::key_ring{})}
    , takes_any_key_{!keys}
    , access_{access}
    , responder_{loop,
                 {.is_server = [this](uid_t user) { return is_server(user); },
                  .judge = [this](const std::string& name,
                                  const std::string& token) { return judge(name, token); }}} {
    if (takes_any_key_) keys_.add(wire::local_key, wire::local_key);
}

std::uint16_t token_sign_in::port() const {
    return responder_.port();
}

void token_sign_in::stop() {
    responder_.stop();
}

bool token_sign_in::is_server(uid_t user) const {
    return std::ranges::any_of(fleet::all_instances(db_), [&](const fleet::db_instance& one) {
        return one.iam_authentication && cluster::account_for(folder_ / one.resource_id / "data").uid == user;
    });
}

bind_verdict token_sign_in::judge(const std::string& name, const std::string& token) const {
    const std::size_t slash = std::min(name.find('/'), name.size());
    const auto of = fleet::instance_by_resource_id(db_, name.substr(0, slash));
    if (slash == name.size() || !of || !of->iam_authentication)
        return {false, "it is no DB instance with IAM database authentication"};
    const std::string user = name.substr(slash + 1);
    bind_verdict out{true, {}};
    try {
        check(token, *of, user);
    } catch (const token_refused& why) {
        out = {false, why.what()};
    }
    if (!out.admitted) spdlog::warn("DB instance {}: sign-in refused: {}", of->identifier, out.reason);
    return out;
}

void token_sign_in::check(const std::string& token, const fleet::db_instance& of,
                          const std::string& user) const {
    const auto now = std::chrono::system_clock::now();
    const token_purpose purpose{
        .host = of.address, .port = static_cast<std::uint16_t>(of.port), .region = of.region, .user = user};
    const wire::signed_request request = request_of(token);
    wire::key_ring keys = keys_;
    wire::identity caller;
    if (const auto key = key_of(request, now)) {
        if (!ground::equals_secret(key->session_token, wire::session_token_of(request)))
            throw token_refused{"its session token is not that of its key"};
        if (key->has_expired) throw token_refused{"the session whose key signed it has expired"};
        keys.add(key->whose.access_key, key->secret);
        caller = key->whose;
    }
    static_cast<void>(check_token(token, purpose, keys, takes_any_key_ && !access_.enforces(), now));
    iam::access_request asked{"rds-db:connect", {connect_arn(of, user)}, {}};
    asked.context.put("aws:RequestedRegion", of.region);
    const iam::decision why = access_.ask(caller, asked);
    if (why == iam::decision::allowed) return;
    throw token_refused{fmt::format("{} is not authorized to perform: {} on resource: {} {}",
                                    access_.arn_of(caller), asked.action, asked.resource.front(),
                                    iam::reason_of(why, asked.action))};
}

std::optional<iam::signing_key> token_sign_in::key_of(const wire::signed_request& request,
                                                      std::chrono::system_clock::time_point now) const {
    try {
        const auto whose = wire::credential_of(request);
        return whose ? access_.find_key(whose->access_key, now) : std::nullopt;
    } catch (const ground::refusal&) {
        return std::nullopt; // check_token says what is wrong with it
    }
}

} // namespace cruddur::cloud::sign_in
