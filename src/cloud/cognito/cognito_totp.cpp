#include "cloud/cognito/cognito_software_token.hpp"
#include "cloud/ground/crypto.hpp"

#include <fmt/core.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace cruddur::cloud::cognito {

namespace {

constexpr std::int64_t step_seconds = 30;
constexpr std::uint32_t modulus = 1'000'000;
constexpr std::string_view base32_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

std::string bytes_of(std::string_view base32) {
    std::string out;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : base32) {
        const std::size_t value = base32_digits.find(c);
        if (value == std::string_view::npos)
            throw std::runtime_error{"an authenticator's secret is no Base32"};
        bits = (bits << 5U) | static_cast<std::uint32_t>(value);
        count += 5;
        if (count < 8) continue;
        count -= 8;
        out += static_cast<char>((bits >> count) & 0xFFU);
    }
    return out;
}

} // namespace

std::string totp_code(std::string_view secret, std::int64_t step) {
    const std::string key = bytes_of(secret);
    std::array<unsigned char, 8> message{};
    auto rest = static_cast<std::uint64_t>(step);
    for (std::size_t i = message.size(); i-- > 0; rest >>= 8U)
        message.at(i) = static_cast<unsigned char>(rest & 0xFFU);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), message.data(), message.size(),
             digest.data(), &size) == nullptr)
        throw std::runtime_error{"OpenSSL cannot compute a one-time code"};
    const std::size_t offset = digest.at(size - 1) & 0x0FU;
    std::uint32_t number = digest.at(offset) & 0x7FU;
    for (std::size_t i = 1; i < 4; ++i)
        number = (number << 8U) | digest.at(offset + i);
    return fmt::format("{:06}", number % modulus);
}

std::optional<std::int64_t> totp_step_of(std::string_view secret, std::string_view code,
                                         std::int64_t now_seconds) {
    const std::int64_t now = now_seconds / step_seconds;
    std::optional<std::int64_t> out;
    // All three are compared, so that the time does not tell which it was.
    for (std::int64_t step = now - 1; step <= now + 1; ++step) {
        if (ground::equals_secret(totp_code(secret, step), code)) out = step;
    }
    return out;
}

} // namespace cruddur::cloud::cognito
