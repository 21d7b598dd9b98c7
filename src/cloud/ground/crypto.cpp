#include "cloud/ground/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <utility>

namespace cruddur::cloud::ground {

namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

// Of the standard alphabet, without its padding. A zip of 50 MiB comes so: each character is looked at by
// what looks at many at once.
std::optional<std::string> decoded(std::string text) {
    // What EVP_DecodeBlock leaves out, takes for an end or for nothing.
    for (const char each : std::string_view{" \t\r\n-="})
        if (text.find(each) != std::string::npos) return std::nullopt;
    if (text.size() % 4 == 1) return std::nullopt;
    const std::size_t padding = (4 - text.size() % 4) % 4;
    text.append(padding, '=');
    std::string out(text.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(bytes_of(out), bytes_of(text), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    out.resize(static_cast<std::size_t>(size) - padding);
    return out;
}

} // namespace

std::string random_bytes(std::size_t size) {
    std::string out(size, '\0');
    if (RAND_bytes(bytes_of(out), static_cast<int>(size)) != 1)
        throw std::runtime_error{"the system gives no random bytes"};
    return out;
}

std::string sha256(std::string_view bytes) {
    std::string out(SHA256_DIGEST_LENGTH, '\0');
    SHA256(bytes_of(bytes), bytes.size(), bytes_of(out));
    return out;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    std::string out(SHA256_DIGEST_LENGTH, '\0');
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(bytes), bytes.size(),
             bytes_of(out), &size) == nullptr)
        throw std::runtime_error{"HMAC-SHA-256 failed"};
    return out;
}

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char byte : bytes) {
        out += digits[static_cast<unsigned char>(byte) >> 4U];
        out += digits[static_cast<unsigned char>(byte) & 15U];
    }
    return out;
}

std::string to_base64(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(bytes_of(out), bytes_of(bytes), static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

std::string to_base64url(std::string_view bytes) {
    std::string out = to_base64(bytes);
    std::ranges::replace(out, '+', '-');
    std::ranges::replace(out, '/', '_');
    out.erase(std::min(out.find('='), out.size()));
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    const std::string_view plain = text.substr(0, text.find('='));
    const std::size_t padding = text.size() - plain.size();
    const bool ends_padded =
        text.substr(plain.size()) == std::string_view{"=="}.substr(0, padding) && text.size() % 4 == 0;
    if (padding > 0 && !ends_padded) return std::nullopt;
    return decoded(std::string{plain});
}

std::optional<std::string> from_base64url(std::string_view text) {
    if (text.find('+') != std::string_view::npos || text.find('/') != std::string_view::npos)
        return std::nullopt;
    std::string plain{text};
    std::ranges::replace(plain, '-', '+');
    std::ranges::replace(plain, '_', '/');
    return decoded(std::move(plain));
}

bool equals_secret(std::string_view left, std::string_view right) {
    return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string random_digits(std::size_t digits) {
    return random_text(digits, "0123456789");
}

std::string random_text(std::size_t size, std::string_view alphabet) {
    // Bytes beyond the last whole alphabet are thrown away, so that no character is likelier than another.
    const std::size_t limit = 256 - 256 % alphabet.size();
    std::string out;
    while (out.size() < size) {
        for (const char byte : random_bytes(size)) {
            const auto number = static_cast<unsigned char>(byte);
            if (number < limit && out.size() < size) out += alphabet[number % alphabet.size()];
        }
    }
    return out;
}

std::string new_rsa_key(unsigned bits) {
    constexpr int primes = 3;
    const std::unique_ptr<EVP_PKEY_CTX, freed_by<EVP_PKEY_CTX_free>> context{
        EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr)};
    EVP_PKEY* made = nullptr;
    if (!context || EVP_PKEY_keygen_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits)) != 1 ||
        EVP_PKEY_CTX_set_rsa_keygen_primes(context.get(), primes) != 1 ||
        EVP_PKEY_generate(context.get(), &made) != 1)
        throw std::runtime_error{"an RSA key cannot be made"};
    const std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>> key{made};
    const std::unique_ptr<BIO, freed_by<BIO_free_all>> to{BIO_new(BIO_s_mem())};
    if (!to || PEM_write_bio_PrivateKey(to.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        throw std::runtime_error{"an RSA key cannot be written"};
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(to.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

} // namespace cruddur::cloud::ground
