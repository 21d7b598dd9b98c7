#include "support/token_issuer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <chrono>
#include <stdexcept>
#include <utility>
#include <vector>

namespace cruddur::test {
namespace {

void check(bool done) {
    if (!done) throw std::runtime_error{"OpenSSL refused"};
}

std::string number(EVP_PKEY* key, const char* name) {
    BIGNUM* value = nullptr;
    check(EVP_PKEY_get_bn_param(key, name, &value) == 1);
    std::vector<unsigned char> bytes(static_cast<std::size_t>(BN_num_bytes(value)));
    BN_bn2bin(value, bytes.data());
    BN_free(value);
    return base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

} // namespace

std::string base64url(std::string_view bytes) {
    std::vector<unsigned char> text(bytes.size() / 3 * 4 + 5);
    const int length = EVP_EncodeBlock(text.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                                       static_cast<int>(bytes.size()));
    std::string made{reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length)};
    while (made.ends_with('='))
        made.pop_back();
    for (char& letter : made)
        letter = letter == '+' ? '-' : letter == '/' ? '_' : letter;
    return made;
}

token_issuer::token_issuer(std::string kid, int bits)
    : kid_{std::move(kid)}
    , key_{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(bits)), EVP_PKEY_free} {
    check(key_ != nullptr);
}

boost::json::object token_issuer::jwk() const {
    return {{"kty", "RSA"},
            {"kid", kid_},
            {"use", "sig"},
            {"alg", "RS256"},
            {"n", number(key_.get(), OSSL_PKEY_PARAM_RSA_N)},
            {"e", number(key_.get(), OSSL_PKEY_PARAM_RSA_E)}};
}

std::string token_issuer::jwks() const {
    boost::json::array keys;
    keys.emplace_back(jwk());
    boost::json::object document;
    document["keys"] = std::move(keys);
    return boost::json::serialize(document);
}

boost::json::object token_issuer::claims(std::string_view subject) {
    return {{"sub", subject},
            {"iss", issuer},
            {"client_id", client_id},
            {"token_use", "access"},
            {"scope", "aws.cognito.signin.user.admin"},
            {"auth_time", now() - 10},
            {"iat", now() - 10},
            {"exp", now() + 3600},
            {"username", subject}};
}

boost::json::object token_issuer::header() const {
    return {{"kid", kid_}, {"alg", "RS256"}};
}

std::string token_issuer::access_token(std::string_view subject) const {
    return sign(header(), claims(subject));
}

std::string token_issuer::sign(const boost::json::object& header, const boost::json::object& claims) const {
    return sign(boost::json::serialize(header), boost::json::serialize(claims));
}

std::string token_issuer::sign(std::string_view header_json, std::string_view claims_json) const {
    const std::string text = base64url(header_json) + "." + base64url(claims_json);
    const std::shared_ptr<EVP_MD_CTX> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
    check(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
    std::vector<unsigned char> signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())));
    std::size_t length = signature.size();
    check(EVP_DigestSign(context.get(), signature.data(), &length,
                         reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1);
    return text + "." + base64url({reinterpret_cast<const char*>(signature.data()), length});
}

std::string token_issuer::public_pem() const {
    const std::shared_ptr<BIO> memory{BIO_new(BIO_s_mem()), BIO_free};
    check(PEM_write_bio_PUBKEY(memory.get(), key_.get()) == 1);
    std::string text(static_cast<std::size_t>(BIO_pending(memory.get())), '\0');
    BIO_read(memory.get(), text.data(), static_cast<int>(text.size()));
    return text;
}

} // namespace cruddur::test
