#include "cli/local/local_aws.hpp"

#include "aws/call.hpp"
#include "aws/http.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <stdexcept>

namespace cruddur::cli::local {
namespace {

namespace json = boost::json;

constexpr unsigned no_content = 204;
constexpr unsigned not_found = 404;
constexpr unsigned unavailable = 503;

aws::http_response send(const aws::http_request& request) {
    auto sent = aws::send(request);
    if (!sent) throw std::runtime_error{fmt::format("Local AWS did not answer: {}", sent.error().describe())};
    if (sent->status == unavailable) throw local_aws_busy{"Local AWS cannot read or write what it remembers"};
    return std::move(*sent);
}

json::object object_of(const aws::http_response& answer, std::string_view operation) {
    boost::system::error_code failed;
    json::value body = json::parse(answer.body, failed);
    if (answer.status >= 300 || failed || !body.is_object())
        throw std::runtime_error{fmt::format("Local AWS refused {}: {}", operation, answer.body)};
    return std::move(body.get_object());
}

} // namespace

json::object local_aws::cognito(std::string_view operation, const json::object& input) const {
    return object_of(
        send({.method = "POST",
              .url = endpoint_ + "/",
              .fields = {{"Content-Type", "application/x-amz-json-1.1"},
                         {"X-Amz-Target", fmt::format("AWSCognitoIdentityProviderService.{}", operation)}},
              .body = json::serialize(input),
              .by = keys(),
              .region = region_,
              .scope = "cognito-idp"}),
        operation);
}

std::optional<json::object> local_aws::lambda(std::string_view method, std::string_view path,
                                              const json::object& input) const {
    const auto answer = send({.method = std::string{method},
                              .url = fmt::format("{}{}", endpoint_, path),
                              .fields = {{"Content-Type", "application/json"}},
                              .body = input.empty() ? "" : json::serialize(input),
                              .by = keys(),
                              .region = region_,
                              .scope = "lambda"});
    if (answer.status == not_found) return std::nullopt;
    if (answer.status == no_content) return json::object{};
    return object_of(answer, fmt::format("{} {}", method, path));
}

json::array local_aws::ec2_ids(std::string_view operation, const char* set, const char* member,
                               const parameters& input) const {
    const auto answer = send({.method = "POST",
                              .url = endpoint_ + "/",
                              .fields = {{"Content-Type", "application/x-www-form-urlencoded"}},
                              .body = aws::encode(aws::ec2_service, operation, input),
                              .by = keys(),
                              .region = region_,
                              .scope = std::string{aws::ec2_service.scope}});
    const auto read = aws::read_answer(answer.status, answer.body, fmt::format("ec2:{}", operation));
    if (!read) throw std::runtime_error{fmt::format("Local AWS refused it: {}", read.error().describe())};
    json::array ids;
    for (const auto& item : read->result().child(set).children("item"))
        ids.emplace_back(item.child_value(member));
    return ids;
}

} // namespace cruddur::cli::local
