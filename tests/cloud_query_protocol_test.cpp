#include "cloud/wire/query_protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

using namespace cruddur::cloud::ground;
using namespace cruddur::cloud::wire;

namespace {

constexpr service_identity rds{"rds", "AmazonRDS", "2014-10-31", "http://rds.amazonaws.com/doc/2014-10-31/"};
constexpr service_identity ec2{"ec2", "AmazonEC2", "2016-11-15", "http://ec2.amazonaws.com/doc/2016-11-15/",
                               dialect::ec2};

std::string code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const refusal& why) {
        return why.code();
    }
    return "";
}

TEST(query_protocol, writes_rds_and_sts_responses_with_result_and_metadata) {
    const response_document document{rds, "DescribeThings", "id-1"};
    document.result().add("Name", "a<b&c");
    document.result().add("Flag", true);
    document.result().add("Port", 5432);
    EXPECT_EQ(
        document.to_string(),
        "<?xml version=\"1.0\"?><DescribeThingsResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">"
        "<DescribeThingsResult><Name>a&lt;b&amp;c</Name><Flag>true</Flag><Port>5432</Port>"
        "</DescribeThingsResult><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata>"
        "</DescribeThingsResponse>");
}

TEST(query_protocol, writes_ec2_responses_flat) {
    const response_document document{ec2, "DeleteThing", "id-2"};
    document.result().add("return", true);
    EXPECT_EQ(
        document.to_string(),
        "<?xml version=\"1.0\"?><DeleteThingResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
        "<requestId>id-2</requestId><return>true</return></DeleteThingResponse>");
}

TEST(query_protocol, writes_the_errors_of_both_dialects) {
    EXPECT_EQ(
        error_document(rds, refusal{"Broken", "why", 500}, "id"),
        "<?xml version=\"1.0\"?><ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><Error>"
        "<Type>Receiver</Type><Code>Broken</Code><Message>why</Message></Error><RequestId>id</RequestId>"
        "</ErrorResponse>");
    EXPECT_EQ(
        error_document(ec2, refusal{"Wrong", "why"}, "id"),
        "<?xml version=\"1.0\"?><Response><Errors><Error><Code>Wrong</Code><Message>why</Message></Error>"
        "</Errors><RequestID>id</RequestID></Response>");
}

TEST(query_protocol, checks_members_as_each_service_does) {
    static constexpr model_shape text{};
    static constexpr model_shape number{.name = {}, .is = model_shape::kind::number, .members = {}};
    static constexpr std::array inner{model_member{"Size", "Size", &number}};
    static constexpr model_shape thing{.name = "Thing", .is = model_shape::kind::structure, .members = inner};
    static constexpr std::array element{model_member{"member", "Thing", &thing}};
    static constexpr model_shape things{.name = "Things", .is = model_shape::kind::list, .members = element};
    static constexpr std::array members{
        model_member{"Name", "Name", &text, true}, model_member{"Port", "Port", &number},
        model_member{"Things", "Things", &things}, model_member{"Unserved", "Unserved", &text}};
    static constexpr model_shape model{
        .name = "Request", .is = model_shape::kind::structure, .members = members};
    const auto check = [&](const service_identity& service, const char* form) {
        return code_of([&] { check_members(service, parameters::parse(form), model, "Name Port Things"); });
    };
    EXPECT_EQ(check(ec2, "Action=X&Version=1&Name=a&Port=1"), "");
    EXPECT_EQ(check(ec2, "Port=1"), "MissingParameter");
    EXPECT_EQ(check(ec2, "Name=a&Port=b"), "InvalidParameterValue");
    EXPECT_EQ(check(ec2, "Name.1=a"), "InvalidParameterValue");
    EXPECT_EQ(check(ec2, "Name=a&Other=b"), "UnknownParameter");
    EXPECT_EQ(check(ec2, "Name=a&Unserved=b"), "UnknownParameter");
    EXPECT_EQ(check(rds, "Name=a&Other=b"), "InvalidParameterCombination");
    EXPECT_EQ(check(rds, "Name=a&Things.Thing.1.Size=3&Things.Thing.2.Size=4"), "");
    EXPECT_EQ(check(rds, "Name=a&Things.Thing.1.Size=b"), "InvalidParameterValue");
    EXPECT_EQ(check(rds, "Name=a&Things.Thing.1.Colour=b"), "InvalidParameterCombination");
}

TEST(query_protocol, pages_by_marker_until_the_end) {
    auto at = page_by_marker(parameters::parse("MaxRecords=20"), 45);
    EXPECT_EQ(at.begin, 0U);
    EXPECT_EQ(at.end, 20U);
    at = page_by_marker(parameters::parse("MaxRecords=20&Marker=" + at.next), 45);
    at = page_by_marker(parameters::parse("MaxRecords=20&Marker=" + at.next), 45);
    EXPECT_EQ(at.begin, 40U);
    EXPECT_EQ(at.end, 45U);
    EXPECT_EQ(at.next, "");
    EXPECT_EQ(code_of([] { (void)page_by_marker(parameters::parse("MaxRecords=19"), 1); }),
              "InvalidParameterValue");
    EXPECT_EQ(code_of([] { (void)page_by_marker(parameters::parse("Marker=x"), 1); }),
              "InvalidParameterValue");
}

TEST(query_protocol, pages_by_token_and_survives_a_shrunken_list) {
    const auto first = page_by_token(parameters::parse("MaxResults=5"), 12);
    EXPECT_EQ(first.end, 5U);
    const auto gone = page_by_token(parameters::parse("MaxResults=5&NextToken=" + first.next), 3);
    EXPECT_EQ(gone.begin, 3U);
    EXPECT_EQ(gone.end, 3U);
    EXPECT_EQ(page_by_token(parameters{}, 2'000).end, 2'000U);
    EXPECT_EQ(code_of([] { (void)page_by_token(parameters::parse("MaxResults=4"), 1); }),
              "InvalidParameterValue");
    EXPECT_EQ(code_of([] { (void)page_by_token(parameters::parse("NextToken=x"), 1); }), "InvalidNextToken");
}

TEST(query_protocol, pages_by_keys_miss_nothing_when_what_was_shown_is_deleted_meanwhile) {
    std::vector<std::string> keys;
    for (int i = 100; i < 145; ++i)
        keys.push_back("db-" + std::to_string(i));
    const auto first = page_by_key(parameters::parse("MaxRecords=20"), keys);
    EXPECT_EQ(first.end, 20U);
    const std::vector<std::string> left{keys.begin() + 15,
                                        keys.end()}; // the last that was shown stays, or goes
    const auto marker = "&Marker=" + first.next;
    EXPECT_EQ(left[page_by_key(parameters::parse("MaxRecords=20" + marker), left).begin], "db-120");
    const std::vector<std::string> few{keys.begin() + 20, keys.end()};
    EXPECT_EQ(few[page_by_key(parameters::parse("MaxRecords=20" + marker), few).begin], "db-120");
    EXPECT_EQ(page_by_key(parameters::parse("MaxRecords=100" + marker), keys).next, "");
    for (const char* wrong : {"MaxRecords=19", "MaxRecords=101", "Marker=offset-00000001", "Marker=after-zz"})
        EXPECT_EQ(code_of([&] { (void)page_by_key(parameters::parse(wrong), keys); }),
                  "InvalidParameterValue");
}

TEST(query_protocol, matches_wildcards_as_ec2_filters_do) {
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
