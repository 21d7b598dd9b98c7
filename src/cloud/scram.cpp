#include "cloud/scram.hpp"

#include <fmt/core.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <span>
#include <stdexcept>

namespace cruddur::cloud {

namespace {

constexpr int iterations = 4096; // PostgreSQL's own
using digest = std::array<unsigned char, 32>;

digest keyed(const digest& key, std::string_view text) {
    digest out{};
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(),
             &size) == nullptr) {
        throw std::runtime_error{"HMAC failed"};
    }
    return out;
}

std::string base64(std::span<const unsigned char> bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

} // namespace

std::string scram_verifier(std::string_view password) {
    std::array<unsigned char, 16> salt{};
    digest salted{};
    if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1 ||
        PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                          static_cast<int>(salt.size()), iterations, EVP_sha256(),
                          static_cast<int>(salted.size()), salted.data()) != 1) {
        throw std::runtime_error{"the password's verifier cannot be made"};
    }
    const digest client = keyed(salted, "Client Key");
    const digest server = keyed(salted, "Server Key");
    digest stored{};
    unsigned size = 0;
    if (EVP_Digest(client.data(), client.size(), stored.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error{"SHA-256 failed"};
    }
    return fmt::format("SCRAM-SHA-256${}:{}${}:{}", iterations, base64(salt), base64(stored), base64(server));
}

} // namespace cruddur::cloud
