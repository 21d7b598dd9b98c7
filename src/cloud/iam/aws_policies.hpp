#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace cruddur::cloud::iam {

// The managed policies of AWS's own that are here: what the services of local AWS need. Constant.
struct aws_policy {
    std::string_view arn;
    std::string_view name;
    std::string_view path;
    std::string_view id;
    std::string_view document;
};

[[nodiscard]] std::span<const aws_policy> aws_policies();
// nullptr for one that is not here.
[[nodiscard]] const aws_policy* find_aws_policy(std::string_view arn);

// What allows every service to everybody, until an organization attaches something narrower.
inline constexpr std::string_view full_access_id = "p-FullAWSAccess";
inline constexpr std::string_view full_access_document =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";

} // namespace cruddur::cloud::iam
