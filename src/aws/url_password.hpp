#pragma once

#include "aws/error.hpp"
#include "postgres/url.hpp"

namespace cruddur::aws {

// A connection URL with the password that AWS has for it: of a secret (`?secret=ARN`, with_secret) or a token
// of IAM database authentication (`?iam=true`, with_token). Other URLs are returned as they are. The error
// begins with what could not be had. Blocks.
[[nodiscard]] result<postgres::connection_url> with_password(const postgres::connection_url& url);

} // namespace cruddur::aws
