#include "lambda/settings.hpp"

#include "lambda/secret.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace cruddur::lambda {

namespace {

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string text_of_environment() {
    if (auto url = variable("CONNECTION_URL"); !url.empty()) return url;
    const std::string arn = variable("CONNECTION_SECRET_ARN");
    if (arn.empty()) {
        throw std::runtime_error{"The function has no database: give it CONNECTION_URL, or the ARN of a "
                                 "secret with the URL as CONNECTION_SECRET_ARN."};
    }
    return connection_url_of(
        fetch_secret(arn, {variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"),
                           variable("AWS_SESSION_TOKEN"), variable("AWS_REGION")}));
}

} // namespace

postgres::connection_url database_of_environment() {
    const auto parsed = postgres::connection_url::parse(text_of_environment());
    if (parsed.has_error()) throw std::runtime_error{parsed.error().describe()};
    const std::filesystem::path bundle =
        std::filesystem::path{variable("LAMBDA_TASK_ROOT")} / "rds-bundle.pem";
    if (!parsed->remote() || !std::filesystem::exists(bundle)) return parsed->with_verified_tls();
    return parsed->with_verified_tls(bundle.string());
}

} // namespace cruddur::lambda
