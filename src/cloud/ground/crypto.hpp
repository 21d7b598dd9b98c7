#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur::cloud::ground {

// Thin wrappers of OpenSSL: bytes in, bytes out. They throw std::runtime_error where OpenSSL fails.

// Of a unique_ptr to what OpenSSL made: freed_by<BIO_free_all>.
template<auto Free>
struct freed_by {
    template<class Object>
    void operator()(Object* object) const {
        Free(object);
    }
};

[[nodiscard]] std::string random_bytes(std::size_t size);
[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);
[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::string to_base64(std::string_view bytes);
// None where the text holds anything else, a line break too; its padding may be left out.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
// Base64 with "-" and "_" and no padding, as tokens have it.
[[nodiscard]] std::string to_base64url(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);
// In a time that does not tell where they differ.
[[nodiscard]] bool equals_secret(std::string_view left, std::string_view right);
// A number of that many decimal digits, each as likely as any other.
[[nodiscard]] std::string random_digits(std::size_t digits);
// A text of that many characters out of the alphabet.
[[nodiscard]] std::string random_text(std::size_t size, std::string_view alphabet);
// A private key of RSA, PEM. It has three primes (RFC 8017, 3.2), which nobody sees who has the public one:
// OpenSSL 3.0 makes it in a third of the time that it takes over two.
[[nodiscard]] std::string new_rsa_key(unsigned bits);

} // namespace cruddur::cloud::ground
