#include "app/identity/token.hpp"
#include "support/token_issuer.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <utility>

namespace cruddur::app {
using namespace identity;
namespace {

using std::chrono::seconds;
using test::base64url;
using test::token_issuer;

const token_issuer& pool() {
    static const token_issuer made;
    return made;
}

const token_rules rules{std::string{token_issuer::issuer}, std::string{token_issuer::client_id}};

std::chrono::sys_seconds now() {
    return std::chrono::floor<seconds>(std::chrono::system_clock::now());
}

auto verify_now(std::string_view token) {
    static const auto keys = key_set::parse(pool().jwks()).value();
    return verify(token, keys, rules, now());
}

boost::json::object claims() {
    return token_issuer::claims("8d7a9b6e-1111-4222-8333-444455556666");
}

std::string with_claim(std::string_view name, boost::json::value value) {
    auto changed = claims();
    changed[name] = std::move(value);
    return pool().sign(pool().header(), changed);
}

std::string without_claim(std::string_view name) {
    auto changed = claims();
    changed.erase(name);
    return pool().sign(pool().header(), changed);
}

std::string with_header(std::string_view name, boost::json::value value) {
    auto changed = pool().header();
    changed[name] = std::move(value);
    return pool().sign(changed, claims());
}

TEST(token, of_our_pool_and_client_gives_its_subject) {
    const auto token = verify_now(pool().sign(pool().header(), claims()));
    ASSERT_TRUE(token) << name_of(token.error());
    EXPECT_EQ(token->subject, "8d7a9b6e-1111-4222-8333-444455556666");
    EXPECT_NEAR(static_cast<double>((token->expires - now()).count()), 3660, 5);
}

TEST(token, without_a_signature_is_refused) {
    for (const auto* algorithm : {"none", "None", "NONE", ""}) {
        const std::string unsigned_token =
            base64url(boost::json::serialize(boost::json::object{{"alg", algorithm}, {"kid", "key-1"}})) +
            "." + base64url(boost::json::serialize(claims())) + ".";
        EXPECT_EQ(verify_now(unsigned_token).error(), token_failure::algorithm) << algorithm;
    }
    const std::string whole = pool().access_token("x");
    EXPECT_EQ(verify_now(whole.substr(0, whole.rfind('.') + 1)).error(), token_failure::signature);
}

TEST(token, signed_by_hmac_with_the_public_key_is_refused) {
    const std::string text =
        base64url(R"({"alg":"HS256","kid":"key-1"})") + "." + base64url(boost::json::serialize(claims()));
    const std::string secret = pool().public_pem();
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned length = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &length);
    const std::string forged = text + "." + base64url({reinterpret_cast<const char*>(mac.data()), length});
    EXPECT_EQ(verify_now(forged).error(), token_failure::algorithm);
}

TEST(token, of_any_other_algorithm_is_refused_though_its_signature_holds) {
    for (const auto* algorithm : {"HS256", "RS384", "RS512", "PS256", "ES256", "rs256", "RS256 "})
        EXPECT_EQ(verify_now(with_header("alg", algorithm)).error(), token_failure::algorithm) << algorithm;
    EXPECT_EQ(verify_now(with_header("alg", boost::json::array{"RS256"})).error(), token_failure::algorithm);
    EXPECT_EQ(verify_now(with_header("crit", boost::json::array{"exp"})).error(), token_failure::algorithm);
}

TEST(token, of_another_pool_is_refused) {
    EXPECT_EQ(
        verify_now(with_claim("iss", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other")).error(),
        token_failure::issuer);
    EXPECT_EQ(
        verify_now(with_claim("iss", boost::json::string{std::string{token_issuer::issuer} + "/"})).error(),
        token_failure::issuer);
    EXPECT_EQ(verify_now(without_claim("iss")).error(), token_failure::issuer);
    const token_issuer other{"key-1"};
    EXPECT_EQ(verify_now(other.sign(other.header(), claims())).error(), token_failure::signature);
}

TEST(token, of_another_client_is_refused) {
    EXPECT_EQ(verify_now(with_claim("client_id", "another")).error(), token_failure::client);
    EXPECT_EQ(verify_now(with_claim("client_id", boost::json::array{token_issuer::client_id})).error(),
              token_failure::client);
    EXPECT_EQ(verify_now(without_claim("client_id")).error(), token_failure::client);
}

TEST(token, that_is_an_id_token_is_refused) {
    EXPECT_EQ(verify_now(with_claim("token_use", "id")).error(), token_failure::use);
    EXPECT_EQ(verify_now(without_claim("token_use")).error(), token_failure::use);
}

TEST(token, is_taken_for_a_minute_after_it_expired_and_no_longer) {
    const auto at = [](seconds from_now) { return (now() + from_now).time_since_epoch().count(); };
    EXPECT_TRUE(verify_now(with_claim("exp", at(seconds{-50}))));
    EXPECT_EQ(verify_now(with_claim("exp", at(seconds{-70}))).error(), token_failure::expired);
    EXPECT_EQ(verify_now(with_claim("exp", 0)).error(), token_failure::expired);
}

TEST(token, that_is_not_yet_valid_is_refused) {
    const auto at = [](seconds from_now) { return (now() + from_now).time_since_epoch().count(); };
    for (const auto* claim : {"nbf", "iat"}) {
        EXPECT_TRUE(verify_now(with_claim(claim, at(seconds{50})))) << claim;
        EXPECT_EQ(verify_now(with_claim(claim, at(seconds{70}))).error(), token_failure::not_yet_valid)
            << claim;
    }
    EXPECT_TRUE(verify_now(without_claim("iat")));
}

TEST(token, with_a_date_that_is_none_is_refused) {
    for (const auto* claim : {"exp", "nbf", "iat"})
        for (const boost::json::value& wrong :
             {boost::json::value{"1900000000"}, boost::json::value{nullptr}, boost::json::value{-1},
              boost::json::value{1e300}, boost::json::value{true}})
            EXPECT_EQ(verify_now(with_claim(claim, wrong)).error(), token_failure::malformed)
                << claim << wrong;
    EXPECT_EQ(verify_now(without_claim("exp")).error(), token_failure::malformed);
}

TEST(token, of_an_unknown_key_is_told_apart_for_a_newer_key_set_may_hold_it) {
    for (const auto* kid : {"key-2", "", "../../../../dev/null", "key-1/../key-1", "KEY-1", "key-1\n"})
        EXPECT_EQ(verify_now(with_header("kid", kid)).error(), token_failure::unknown_key) << kid;
    EXPECT_EQ(verify_now(with_header("kid", 1)).error(), token_failure::unknown_key);
    EXPECT_EQ(verify_now(pool().sign(R"({"alg":"RS256"})", "{}")).error(), token_failure::unknown_key);
}

TEST(token, brings_no_key_of_its_own) {
    const token_issuer forger{"mine"};
    auto header = forger.header();
    header["jwk"] = forger.jwk();
    header["jku"] = "https://example.com/jwks.json";
    EXPECT_EQ(verify_now(forger.sign(header, claims())).error(), token_failure::unknown_key);
    header["kid"] = "key-1";
    EXPECT_EQ(verify_now(forger.sign(header, claims())).error(), token_failure::signature);
}

TEST(token, whose_claims_were_tampered_with_is_refused) {
    const std::string whole = pool().access_token("andrew");
    const std::size_t first = whole.find('.');
    const std::size_t second = whole.rfind('.');
    const std::string changed = whole.substr(0, first + 1) +
                                base64url(boost::json::serialize(token_issuer::claims("bayko"))) +
                                whole.substr(second);
    EXPECT_EQ(verify_now(changed).error(), token_failure::signature);
    for (const std::size_t at : {first + 5, second - 2, second + 3}) {
        std::string flipped = whole;
        flipped[at] = flipped[at] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(verify_now(flipped)) << at;
    }
}

TEST(token, that_gives_a_claim_twice_is_refused) {
    std::string twice = boost::json::serialize(claims());
    twice.insert(1, R"("client_id":"another",)");
    EXPECT_EQ(verify_now(pool().sign(boost::json::serialize(pool().header()), twice)).error(),
              token_failure::malformed);
    EXPECT_EQ(verify_now(pool().sign(R"({"alg":"none","alg":"RS256","kid":"key-1"})", "{}")).error(),
              token_failure::malformed);
}

TEST(token, that_is_huge_is_refused_unread) {
    EXPECT_EQ(verify_now(with_claim("scope", boost::json::string(9'000, 'x'))).error(),
              token_failure::malformed);
    EXPECT_EQ(verify_now(std::string(1'000'000, 'A')).error(), token_failure::malformed);
    EXPECT_EQ(verify_now(std::string(8'000, '.')).error(), token_failure::malformed);
}

TEST(token, that_is_no_token_is_refused) {
    const std::string whole = pool().access_token("x");
    for (const std::string& wrong :
         {std::string{}, std::string{"null"}, std::string{"."}, std::string{".."}, std::string{"a.b.c"},
          whole + ".", whole + "=", " " + whole, whole + "\n", whole.substr(0, whole.rfind('.')), "." + whole,
          pool().sign("[]", "{}").substr(1), pool().sign("{", "{}")})
        EXPECT_EQ(verify_now(wrong).error(), token_failure::malformed) << wrong;
}

TEST(token, without_a_subject_is_refused) {
    EXPECT_EQ(verify_now(without_claim("sub")).error(), token_failure::malformed);
    EXPECT_EQ(verify_now(with_claim("sub", "")).error(), token_failure::malformed);
    EXPECT_EQ(verify_now(pool().sign(boost::json::serialize(pool().header()),
                                     [] {
                                         std::string text = boost::json::serialize(claims());
                                         text.replace(text.find("8d7a"), 4, "\\u0000");
                                         return text;
                                     }()))
                  .error(),
              token_failure::malformed);
    EXPECT_EQ(verify_now(with_claim("sub", boost::json::string(256, 'x'))).error(), token_failure::malformed);
}

TEST(key_set, takes_rsa_signature_keys_and_leaves_the_rest) {
    auto encryption = pool().jwk();
    encryption["use"] = "enc";
    encryption["kid"] = "encryption";
    auto other_algorithm = pool().jwk();
    other_algorithm["alg"] = "RS512";
    other_algorithm["kid"] = "other";
    auto plain = pool().jwk();
    plain.erase("use");
    plain.erase("alg");
    plain["kid"] = "plain";
    const boost::json::object document{{"keys",
                                        {pool().jwk(),
                                         encryption,
                                         other_algorithm,
                                         plain,
                                         7,
                                         {{"kty", "EC"}, {"kid", "curve"}, {"crv", "P-256"}}}}};
    const auto keys = key_set::parse(boost::json::serialize(document));
    ASSERT_TRUE(keys);
    EXPECT_EQ(keys->size(), 2U);
    EXPECT_NE(keys->find("key-1"), nullptr);
    EXPECT_NE(keys->find("plain"), nullptr);
}

TEST(key_set, refuses_weak_and_broken_keys) {
    auto no_odd_exponent = pool().jwk();
    no_odd_exponent["e"] = "AQAA";
    auto exponent_of_one = pool().jwk();
    exponent_of_one["e"] = "AQ";
    auto broken_modulus = pool().jwk();
    broken_modulus["n"] = "+/==";
    for (const auto& key :
         {token_issuer{"weak", 1024}.jwk(), no_odd_exponent, exponent_of_one, broken_modulus})
        EXPECT_FALSE(key_set::parse(boost::json::serialize(boost::json::object{{"keys", {key}}})));
}

TEST(key_set, refuses_what_is_no_jwks) {
    for (const std::string& wrong :
         {std::string{}, std::string{"{}"}, std::string{"[]"}, std::string{R"({"keys":{}})"},
          std::string{R"({"keys":[]})"}, std::string{"<html>"}, std::string(300'000, ' ')})
        EXPECT_FALSE(key_set::parse(wrong)) << wrong.substr(0, 20);
}

} // namespace
} // namespace cruddur::app
