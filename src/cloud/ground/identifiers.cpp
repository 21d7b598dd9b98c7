#include "cloud/ground/identifiers.hpp"

#include <fmt/core.h>
#include <openssl/rand.h>

#include <stdexcept>
#include <vector>

namespace cruddur::cloud::ground {

std::string random_hex(std::size_t digits) {
    std::vector<unsigned char> bytes((digits + 1) / 2);
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error{"the system gives no random bytes"};
    }
    std::string out;
    for (const unsigned char byte : bytes)
        out += fmt::format("{:02x}", byte);
    out.resize(digits);
    return out;
}

std::string resource_id(std::string_view prefix) {
    return fmt::format("{}-0{}", prefix, random_hex(16));
}

bool is_resource_id(std::string_view text, std::string_view prefix) {
    if (!text.starts_with(prefix) || !text.substr(prefix.size()).starts_with('-')) return false;
    const std::string_view digits = text.substr(prefix.size() + 1);
    return (digits.size() == 8 || digits.size() == 17) &&
           digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string random_uuid() {
    std::string digits = random_hex(32);
    digits[12] = '4';
    digits[16] = "89ab"[static_cast<unsigned char>(digits[16]) % 4];
    const std::string_view all = digits;
    return fmt::format("{}-{}-{}-{}-{}", all.substr(0, 8), all.substr(8, 4), all.substr(12, 4),
                       all.substr(16, 4), all.substr(20));
}

} // namespace cruddur::cloud::ground
