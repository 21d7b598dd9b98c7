#pragma once

#include "cloud/wire/signature.hpp"

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cruddur::cloud::sign_in {

// A token that nobody signs in by. The text says why, for the server's log, and quotes no signature.
class token_refused : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Where somebody signs in, and as whom.
struct token_purpose {
    std::string host; // of the instance's endpoint
    std::uint16_t port = 0;
    std::string region;
    std::string user; // of the database
};

// The request that a token is: a view of it. Throws token_refused.
[[nodiscard]] wire::signed_request request_of(std::string_view token);

// Reads an authentication token of RDS: HOST:PORT/?Action=connect&DBUser=USER&X-Amz-…, a request for the
// service rds-db that is presigned for at most fifteen minutes. Holds it against its purpose and the time,
// and its signature against the key's secret. Returns the access key that signed it. Where `takes_any_key`, a
// key that the ring does not have will do, and its signature is not looked at, since nobody here knows its
// secret. Throws token_refused.
[[nodiscard]] std::string check_token(std::string_view token, const token_purpose& purpose,
                                      const wire::key_ring& keys, bool takes_any_key,
                                      std::chrono::system_clock::time_point now);

} // namespace cruddur::cloud::sign_in
