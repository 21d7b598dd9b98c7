#pragma once

#include <boost/system/result.hpp>
#include <openssl/types.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur::app::identity {

// The public keys of a user pool by their `kid`, from its JWKS: RSA signature keys of 2048 to 8192 bits, at
// most 64. Immutable; safe to share between threads.
class key_set {
public:
    // nullopt for what is no JWKS, is larger than 256 KiB or has no key of use.
    static std::optional<key_set> parse(std::string_view jwks);
    // nullptr where the kid is unknown.
    [[nodiscard]] EVP_PKEY* find(std::string_view kid) const;
    [[nodiscard]] std::size_t size() const { return keys_.size(); }

private:
    std::map<std::string, std::shared_ptr<EVP_PKEY>, std::less<>> keys_;
};

// Why a token is not taken. All but unknown_key are final.
enum class token_failure {
    malformed,   // not three parts of strict base64url, not JSON, a claim twice or of the wrong type, over 8
                 // KiB
    algorithm,   // not RS256, or an extension that must be understood
    unknown_key, // its kid is in no key set of ours: a newer key set may have it
    signature,
    issuer,
    use, // not an access token
    client,
    expired,
    not_yet_valid,
};
[[nodiscard]] std::string_view name_of(token_failure why);
[[noreturn]] void throw_exception_from_error(token_failure why, const boost::source_location& where);

struct token_rules {
    std::string issuer;
    std::string client_id;
    std::chrono::seconds leeway{60};
};

struct verified_token {
    std::string subject;              // finds the user, by cognito_user_id
    std::chrono::sys_seconds expires; // the last moment it is taken at, leeway and all
};

// Verifies a Cognito access token as the contract's "Tokens" says; nothing of it is looked at before the
// signature holds but its header. Pure, and safe on any thread.
[[nodiscard]] boost::system::result<verified_token, token_failure>
verify(std::string_view token, const key_set& keys, const token_rules& rules, std::chrono::sys_seconds now);

} // namespace cruddur::app::identity
