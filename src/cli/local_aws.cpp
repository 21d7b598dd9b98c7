#include "cli/local_aws.hpp"

#include "aws/http.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <stdexcept>

namespace cruddur::cli {
namespace {

namespace json = boost::json;

aws::http_response send(const aws::http_request& request) {
    auto sent = aws::send(request);
    if (!sent) throw std::runtime_error{fmt::format("Local AWS did not answer: {}", sent.error().describe())};
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
              .body = json::serialize(input)}),
        operation);
}

} // namespace cruddur::cli
