#include "app/identity/token.hpp"

#include "app/input/base64url.hpp"
#include "app/input/json_members.hpp"

#include <boost/json/parse.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace cruddur::app::identity {
namespace {

constexpr std::size_t token_bytes_max = 8 * 1024;
constexpr std::size_t subject_bytes_max = 255;
constexpr std::size_t jwks_bytes_max = 256 * 1024;
constexpr std::size_t keys_max = 64;
constexpr int key_bits_min = 2048;
constexpr int key_bits_max = 8192;

template<auto Free>
struct freer {
    template<class T>
    void operator()(T* owned) const {
        Free(owned);
    }
};
using big_number = std::unique_ptr<BIGNUM, freer<BN_free>>;
using key_context = std::unique_ptr<EVP_PKEY_CTX, freer<EVP_PKEY_CTX_free>>;
using digest_context = std::unique_ptr<EVP_MD_CTX, freer<EVP_MD_CTX_free>>;
using param_builder = std::unique_ptr<OSSL_PARAM_BLD, freer<OSSL_PARAM_BLD_free>>;
using params = std::unique_ptr<OSSL_PARAM, freer<OSSL_PARAM_free>>;

big_number number_of(std::string_view base64url) {
    const auto bytes = input::base64url_decode(base64url);
    if (!bytes || bytes->empty() || bytes->size() > key_bits_max / 8 + 1) return nullptr;
    return big_number{BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes->data()),
                                static_cast<int>(bytes->size()), nullptr)};
}

std::shared_ptr<EVP_PKEY> rsa_key(std::string_view modulus, std::string_view exponent) {
    const big_number n = number_of(modulus);
    const big_number e = number_of(exponent);
    if (!n || !e || BN_num_bits(n.get()) < key_bits_min || BN_num_bits(n.get()) > key_bits_max)
        return nullptr;
    if (BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) != 0 || BN_num_bits(e.get()) > 64) return nullptr;
    const param_builder builder{OSSL_PARAM_BLD_new()};
    if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        return nullptr;
    const params made{OSSL_PARAM_BLD_to_param(builder.get())};
    const key_context context{EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr)};
    EVP_PKEY* key = nullptr;
    if (!made || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, made.get()) != 1)
        return nullptr;
    return {key, EVP_PKEY_free};
}

// The member's text; "" where it is absent or no text.
std::string_view text_of(const boost::json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string_view{} : std::string_view{*text};
}

std::string_view text_of(const input::json_members& from, std::string_view name) {
    const auto found = from.find(name);
    const auto* text = found == from.end() ? nullptr : std::get_if<std::string>(&found->second);
    return text == nullptr ? std::string_view{} : std::string_view{*text};
}

// A NumericDate in seconds. Absent is nullopt in the optional; a wrong type or size is a failure.
boost::system::result<std::optional<double>, token_failure> date_of(const input::json_members& from,
                                                                    std::string_view name) {
    constexpr double year_9999 = 253'402'300'799.0;
    const auto found = from.find(name);
    if (found == from.end()) return std::optional<double>{};
    double seconds = -1;
    if (const auto* whole = std::get_if<std::int64_t>(&found->second)) seconds = static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&found->second)) seconds = *real;
    if (!(seconds >= 0 && seconds <= year_9999)) return token_failure::malformed;
    return std::optional<double>{seconds};
}

bool signature_holds(std::string_view signed_text, std::string_view signature, EVP_PKEY* key) {
    const digest_context context{EVP_MD_CTX_new()};
    return context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                            signature.size(), reinterpret_cast<const unsigned char*>(signed_text.data()),
                            signed_text.size()) == 1;
}

boost::system::result<verified_token, token_failure>
judge(const input::json_members& claims, const token_rules& rules, std::chrono::sys_seconds now) {
    if (text_of(claims, "iss") != rules.issuer) return token_failure::issuer;
    if (text_of(claims, "token_use") != "access") return token_failure::use;
    if (text_of(claims, "client_id") != rules.client_id) return token_failure::client;
    const auto expires = date_of(claims, "exp");
    const auto not_before = date_of(claims, "nbf");
    const auto issued = date_of(claims, "iat");
    if (!expires || !*expires || !not_before || !issued) return token_failure::malformed;
    const auto leeway = static_cast<double>(rules.leeway.count());
    const auto seconds = static_cast<double>(now.time_since_epoch().count());
    if (seconds > **expires + leeway) return token_failure::expired;
    if (not_before->value_or(0) > seconds + leeway || issued->value_or(0) > seconds + leeway)
        return token_failure::not_yet_valid;
    const std::string_view subject = text_of(claims, "sub");
    if (subject.empty() || subject.size() > subject_bytes_max) return token_failure::malformed;
    return verified_token{std::string{subject},
                          std::chrono::sys_seconds{std::chrono::seconds{
                              static_cast<std::int64_t>(std::floor(**expires + leeway))}}};
}

} // namespace

std::optional<key_set> key_set::parse(std::string_view jwks) {
    boost::json::error_code failed;
    const auto document = boost::json::parse(jwks.substr(0, jwks_bytes_max + 1), failed);
    if (failed || jwks.size() > jwks_bytes_max || !document.is_object()) return std::nullopt;
    const auto* list = document.get_object().if_contains("keys");
    if (list == nullptr || !list->is_array() || list->get_array().size() > keys_max) return std::nullopt;
    key_set made;
    for (const auto& entry : list->get_array()) {
        const auto* key = entry.if_object();
        if (key == nullptr || text_of(*key, "kty") != "RSA" || text_of(*key, "kid").empty()) continue;
        if (key->contains("use") && text_of(*key, "use") != "sig") continue;
        if (key->contains("alg") && text_of(*key, "alg") != "RS256") continue;
        if (auto built = rsa_key(text_of(*key, "n"), text_of(*key, "e")))
            made.keys_.insert_or_assign(std::string{text_of(*key, "kid")}, std::move(built));
    }
    if (made.keys_.empty()) return std::nullopt;
    return made;
}

EVP_PKEY* key_set::find(std::string_view kid) const {
    const auto found = keys_.find(kid);
    return found == keys_.end() ? nullptr : found->second.get();
}

std::string_view name_of(token_failure why) {
    static constexpr std::array<std::string_view, 9> names{
        "malformed",       "wrong algorithm", "unknown key", "wrong signature", "wrong issuer",
        "no access token", "wrong client",    "expired",     "not yet valid"};
    return names.at(static_cast<std::size_t>(why));
}

void throw_exception_from_error(token_failure why, const boost::source_location&) {
    throw std::logic_error{"the value of a refused token: " + std::string{name_of(why)}};
}

boost::system::result<verified_token, token_failure>
verify(std::string_view token, const key_set& keys, const token_rules& rules, std::chrono::sys_seconds now) {
    if (token.size() > token_bytes_max) return token_failure::malformed;
    const std::size_t first = token.find('.');
    const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos) return token_failure::malformed;
    const auto header_json = input::base64url_decode(token.substr(0, first));
    const auto claims_json = input::base64url_decode(token.substr(first + 1, second - first - 1));
    const auto signature = input::base64url_decode(token.substr(second + 1));
    if (!header_json || !claims_json || !signature) return token_failure::malformed;
    const auto header = input::parse_members(*header_json);
    if (!header) return token_failure::malformed;
    if (text_of(*header, "alg") != "RS256" || header->contains("crit")) return token_failure::algorithm;
    EVP_PKEY* key = keys.find(text_of(*header, "kid"));
    if (key == nullptr) return token_failure::unknown_key;
    if (!signature_holds(token.substr(0, second), *signature, key)) return token_failure::signature;
    const auto claims = input::parse_members(*claims_json);
    if (!claims) return token_failure::malformed;
    return judge(*claims, rules, now);
}

} // namespace cruddur::app::identity
