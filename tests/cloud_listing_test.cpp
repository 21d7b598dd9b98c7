#include "cloud/ground/refusal.hpp"
#include "cloud/wire/listing.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

using namespace cruddur::cloud::ground;
using namespace cruddur::cloud::wire;
using input = boost::json::object;

namespace {

std::string listing_code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const refusal& why) {
        return why.code();
    }
    return "";
}

TEST(listing, pages_by_marker_until_the_end) {
    auto at = page_by_marker(input{{"MaxRecords", 20}}, 45);
    EXPECT_EQ(at.begin, 0U);
    EXPECT_EQ(at.end, 20U);
    at = page_by_marker(input{{"MaxRecords", 20}, {"Marker", at.next}}, 45);
    at = page_by_marker(input{{"MaxRecords", 20}, {"Marker", at.next}}, 45);
    EXPECT_EQ(at.begin, 40U);
    EXPECT_EQ(at.end, 45U);
    EXPECT_EQ(at.next, "");
    EXPECT_EQ(listing_code_of([] {
                  (void)page_by_marker(input{{"MaxRecords", 19}}, 1);
              }),
              "InvalidParameterValue");
    EXPECT_EQ(listing_code_of([] {
                  (void)page_by_marker(input{{"Marker", "x"}}, 1);
              }),
              "InvalidParameterValue");
}

TEST(listing, pages_by_token_and_survives_a_shrunken_list) {
    const auto first = page_by_token(input{{"MaxResults", 5}}, 12);
    EXPECT_EQ(first.end, 5U);
    const auto gone = page_by_token(input{{"MaxResults", 5}, {"NextToken", first.next}}, 3);
    EXPECT_EQ(gone.begin, 3U);
    EXPECT_EQ(gone.end, 3U);
    EXPECT_EQ(page_by_token(input{}, 2'000).end, 2'000U);
    EXPECT_EQ(listing_code_of([] {
                  (void)page_by_token(input{{"MaxResults", 4}}, 1);
              }),
              "InvalidParameterValue");
    EXPECT_EQ(listing_code_of([] { (void)page_by_token(input{{"NextToken", "x"}}, 1); }), "InvalidNextToken");
}

TEST(listing, pages_by_keys_miss_nothing_when_what_was_shown_is_deleted_meanwhile) {
    std::vector<std::string> keys;
    for (int i = 100; i < 145; ++i)
        keys.push_back("db-" + std::to_string(i));
    const auto first = page_by_key(input{{"MaxRecords", 20}}, keys);
    EXPECT_EQ(first.end, 20U);
    const std::vector<std::string> left{keys.begin() + 15,
                                        keys.end()}; // the last that was shown stays, or goes
    const input second{{"MaxRecords", 20}, {"Marker", first.next}};
    EXPECT_EQ(left[page_by_key(second, left).begin], "db-120");
    const std::vector<std::string> few{keys.begin() + 20, keys.end()};
    EXPECT_EQ(few[page_by_key(second, few).begin], "db-120");
    EXPECT_EQ(page_by_key(input{{"MaxRecords", 100}, {"Marker", first.next}}, keys).next, "");
    for (const input& wrong : {input{{"MaxRecords", 19}}, input{{"MaxRecords", 101}},
                               input{{"Marker", "offset-00000001"}}, input{{"Marker", "after-zz"}}})
        EXPECT_EQ(listing_code_of([&] { (void)page_by_key(wrong, keys); }), "InvalidParameterValue");
}

TEST(listing, answers_a_page_with_the_token_of_the_next) {
    const std::vector<int> all{1, 2, 3, 4, 5, 6};
    const auto describe = [](int one) { return boost::json::object{{"Size", one}}; };
    const auto first = listed("Things", all, page_by_token(input{{"MaxResults", 5}}, all.size()), describe);
    EXPECT_EQ(first.at("Things").as_array().size(), 5U);
    const auto last = listed(
        "Things", all, page_by_token(input{{"NextToken", first.at("NextToken")}}, all.size()), describe);
    EXPECT_EQ(boost::json::value(last), boost::json::value({{"Things", {{{"Size", 6}}}}}));
}

TEST(listing, matches_wildcards_as_ec2_filters_do) {
    EXPECT_TRUE(matches_wildcard("*", ""));
    EXPECT_TRUE(matches_wildcard("d*t", "default"));
    EXPECT_TRUE(matches_wildcard("*a*b*", "xaxbx"));
    EXPECT_TRUE(matches_wildcard("de?ault", "default"));
    EXPECT_TRUE(matches_wildcard("a\\*", "a*"));
    EXPECT_FALSE(matches_wildcard("a\\*", "ab"));
    EXPECT_FALSE(matches_wildcard("?", ""));
    EXPECT_FALSE(matches_wildcard("def", "default"));
    EXPECT_FALSE(matches_wildcard("*b", "ba"));
}

} // namespace
