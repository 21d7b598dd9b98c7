#include "app/input/fingerprint.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>

namespace cruddur::app::input {

std::string fingerprint(std::initializer_list<std::string_view> texts) {
    const std::string all = fmt::format("{}", fmt::join(texts, std::string_view{"\0", 1}));
    std::array<unsigned char, SHA256_DIGEST_LENGTH> sum{};
    SHA256(reinterpret_cast<const unsigned char*>(all.data()), all.size(), sum.data());
    return fmt::format("{:02x}", fmt::join(sum, ""));
}

} // namespace cruddur::app::input
