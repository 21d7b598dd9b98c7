#pragma once

#include <openssl/sha.h>

#include <array>
#include <string_view>

namespace cruddur::app::input {

using sha256_digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

[[nodiscard]] inline sha256_digest sha256(std::string_view bytes) {
    sha256_digest out{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data());
    return out;
}

} // namespace cruddur::app::input
