#include "lambda/secret.hpp"

#include "lambda/http_connection.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace cruddur::lambda {

namespace {

constexpr std::chrono::seconds timeout{3};

using digest = std::array<unsigned char, 32>;

std::string hex(const digest& bytes) {
    std::string out;
    for (const unsigned char byte : bytes)
        out += fmt::format("{:02x}", byte);
    return out;
}

digest sha256(std::string_view text) {
    digest out{};
    EVP_Digest(text.data(), text.size(), out.data(), nullptr, EVP_sha256(), nullptr);
    return out;
}

digest hmac(std::string_view key, std::string_view text) {
    digest out{};
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), nullptr);
    return out;
}

std::string_view view(const digest& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string endpoint_of(const std::string& region) {
    for (const char* name : {"AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL"}) {
        if (const char* set = std::getenv(name); set != nullptr && *set != '\0') return set;
    }
    return fmt::format("https://secretsmanager.{}.amazonaws.com", region);
}

// The roots of the system: Amazon Linux's, then Debian's.
std::string system_roots() {
    for (const char* path : {"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"}) {
        if (std::filesystem::exists(path)) return path;
    }
    throw std::runtime_error{"this machine has no bundle of root certificates: TLS cannot be verified"};
}

// "arn:aws:secretsmanager:REGION:…"; the function's own region where it is only a name.
std::string region_of(const std::string& arn, const caller& caller) {
    const std::string_view prefix = "arn:aws:secretsmanager:";
    if (!arn.starts_with(prefix)) return caller.region;
    return arn.substr(prefix.size(), arn.find(':', prefix.size()) - prefix.size());
}

std::string text_at(const boost::json::object& in, std::string_view name) {
    const auto* const found = in.if_contains(name);
    if (found == nullptr) return {};
    if (const auto* const number = found->if_int64()) return std::to_string(*number);
    const auto* const text = found->if_string();
    return text == nullptr ? std::string{} : std::string{*text};
}

std::string encoded(std::string_view text) {
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

} // namespace

signature_fields sign(const caller& caller, std::string_view service, std::string_view host,
                      std::string_view target, std::string_view body,
                      std::chrono::system_clock::time_point now) {
    const std::tm utc = fmt::gmtime(std::chrono::system_clock::to_time_t(now));
    const std::string time = fmt::format("{:%Y%m%dT%H%M%SZ}", utc);
    const std::string day = time.substr(0, 8);
    const bool temporary = !caller.session_token.empty();
    const std::string token_field =
        temporary ? fmt::format("x-amz-security-token:{}\n", caller.session_token) : "";
    const std::string_view token_name = temporary ? "x-amz-security-token;" : "";
    const std::string names = fmt::format("content-type;host;x-amz-date;{}x-amz-target", token_name);
    const std::string canonical =
        fmt::format("POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:{}\nx-amz-date:{}\n{}"
                    "x-amz-target:{}\n\n{}\n{}",
                    host, time, token_field, target, names, hex(sha256(body)));
    const std::string scope = fmt::format("{}/{}/{}/aws4_request", day, caller.region, service);
    digest key = hmac("AWS4" + caller.secret_key, day);
    for (const std::string_view part :
         {std::string_view{caller.region}, service, std::string_view{"aws4_request"}})
        key = hmac(view(key), part);
    const std::string to_sign =
        fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, hex(sha256(canonical)));
    return {time, fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                              caller.access_key, scope, names, hex(hmac(view(key), to_sign)))};
}

std::string fetch_secret(const std::string& arn, const caller& caller) {
    auto there = caller;
    there.region = region_of(arn, caller);
    const std::string endpoint = endpoint_of(there.region);
    const auto url = boost::urls::parse_uri(endpoint);
    if (!url || (url->scheme() != "http" && url->scheme() != "https"))
        throw std::runtime_error{fmt::format("'{}' is no endpoint of Secrets Manager", endpoint)};
    const bool tls = url->scheme() == "https";
    const std::string port = url->has_port() ? std::string{url->port()} : tls ? "443" : "80";
    const std::string host{url->host_address()};
    const std::string authority = port == "443" ? host : host + ":" + port;

    constexpr std::string_view target = "secretsmanager.GetSecretValue";
    const std::string body = boost::json::serialize(boost::json::object{{"SecretId", arn}});
    const auto signature =
        sign(there, "secretsmanager", authority, target, body, std::chrono::system_clock::now());
    field_list fields{{"Content-Type", "application/x-amz-json-1.1"},
                      {"X-Amz-Target", std::string{target}},
                      {"X-Amz-Date", signature.date},
                      {"Authorization", signature.authorization}};
    if (!caller.session_token.empty()) fields.emplace_back("X-Amz-Security-Token", caller.session_token);
    http_connection service{host, port, tls ? std::optional{system_roots()} : std::nullopt};
    const http_answer answer =
        service.exchange({"POST", "/", std::move(fields), body}, std::chrono::steady_clock::now() + timeout);

    boost::system::error_code malformed;
    const auto parsed = boost::json::parse(answer.body, malformed);
    const auto* const members = malformed ? nullptr : parsed.if_object();
    if (members == nullptr || answer.status != 200) {
        throw std::runtime_error{fmt::format("Secrets Manager answered {} {}", answer.status,
                                             members == nullptr ? "" : text_at(*members, "__type"))};
    }
    return text_at(*members, "SecretString");
}

std::string connection_url_of(std::string_view secret) {
    if (secret.starts_with("postgres://") || secret.starts_with("postgresql://")) return std::string{secret};
    boost::system::error_code malformed;
    const auto parsed = boost::json::parse(secret, malformed);
    const auto* const members = malformed ? nullptr : parsed.if_object();
    if (members != nullptr) {
        if (auto whole = text_at(*members, "CONNECTION_URL"); !whole.empty()) return whole;
        const std::string port = text_at(*members, "port");
        if (!text_at(*members, "host").empty()) {
            return fmt::format("postgresql://{}:{}@{}:{}/{}", encoded(text_at(*members, "username")),
                               encoded(text_at(*members, "password")), text_at(*members, "host"),
                               port.empty() ? "5432" : port, encoded(text_at(*members, "dbname")));
        }
    }
    throw std::runtime_error{"the secret holds no connection URL: keep the URL itself in it, or the JSON "
                             "object of username, password, host, port and dbname"};
}

} // namespace cruddur::lambda
