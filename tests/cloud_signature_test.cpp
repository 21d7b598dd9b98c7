#include "cloud/ground/refusal.hpp"
#include "cloud/wire/signature.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

using namespace cruddur::cloud::ground;
using namespace cruddur::cloud::wire;

namespace {

using std::chrono::system_clock;

// Signed by botocore 1.29 for this test, at 2026-11-30T14:08:36Z with AKIDEXAMPLE and its secret below.
constexpr std::time_t signed_at = 1'796'047'716;
constexpr const char* secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

std::string signature_code_of(const key_ring& keys, const signed_request& request,
                              system_clock::time_point now) {
    try {
        keys.verify(request, now);
    } catch (const refusal& why) {
        return why.code();
    }
    return "";
}

class signature : public testing::Test {
protected:
    signature() { keys_.add("AKIDEXAMPLE", secret_key); }

    std::string authorization_ =
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261130/us-east-1/sts/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=efcda14b821c46f357cac004c3656dd89219df83d25c9d8a39cf9d3de2859ecb";
    signed_request request_{"POST",
                            "/",
                            "",
                            "Action=GetCallerIdentity&Version=2011-06-15",
                            {{"Host", "127.0.0.1:4566"},
                             {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                             {"X-Amz-Date", "20261130T140836Z"},
                             {"Authorization", authorization_}}};
    key_ring keys_;
    system_clock::time_point now_ = system_clock::from_time_t(signed_at);
};

TEST_F(signature, of_botocore_is_verified) {
    EXPECT_EQ(signature_code_of(keys_, request_, now_), "");
}

TEST_F(signature, does_not_match_another_body_field_path_or_secret) {
    auto changed = request_;
    changed.body = "Action=GetCallerIdentity&Version=2011-06-16";
    EXPECT_EQ(signature_code_of(keys_, changed, now_), "SignatureDoesNotMatch");
    changed = request_;
    changed.fields[0].second = "127.0.0.1:4567";
    EXPECT_EQ(signature_code_of(keys_, changed, now_), "SignatureDoesNotMatch");
    changed = request_;
    changed.path = "/x";
    EXPECT_EQ(signature_code_of(keys_, changed, now_), "SignatureDoesNotMatch");
    key_ring other;
    other.add("AKIDEXAMPLE", "another");
    EXPECT_EQ(signature_code_of(other, request_, now_), "SignatureDoesNotMatch");
}

TEST_F(signature, covers_every_field_that_decides_what_is_done) {
    for (const auto* const name :
         {"X-Amz-Target", "x-amz-security-token", "X-Amz-Invocation-Type", "X-Amz-Expires"}) {
        auto changed = request_;
        changed.fields.emplace_back(name, "swapped");
        EXPECT_EQ(signature_code_of(keys_, changed, now_), "IncompleteSignature") << name;
    }
    auto changed = request_;
    changed.fields.emplace_back("X-Amz-User-Agent", "a client's name of itself");
    changed.fields.emplace_back("Accept", "*/*");
    EXPECT_EQ(signature_code_of(keys_, changed, now_), "");
    changed.fields.emplace_back("Authorization", authorization_);
    EXPECT_EQ(signature_code_of(keys_, changed, now_), "IncompleteSignature") << "two of them";
}

TEST_F(signature, holds_for_15_minutes) {
    EXPECT_EQ(signature_code_of(keys_, request_, now_ + std::chrono::minutes{15}), "");
    EXPECT_EQ(signature_code_of(keys_, request_, now_ + std::chrono::minutes{15} + std::chrono::seconds{1}),
              "RequestExpired");
    EXPECT_EQ(signature_code_of(keys_, request_, now_ - std::chrono::minutes{16}), "RequestExpired");
}

TEST_F(signature, is_refused_as_aws_says) {
    EXPECT_EQ(signature_code_of(key_ring{}, request_, now_), "InvalidClientTokenId");
    auto changed = request_;
    changed.fields.pop_back();
    EXPECT_EQ(signature_code_of(keys_, changed, now_), "MissingAuthenticationToken");
    changed.fields.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261130");
    EXPECT_EQ(signature_code_of(keys_, changed, now_), "IncompleteSignature");
    changed.fields.back().second =
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261130/us-east-1/sts/aws4_request, "
        "SignedHeaders=x-amz-date, Signature=00";
    EXPECT_EQ(signature_code_of(keys_, changed, now_), "IncompleteSignature");
}

TEST_F(signature, of_a_presigned_url_is_verified_until_it_expires) {
    const std::string query =
        "Action=GetCallerIdentity&Version=2011-06-15&Empty=&Text=a%20b%2Bc~%2F&X-Amz-Algorithm=AWS4-HMAC-"
        "SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261130%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date="
        "20261130T140836Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature="
        "83a2106bacabd2e8255cb6562e929d5d8ef2154bcb83e2118c2a87d7d2e8ad67";
    signed_request presigned{"GET", "/", query, "", {{"Host", "127.0.0.1:4566"}}};
    EXPECT_EQ(signature_code_of(keys_, presigned, now_ + std::chrono::seconds{900}), "");
    EXPECT_EQ(signature_code_of(keys_, presigned, now_ + std::chrono::seconds{901}), "RequestExpired");
    const std::string twice = query + "&X-Amz-Date=20261130T140836Z";
    presigned.query = twice;
    EXPECT_EQ(signature_code_of(keys_, presigned, now_), "IncompleteSignature");
    presigned.query = query;
    presigned.fields.emplace_back("X-Amz-Target", "another");
    EXPECT_EQ(signature_code_of(keys_, presigned, now_), "IncompleteSignature");
    presigned.fields.pop_back();
    const std::string other = query + "&X=1";
    presigned.query = other;
    EXPECT_EQ(signature_code_of(keys_, presigned, now_), "SignatureDoesNotMatch");
    EXPECT_EQ(credential_of(presigned)->service, "sts");
}

TEST_F(signature, tells_service_and_region_unverified) {
    const auto whose = credential_of(request_);
    ASSERT_TRUE(whose);
    EXPECT_EQ(whose->access_key, "AKIDEXAMPLE");
    EXPECT_EQ(whose->region, "us-east-1");
    EXPECT_EQ(whose->service, "sts");
}

TEST(key_ring, reads_every_profile_of_a_credentials_file) {
    std::string path = std::filesystem::temp_directory_path() / "cruddur-keys-XXXXXX";
    const int file = ::mkstemp(path.data());
    ASSERT_GE(file, 0);
    ::close(file);
    std::ofstream{path} << "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key=" << secret_key
                        << "\n\n[other]\naws_access_key_id=B\naws_secret_access_key=b\n";
    const auto keys = key_ring::from_file(path);
    EXPECT_EQ(signature_code_of(keys, signed_request{}, {}), "MissingAuthenticationToken");
    std::ofstream{path} << "[a]\naws_access_key_id=A\n[b]\naws_secret_access_key=b\n[c]\n"
                           "aws_secret_access_key=c\naws_access_key_id=C\n[ d ]\naws_secret_access_key=d\n";
    const auto apart = key_ring::from_file(path);
    EXPECT_EQ(apart.profile_of("A"), "") << "its secret would be another profile's";
    EXPECT_EQ(apart.profile_of("C"), "c") << "in either order";
    std::ofstream{path} << "[default]\n";
    EXPECT_THROW(key_ring::from_file(path), std::runtime_error);
    std::filesystem::remove(path);
    EXPECT_THROW(key_ring::from_file(path), std::runtime_error);
}

} // namespace
