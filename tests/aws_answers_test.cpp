#include "aws/access.hpp"
#include "aws/address.hpp"
#include "aws/call.hpp"
#include "aws/keepsake.hpp"
#include "aws/rds.hpp"
#include "aws/retry.hpp"
#include "aws/waiter.hpp"
#include "postgres/url.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace cruddur::aws {
namespace {

using std::chrono::milliseconds;

TEST(aws_answer, reads_the_errors_of_both_dialects) {
    const auto query = read_answer(
        404,
        "<ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><Error><Type>Sender</Type>"
        "<Code>DBInstanceNotFound</Code><Message>DBInstance x not found.</Message></Error>"
        "<RequestId>abc</RequestId></ErrorResponse>",
        "rds:DescribeDBInstances");
    ASSERT_FALSE(query.has_value());
    EXPECT_EQ(query.error().describe(),
              "DBInstance x not found. (DBInstanceNotFound, rds:DescribeDBInstances, request abc)");
    const auto ec2 =
        read_answer(403,
                    "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>No.</Message>"
                    "</Error></Errors><RequestID>def</RequestID></Response>",
                    "ec2:ModifySecurityGroupRules");
    ASSERT_FALSE(ec2.has_value());
    EXPECT_EQ(ec2.error().request_id, "def");
    EXPECT_NE(ec2.error().advice().find("ec2:ModifySecurityGroupRules"), std::string::npos);
}

TEST(aws_answer, is_found_in_both_dialects) {
    const auto query = read_answer(200, "<AResponse><AResult><B>1</B></AResult></AResponse>", "");
    EXPECT_STREQ(query->result().child_value("B"), "1");
    const auto ec2 = read_answer(200, "<AResponse><B>2</B></AResponse>", "");
    EXPECT_STREQ(ec2->result().child_value("B"), "2");
}

TEST(aws_answer, what_is_no_xml_is_an_error_with_its_status) {
    for (const char* body : {"", "not xml", "<html>", "\xff\xfe"}) {
        const auto read = read_answer(502, body, "rds:X");
        ASSERT_FALSE(read.has_value());
        EXPECT_EQ(read.error().status, 502U);
        EXPECT_FALSE(read.error().advice().empty());
    }
    EXPECT_FALSE(read_answer(200, "not xml", "").has_value());
}

TEST(aws_call, encodes_what_a_value_may_hold) {
    EXPECT_EQ(encode(rds_service, "A", {{"Filter.1.Name", "a b&c=d/\xc3\xa9"}}),
              "Action=A&Version=2014-10-31&Filter.1.Name=a%20b%26c%3Dd%2F%C3%A9");
}

TEST(aws_retry, repeats_what_may_not_have_been_done_and_nothing_that_was_refused) {
    const error throttled{.code = "Throttling", .status = 400};
    const error broken{.code = "InternalFailure", .status = 500};
    const error refused{.code = "InvalidParameterValue", .status = 400};
    const error unsent{.kind = failure::unreachable};
    const error lost{.kind = failure::unreachable, .sent = true};
    for (const error& one : {throttled, broken, unsent, lost})
        EXPECT_TRUE(may_retry(one));
    EXPECT_FALSE(may_retry(refused));
    EXPECT_FALSE(may_retry({.kind = failure::configuration}));
}

TEST(aws_retry, knows_what_may_have_been_carried_out_without_saying_so) {
    EXPECT_TRUE((error{.code = "InternalFailure", .status = 503, .sent = true}.may_have_acted()));
    EXPECT_TRUE((error{.kind = failure::unreachable, .sent = true}.may_have_acted()));
    EXPECT_FALSE((error{.kind = failure::unreachable}.may_have_acted()));
    EXPECT_FALSE((error{.code = "Throttling", .status = 400, .sent = true}.may_have_acted()));
}

TEST(aws_retry, backs_off_with_jitter_up_to_a_limit) {
    EXPECT_EQ(back_off(1, 0.0, milliseconds{0}), milliseconds{0});
    EXPECT_EQ(back_off(1, 0.5, milliseconds{0}), milliseconds{250});
    EXPECT_EQ(back_off(3, 0.5, milliseconds{0}), milliseconds{1'000});
    EXPECT_EQ(back_off(40, 0.5, milliseconds{0}), milliseconds{10'000});
    EXPECT_EQ(back_off(1, 0.5, milliseconds{3'000}), milliseconds{3'000});
}

TEST(aws_address, takes_addresses_and_nothing_else) {
    EXPECT_EQ(check_address(" 203.0.113.7\n", reach::internet).value(), "203.0.113.7");
    EXPECT_EQ(check_address("203.0.113.7/32", reach::internet).value(), "203.0.113.7");
    EXPECT_EQ(check_address("2001:DB8::1", reach::internet).value(), "2001:db8::1");
    EXPECT_EQ(check_address("::ffff:203.0.113.7", reach::internet).value(), "203.0.113.7");
    EXPECT_EQ(cidr_of("203.0.113.7"), "203.0.113.7/32");
    EXPECT_EQ(cidr_of("2001:db8::1"), "2001:db8::1/128");
    for (const char* text : {"", "0.0.0.0", "0.0.0.0/0", "::/0", "203.0.113.0/24", "203.0.113",
                             "203.0.113.256", "example.com", "<html>upstream error</html>",
                             "203.0.113.7,203.0.113.8", "224.0.0.1", "fe80::1%eth0", "203.0.113.7 # mine"})
        EXPECT_FALSE(check_address(text, reach::this_machine).has_value()) << text;
}

TEST(aws_address, refuses_what_aws_cannot_see) {
    for (const char* text :
         {"10.1.2.3", "192.168.0.1", "172.16.0.1", "100.64.0.1", "169.254.1.1", "fd00::1"}) {
        EXPECT_FALSE(check_address(text, reach::internet).has_value()) << text;
        EXPECT_TRUE(check_address(text, reach::private_network).has_value()) << text;
    }
    for (const char* text : {"127.0.0.1", "::1"}) {
        EXPECT_FALSE(check_address(text, reach::private_network).has_value()) << text;
        EXPECT_TRUE(check_address(text, reach::this_machine).has_value()) << text;
    }
}

TEST(aws_address, quotes_no_page_that_a_service_sends) {
    const auto refused = check_address(std::string(4'000, '\x1b'), reach::internet);
    ASSERT_FALSE(refused.has_value());
    EXPECT_LT(refused.error().message.size(), 80U);
    EXPECT_EQ(refused.error().message.find('\x1b'), std::string::npos);
}

TEST(aws_address, is_never_asked_in_clear) {
    EXPECT_FALSE(ask_address("http://127.0.0.1:1/", "").has_value());
}

TEST(aws_access, knows_which_rule_admits) {
    const security_group_rule rule{.id = "sgr-1",
                                   .group = "sg-1",
                                   .protocol = "tcp",
                                   .from_port = 5400,
                                   .to_port = 5500,
                                   .cidr = "10.0.0.0/8"};
    EXPECT_TRUE(admits(rule, "10.1.2.3", 5432));
    EXPECT_FALSE(admits(rule, "11.1.2.3", 5432));
    EXPECT_FALSE(admits(rule, "10.1.2.3", 5399));
    EXPECT_FALSE(admits(rule, "2001:db8::1", 5432));
    auto other = rule;
    other.egress = true;
    EXPECT_FALSE(admits(other, "10.1.2.3", 5432));
    other = rule;
    other.protocol = "udp";
    EXPECT_FALSE(admits(other, "10.1.2.3", 5432));
    other.protocol = "-1";
    EXPECT_TRUE(admits(other, "10.1.2.3", 1));
    other.cidr = "";
    EXPECT_FALSE(admits(other, "10.1.2.3", 1));
}

TEST(aws_waiter, judges_each_status) {
    EXPECT_EQ(judge(awaited::available, "creating"), outlook::pending);
    EXPECT_EQ(judge(awaited::available, "available"), outlook::reached);
    EXPECT_EQ(judge(awaited::available, "stopped"), outlook::hopeless);
    EXPECT_EQ(judge(awaited::available, "incompatible-network"), outlook::hopeless);
    EXPECT_EQ(judge(awaited::stopped, "stopping"), outlook::pending);
    EXPECT_EQ(judge(awaited::stopped, "stopped"), outlook::reached);
    EXPECT_EQ(judge(awaited::deleted, "failed"), outlook::pending);
}

TEST(aws_rds, names_no_zone_beside_multi_az) {
    new_instance wanted{.identifier = "x"};
    wanted.where.availability_zone = "us-east-1a";
    const auto has_zone = [](const parameters& input) {
        return std::ranges::any_of(input, [](const auto& one) { return one.first == "AvailabilityZone"; });
    };
    EXPECT_TRUE(has_zone(create_input(wanted)));
    wanted.where.multi_az = true;
    EXPECT_FALSE(has_zone(create_input(wanted)));
}

TEST(aws_keepsake, makes_a_url_that_libpq_reads_as_it_was_meant) {
    db_instance instance{.identifier = "x", .master_username = "cruddurroot", .database = "cruddur"};
    instance.address = "x.y.us-east-1.rds.amazonaws.com";
    instance.port = 5433;
    const std::string password = "a:b%c?d#e&f=g";
    const auto read =
        postgres::connection_url::parse(connection_url_of(instance, password, "/a folder/ca.pem"));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->password(), password);
    EXPECT_EQ(read->database(), "cruddur");
    EXPECT_EQ(read->endpoints().front().port, "5433");
    EXPECT_EQ(read->get("sslmode"), "verify-full");
    EXPECT_EQ(read->get("sslrootcert"), "/a folder/ca.pem");
}

TEST(aws_keepsake, takes_the_passwords_that_rds_takes) {
    EXPECT_TRUE(check_password("milkyway2023").has_value());
    EXPECT_TRUE(check_password(make_password()).has_value());
    for (const char* text : {"short", "with space1", "with/slash", "with@at12", "with'quote", "with\"quote",
                             "caf\xc3\xa9_au_lait"})
        EXPECT_FALSE(check_password(text).has_value()) << text;
    EXPECT_FALSE(check_password(std::string(129, 'a')).has_value());
}

} // namespace
} // namespace cruddur::aws
