#pragma once

#include "aws/error.hpp"
#include "postgres/url.hpp"

namespace cruddur::aws {

// A connection URL that names a secret of Secrets Manager, `?secret=ARN`, with the password that is kept
// there: the member "password" of a JSON object, as RDS keeps it, or else all of the text. Where the server
// refuses the password, as it does after a rotation, the secret is read again, and the connection made by
// what it has then. Credentials, region and endpoint are those of the SDKs; an ARN says its region itself.
// Other URLs are returned as they are. Blocks.
[[nodiscard]] result<postgres::connection_url> with_secret(postgres::connection_url url);

} // namespace cruddur::aws
