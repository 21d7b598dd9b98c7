#include "cloud/identifiers.hpp"
#include "cloud/operation.hpp"

#include <fmt/core.h>

#include <array>

namespace cruddur::cloud {

namespace {

// Whoever calls is the account's root user: there are no other users.
void get_caller_identity(const call& in) {
    in.result.add("Arn", fmt::format("arn:aws:iam::{}:root", account_id));
    in.result.add("UserId", std::string{account_id});
    in.result.add("Account", std::string{account_id});
}

constexpr std::array operations = {operation{"GetCallerIdentity", {}, get_caller_identity}};

} // namespace

const query_service& sts_service() {
    static constexpr query_service service{
        {"sts", "AWSSecurityTokenService", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/"},
        operations};
    return service;
}

} // namespace cruddur::cloud
