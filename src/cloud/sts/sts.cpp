#include "cloud/sts/sts.hpp"

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/iam/access_control.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace cruddur::cloud::sts {

namespace {

// Of the characters that IAM's names may have.
std::string user_name(std::string_view profile) {
    std::string out{profile};
    std::ranges::replace_if(
        out,
        [](char c) {
            const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            return !plain && std::string_view{"+=,.@-_"}.find(c) == std::string_view::npos;
        },
        '_');
    return out;
}

// The same at every start: AIDA, and seventeen characters as AWS makes them.
std::string user_id(std::string_view name) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string out = "AIDA";
    for (const char byte : ground::sha256(name).substr(0, 17))
        out += alphabet[static_cast<unsigned char>(byte) % alphabet.size()];
    return out;
}

// A key of the keys' file is that of the user who is named as its profile. Where any key will do, nothing is
// known of it, and whoever calls is the account's root user; but for the keys that IAM has given.
boost::json::object get_caller_identity(const wire::call& in) {
    if (in.whose.is != wire::identity::kind::root) {
        const auto& access = in.env.part<iam::access_control>();
        return {{"Arn", access.arn_of(in.whose)},
                {"UserId", access.id_of(in.whose)},
                {"Account", ground::account_id}};
    }
    const std::string name = user_name(in.caller);
    const std::string whose = name.empty() ? "root" : "user/" + name;
    return {{"Arn", fmt::format("arn:aws:iam::{}:{}", ground::account_id, whose)},
            {"UserId", name.empty() ? std::string{ground::account_id} : user_id(name)},
            {"Account", ground::account_id}};
}

constexpr std::array operations = {
    wire::operation{"AssumeRole", "RoleArn RoleSessionName PolicyArns Policy DurationSeconds ExternalId",
                    assume_role},
    wire::operation{"GetCallerIdentity", "", get_caller_identity}};

} // namespace

const wire::service& sts_service() {
    static constexpr wire::service service{.model = wire::sts_model,
                                           .operations = operations,
                                           .title = "AWSSecurityTokenService",
                                           .xmlns = "https://sts.amazonaws.com/doc/2011-06-15/"};
    return service;
}

} // namespace cruddur::cloud::sts
