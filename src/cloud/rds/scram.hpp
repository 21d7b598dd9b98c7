#pragma once

#include <string>
#include <string_view>

namespace cruddur::cloud::rds {

// PostgreSQL's SCRAM-SHA-256 verifier of a password of printable ASCII (RFC 5803's form, with a new salt): it
// proves a login, and does not tell the password. Throws std::runtime_error where the system gives no random
// bytes.
[[nodiscard]] std::string scram_verifier(std::string_view password);

} // namespace cruddur::cloud::rds
