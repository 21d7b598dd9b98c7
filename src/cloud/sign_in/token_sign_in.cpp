#include "cloud/sign_in/token_sign_in.hpp"

#include "cloud/fleet/instance_records.hpp"
#include "cloud/sign_in/auth_token.hpp"
#include "cluster/account.hpp"

#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cruddur::cloud::sign_in {

namespace {

constexpr const char* local_key = "local"; // and its secret: what `cruddur cloud` prints, and a profile has

// Whether the caller's policies let him connect to that database as that user. Every key that is admitted is
// the account's own here.
bool may_connect(const std::string& /*access_key*/, const fleet::db_instance& /*to*/,
                 const std::string& /*as*/) {
    return true;
}

} // namespace

token_sign_in::token_sign_in(const boost::asio::any_io_executor& loop, ground::state& db,
                             std::filesystem::path folder, const std::optional<wire::key_ring>& keys)
    : db_{db}
    , folder_{std::move(folder)}
    , keys_{keys.value_or(wire::key_ring{})}
    , takes_any_key_{!keys}
    , responder_{loop,
                 {.is_server = [this](uid_t user) { return is_server(user); },
                  .judge = [this](const std::string& name,
                                  const std::string& token) { return judge(name, token); }}} {
    if (takes_any_key_) keys_.add(local_key, local_key);
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
    const token_purpose purpose{.host = of->address,
                                .port = static_cast<std::uint16_t>(of->port),
                                .region = of->region,
                                .user = user};
    bind_verdict out{true, {}};
    try {
        const std::string key =
            check_token(token, purpose, keys_, takes_any_key_, std::chrono::system_clock::now());
        if (!may_connect(key, *of, user)) out = {false, fmt::format("no policy lets {} connect", key)};
    } catch (const token_refused& why) {
        out = {false, why.what()};
    }
    if (!out.admitted) spdlog::warn("DB instance {}: sign-in refused: {}", of->identifier, out.reason);
    return out;
}

} // namespace cruddur::cloud::sign_in
