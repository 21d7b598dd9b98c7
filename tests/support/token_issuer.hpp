#pragma once

#include <boost/json/object.hpp>
#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>

namespace cruddur::test {

// A user pool's signing key, as Cognito has one, for tests: its JWKS, and tokens signed by it, right or
// wrong.
class token_issuer {
public:
    explicit token_issuer(std::string kid = "key-1", int bits = 2048);

    static constexpr std::string_view issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test";
    static constexpr std::string_view client_id = "1example23456789";

    // One entry of "keys", and the whole document.
    [[nodiscard]] boost::json::object jwk() const;
    [[nodiscard]] std::string jwks() const;

    // What Cognito puts into an access token of this subject, valid for an hour from now.
    [[nodiscard]] static boost::json::object claims(std::string_view subject);
    [[nodiscard]] boost::json::object header() const;
    [[nodiscard]] std::string access_token(std::string_view subject) const;
    // Three parts, signed by RS256 whatever the header says.
    [[nodiscard]] std::string sign(std::string_view header_json, std::string_view claims_json) const;
    [[nodiscard]] std::string sign(const boost::json::object& header,
                                   const boost::json::object& claims) const;
    // The public key in PEM, which a forger would use as an HMAC secret.
    [[nodiscard]] std::string public_pem() const;

private:
    std::string kid_;
    std::shared_ptr<EVP_PKEY> key_;
};

// RFC 4648 base64url without padding, on its own, so that the tests do not stand on the code they test.
[[nodiscard]] std::string base64url(std::string_view bytes);

} // namespace cruddur::test
