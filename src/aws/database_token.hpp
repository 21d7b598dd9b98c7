#pragma once

#include "aws/credentials.hpp"
#include "aws/error.hpp"
#include "postgres/url.hpp"

#include <chrono>
#include <string>

namespace cruddur::aws {

// Where an authentication token of RDS admits somebody, and as whom.
struct token_place {
    std::string host;
    std::string port;
    std::string region;
    std::string user; // of the database
};

// Signs a token: the password of IAM database authentication, good for fifteen minutes to begin sessions
// with. It asks nobody.
[[nodiscard]] std::string sign_database_token(const token_place& place, const credentials& by,
                                              std::chrono::system_clock::time_point now);

// A connection URL that says `?iam=true`, with a token as its password: each session that is opened by it
// gets one of its own time, and where that is refused, one by credentials that are looked for anew, once.
// Credentials are those of the SDKs; the region is that of the host's name, or else theirs. Its sessions have
// TLS, so that nobody reads the token on the way: a URL that says otherwise is refused, and so is one with a
// password or several hosts. Other URLs are returned as they are. Blocks.
[[nodiscard]] result<postgres::connection_url> with_token(postgres::connection_url url);

} // namespace cruddur::aws
