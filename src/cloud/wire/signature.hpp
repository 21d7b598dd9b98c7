#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::cloud::wire {

// What a signature covers of a request, as it was sent. Views into the request.
struct signed_request {
    std::string_view method;
    std::string_view path;  // still percent-encoded
    std::string_view query; // without '?', still percent-encoded
    std::string_view body;
    std::vector<std::pair<std::string_view, std::string_view>> fields;
};

// Whose request it says it is, and for which service and region: the credential of an AWS Signature
// Version 4.
struct credential {
    std::string access_key;
    std::string date; // 20261130
    std::string region;
    std::string service;
};

// The credential of the Authorization field or, for a presigned request, of the query; nullopt where the
// request is not signed. Throws refusal (IncompleteSignature) for one that cannot be read. It verifies
// nothing.
[[nodiscard]] std::optional<credential> credential_of(const signed_request& request);

// Holds the time at which a request says that it was signed against `now`: it has begun, but for a clock that
// is ahead by no more than the leeway, and is not over. It verifies nothing. Throws refusal, as
// key_ring::verify does.
void check_signing_time(const signed_request& request, std::chrono::system_clock::time_point now,
                        std::chrono::seconds leeway);

// The session token that goes with a temporary credential, of the header or the query; "" where there is
// none.
[[nodiscard]] std::string session_token_of(const signed_request& request);

// The access key that local AWS names by itself, and its secret too: the pair of `cruddur cloud profile`.
inline constexpr const char* local_key = "local";

// The access keys that are admitted, each with its secret and the name of its profile.
class key_ring {
public:
    // Every profile of a file in the format of the SDKs' shared credentials file. Throws std::runtime_error
    // for a file that cannot be read or that holds no key.
    static key_ring from_file(const std::string& path);
    void add(std::string access_key, std::string secret, std::string profile = "default");
    [[nodiscard]] bool has(std::string_view access_key) const;
    // Whose key it is; "" for one that is not admitted.
    [[nodiscard]] std::string profile_of(std::string_view access_key) const;

    // Verifies the request's signature, in the header or presigned form, and its time, within 15 minutes of
    // `now` or in its X-Amz-Expires. Every field that decides what is done must be signed: Host, Content-Type
    // and the X-Amz- ones. Throws refusal with AWS's code: MissingAuthenticationToken,
    // IncompleteSignature, InvalidClientTokenId, RequestExpired or SignatureDoesNotMatch.
    void verify(const signed_request& request, std::chrono::system_clock::time_point now) const;

private:
    struct key {
        std::string secret;
        std::string profile;
    };
    std::map<std::string, key, std::less<>> keys_;
};

} // namespace cruddur::cloud::wire
