#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace cruddur::lambda {

// Whose credentials, and where: what the Lambda service puts into a function's environment.
struct caller {
    std::string access_key;
    std::string secret_key;
    std::string session_token;
    std::string region;
};

// The fields that sign, as AWS Signature Version 4 asks, a POST of `body` to / of `host` with X-Amz-Target
// `target`.
struct signature_fields {
    std::string date; // X-Amz-Date
    std::string authorization;
};
[[nodiscard]] signature_fields sign(const caller& caller, std::string_view service, std::string_view host,
                                    std::string_view target, std::string_view body,
                                    std::chrono::system_clock::time_point now);

// The text of a secret of Secrets Manager, from its region's endpoint or from
// AWS_ENDPOINT_URL_SECRETS_MANAGER or AWS_ENDPOINT_URL; within 3 s. Throws std::runtime_error with AWS's
// code, never with the secret.
[[nodiscard]] std::string fetch_secret(const std::string& arn, const caller& caller);

// The connection URL in a secret: the text itself, or the JSON object that RDS keeps (username, password,
// host, port, dbname), or one with a CONNECTION_URL. Throws std::runtime_error for anything else.
[[nodiscard]] std::string connection_url_of(std::string_view secret);

} // namespace cruddur::lambda
