#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cruddur::cloud::cognito {

// The server's side of SRP-6a as Cognito does it: the 3072-bit group of RFC 5054 with generator 2, SHA-256,
// and numbers hashed as hexadecimal of an even length that a leading zero byte keeps positive. Numbers are
// lower-case hexadecimal texts.

// g^x for the password, where x = H(salt | H(pool's short id | username | ":" | password)).
[[nodiscard]] std::string srp_verifier(std::string_view salt, std::string_view short_id,
                                       std::string_view username, std::string_view password);

struct srp_challenge {
    std::string secret;       // b, never sent
    std::string public_value; // B
};
[[nodiscard]] srp_challenge srp_begin(std::string_view verifier);

// The 16 bytes that both sides derive; nullopt for an A that is no number or is a multiple of N, with which a
// client could do without the password.
[[nodiscard]] std::optional<std::string> srp_key(std::string_view verifier, const srp_challenge& challenge,
                                                 std::string_view client_public_value);

} // namespace cruddur::cloud::cognito
