#include "cloud/rds/scram.hpp"

#include "cloud/ground/crypto.hpp"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <stdexcept>

namespace cruddur::cloud::rds {

namespace {

constexpr int iterations = 4096; // PostgreSQL's own
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t key_bytes = 32;

} // namespace

std::string scram_verifier(std::string_view password) {
    const std::string salt = ground::random_bytes(salt_bytes);
    std::string salted(key_bytes, '\0');
    if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                          reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()),
                          iterations, EVP_sha256(), static_cast<int>(salted.size()),
                          reinterpret_cast<unsigned char*>(salted.data())) != 1) {
        throw std::runtime_error{"the password's verifier cannot be made"};
    }
    const std::string stored = ground::sha256(ground::hmac_sha256(salted, "Client Key"));
    const std::string server = ground::hmac_sha256(salted, "Server Key");
    return fmt::format("SCRAM-SHA-256${}:{}${}:{}", iterations, ground::to_base64(salt),
                       ground::to_base64(stored), ground::to_base64(server));
}

} // namespace cruddur::cloud::rds
