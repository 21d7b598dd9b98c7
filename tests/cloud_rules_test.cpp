#include "cloud/ec2/rules.hpp"

#include <gtest/gtest.h>

using namespace cruddur::cloud::ec2;

namespace {

inbound_rule from_network(const char* cidr, std::int64_t from = 5432, std::int64_t to = 5432,
                          const char* protocol = "tcp") {
    return {protocol, from, to, network::parse(cidr), ""};
}

bool admitted(const inbound_rule& rule, const char* address, std::uint16_t port = 5432) {
    return admits(std::span{&rule, 1}, peer{network::of_address(address).value(), {}}, port);
}

TEST(rules, admit_nothing_where_there_is_none) {
    EXPECT_FALSE(admits({}, peer{network::of_address("127.0.0.1").value(), {}}, 5432));
}

TEST(rules, admit_one_address_by_its_32) {
    EXPECT_TRUE(admitted(from_network("203.0.113.7/32"), "203.0.113.7"));
    EXPECT_FALSE(admitted(from_network("203.0.113.7/32"), "203.0.113.6"));
    EXPECT_TRUE(admitted(from_network("203.0.113.0/25"), "203.0.113.127"));
    EXPECT_FALSE(admitted(from_network("203.0.113.0/25"), "203.0.113.128"));
}

TEST(rules, see_a_mapped_peer_as_the_ipv4_peer_it_is) {
    EXPECT_TRUE(admitted(from_network("203.0.113.7/32"), "::ffff:203.0.113.7"));
    EXPECT_TRUE(admitted(from_network("0.0.0.0/0"), "::ffff:203.0.113.7"));
    EXPECT_FALSE(admitted(from_network("::/0"), "::ffff:203.0.113.7"));
}

TEST(rules, keep_the_families_apart) {
    EXPECT_TRUE(admitted(from_network("0.0.0.0/0"), "198.51.100.1"));
    EXPECT_FALSE(admitted(from_network("0.0.0.0/0"), "2001:db8::1"));
    EXPECT_TRUE(admitted(from_network("::/0"), "2001:db8::1"));
    EXPECT_FALSE(admitted(from_network("::/0"), "198.51.100.1"));
    EXPECT_TRUE(admitted(from_network("2001:db8::/32"), "2001:db8:1::1"));
    EXPECT_FALSE(admitted(from_network("2001:db8::/32"), "2001:db9::1"));
}

TEST(rules, hold_to_their_ports_and_protocol) {
    EXPECT_TRUE(admitted(from_network("0.0.0.0/0", 5000, 6000), "1.2.3.4", 5000));
    EXPECT_TRUE(admitted(from_network("0.0.0.0/0", 5000, 6000), "1.2.3.4", 6000));
    EXPECT_FALSE(admitted(from_network("0.0.0.0/0", 5000, 6000), "1.2.3.4", 6001));
    EXPECT_FALSE(admitted(from_network("0.0.0.0/0", 5432, 5432, "udp"), "1.2.3.4"));
    EXPECT_TRUE(admitted(from_network("0.0.0.0/0", -1, -1, "-1"), "1.2.3.4"));
}

TEST(rules, admit_members_of_a_referenced_group) {
    const inbound_rule rule{"tcp", 5432, 5432, std::nullopt, "sg-1"};
    const auto address = network::of_address("172.31.0.9").value();
    EXPECT_TRUE(admits(std::span{&rule, 1}, peer{address, {"sg-0", "sg-1"}}, 5432));
    EXPECT_FALSE(admits(std::span{&rule, 1}, peer{address, {"sg-0"}}, 5432));
    EXPECT_FALSE(admits(std::span{&rule, 1}, peer{address, {}}, 5432));
}

TEST(network, is_canonical_as_aws_shows_it) {
    EXPECT_EQ(network::parse("100.68.0.18/18")->to_string(), "100.68.0.0/18");
    EXPECT_EQ(network::parse("2001:DB8:0:0::5/64")->to_string(), "2001:db8::/64");
    EXPECT_EQ(network::parse("0.0.0.0/0")->to_string(), "0.0.0.0/0");
    EXPECT_EQ(network::parse("::/0")->to_string(), "::/0");
}

TEST(network, refuses_what_is_no_cidr) {
    for (const char* text : {"", "/", "1.2.3.4", "1.2.3/8", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1",
                             "1.2.3.4/8x", "::/129", "g::/8", "1.2.3.256/8", "1.2.3.4/+8", " 1.2.3.4/8"}) {
        EXPECT_EQ(network::parse(text), std::nullopt) << text;
    }
}

} // namespace
