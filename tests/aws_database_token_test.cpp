#include "aws/database_token.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace cruddur::aws {
namespace {

using namespace std::chrono;

constexpr sys_seconds signed_at = sys_days{year{2026} / November / 30} + 14h + 8min + 36s;

const token_place place{"Name.c1x2y3.eu-west-1.rds.amazonaws.com", "6543", "eu-west-1", "ann b+c"};

std::string signature_in(const std::string& token) {
    const std::string name = "&X-Amz-Signature=";
    return token.substr(token.rfind(name) + name.size());
}

// As botocore 1.29 signs the same.
TEST(aws_database_token, is_signed_as_the_sdks_sign_it) {
    credentials by{"AKIDEXAMPLE", "secret/+=", "", ""};
    const std::string token = sign_database_token(place, by, signed_at);
    EXPECT_TRUE(
        token.starts_with("name.c1x2y3.eu-west-1.rds.amazonaws.com:6543/?Action=connect&DBUser=ann%20b%2Bc&"))
        << token;
    EXPECT_NE(token.find("&X-Amz-Expires=900&"), std::string::npos);
    EXPECT_EQ(signature_in(token), "bb0a1d790d2ebeeec9d6e815f4304fc27f093e48c5beeef89b74ed47bce30b4c");
    by.session_token = "session/+token==";
    EXPECT_EQ(signature_in(sign_database_token(place, by, signed_at)),
              "43375a55f0ae7f68c884632ff2792b099a293bd134d278c4b5dac466374987a8");
}

std::string why_not(const std::string& url) {
    const auto done = with_token(postgres::connection_url::parse(url).value());
    return done ? "" : done.error().message;
}

TEST(aws_database_token, goes_with_a_url_of_one_host_and_tls_alone) {
    const auto url = postgres::connection_url::parse("postgresql://ann@127.0.0.1/db?sslmode=disable").value();
    EXPECT_EQ(with_token(url).value().password(), ""); // it does not ask for one
    EXPECT_NE(why_not("postgresql://ann@127.0.0.1/db?sslmode=allow&iam=true").find("sslmode=allow"),
              std::string::npos);
    EXPECT_NE(why_not("postgresql://ann@127.0.0.1,127.0.0.2/db?iam=true").find("several hosts"),
              std::string::npos);
    EXPECT_NE(why_not("postgresql://ann@/db?iam=true").find("no host"), std::string::npos);
    EXPECT_NE(why_not("postgresql://ann@127.0.0.1/db?iam=true&secret=one").find("a secret as well"),
              std::string::npos);
    EXPECT_NE(why_not("postgresql://ann:word@127.0.0.1/db?iam=true").find("a password as well"),
              std::string::npos);
}

} // namespace
} // namespace cruddur::aws
