#include "aws/credentials.hpp"
#include "aws/http.hpp"
#include "aws/json_call.hpp"
#include "cluster/files.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/json.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <filesystem>

// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
namespace cruddur::aws {
namespace {

constexpr std::chrono::milliseconds container_timeout{2'000};
constexpr std::chrono::milliseconds instance_timeout{1'000};

result<credentials> parse_credentials(const std::string& body, std::string source) {
    boost::system::error_code failed;
    const auto document = boost::json::parse(body, failed);
    if (failed || !document.is_object())
        return misconfigured(source + " answered with what is no JSON object");
    credentials keys{text_in(document.get_object(), "AccessKeyId"),
                     text_in(document.get_object(), "SecretAccessKey"),
                     text_in(document.get_object(), "Token"), std::move(source)};
    if (keys.key_id.empty() || keys.secret.empty())
        return misconfigured(keys.source + " answered without credentials");
    return keys;
}

// Only where nobody else can listen: TLS, this machine, or the link-local addresses of ECS and EKS.
bool may_be_asked(const std::string& url) {
    if (url.starts_with("https://") || is_loopback(url)) return true;
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed) return false;
    const std::string host = parsed->host_address();
    return host == "169.254.170.2" || host == "169.254.170.23" || host == "fd00:ec2::23";
}

result<std::string> container_token(const settings& settings) {
    const std::string file = settings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    std::string token = settings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (!file.empty()) {
        token = cluster::read_file(file);
        if (token.empty()) return misconfigured(fmt::format("The token file {} cannot be read", file));
        while (token.ends_with('\n') || token.ends_with('\r'))
            token.pop_back();
    }
    if (token.find_first_of("\r\n") != std::string::npos) {
        return misconfigured("The container's authorization token has a line break in it");
    }
    return token;
}

std::string metadata_root(const settings& settings) {
    if (std::string named = settings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT"); !named.empty()) {
        while (named.ends_with('/'))
            named.pop_back();
        return named;
    }
    return "http://169.254.169.254";
}

} // namespace

result<found_credentials> container_credentials(const settings& settings) {
    const std::string relative = settings.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    std::string url = settings.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!relative.empty()) url = "http://169.254.170.2" + relative;
    if (url.empty()) return found_credentials{};
    if (!may_be_asked(url)) {
        return misconfigured(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI names a host that credentials may not be asked of",
            "It must be https, this machine, 169.254.170.2, 169.254.170.23 or [fd00:ec2::23].");
    }
    auto token = container_token(settings);
    if (!token) return token.error();
    http_request request{.url = url, .connect_timeout = container_timeout, .timeout = container_timeout};
    if (!token->empty()) request.fields.emplace_back("Authorization", *token);
    const auto answer = send(request);
    if (!answer) return answer.error();
    if (answer->status != 200) {
        return misconfigured(
            fmt::format("The container's credentials endpoint answered with status {}", answer->status));
    }
    auto keys = parse_credentials(answer->body, "the container's credentials endpoint");
    if (!keys) return keys.error();
    return found_credentials{true, std::move(*keys)};
}

result<found_credentials> instance_credentials(const settings& settings) {
    if (settings.variable("AWS_EC2_METADATA_DISABLED") == "true") return found_credentials{};
    const std::string root = metadata_root(settings);
    const auto get = [&](std::string path, const std::string& token) {
        return send({.url = root + "/latest/meta-data/iam/security-credentials/" + std::move(path),
                     .fields = {{"X-aws-ec2-metadata-token", token}},
                     .connect_timeout = instance_timeout,
                     .timeout = instance_timeout});
    };
    const auto token = send({.method = "PUT",
                             .url = root + "/latest/api/token",
                             .fields = {{"X-aws-ec2-metadata-token-ttl-seconds", "300"}},
                             .connect_timeout = instance_timeout,
                             .timeout = instance_timeout});
    // Not on an EC2 instance, or one whose metadata is turned off.
    if (!token || token->status != 200 || token->body.find_first_of("\r\n") != std::string::npos)
        return found_credentials{};
    const auto role = get("", token->body);
    if (!role || role->status != 200) return found_credentials{};
    const auto answer = get(role->body.substr(0, role->body.find('\n')), token->body);
    if (!answer) return answer.error();
    if (answer->status != 200) {
        return misconfigured(fmt::format("The instance's metadata answered with status {}", answer->status));
    }
    auto keys = parse_credentials(answer->body, "the instance's role");
    if (!keys) return keys.error();
    return found_credentials{true, std::move(*keys)};
}

} // namespace cruddur::aws
