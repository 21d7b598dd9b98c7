#include "aws/url_password.hpp"

#include "aws/database_token.hpp"
#include "aws/secret_password.hpp"

namespace cruddur::aws {

result<postgres::connection_url> with_password(const postgres::connection_url& url) {
    const bool by_token = !url.get("iam").empty();
    auto done = by_token ? with_token(url) : with_secret(url);
    if (done) return done;
    error failed = done.error();
    failed.message =
        (by_token ? "no token can be made for it: " : "its password is in a secret, which cannot be read: ") +
        failed.message;
    return failed;
}

} // namespace cruddur::aws
