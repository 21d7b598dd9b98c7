#include "app/identity/client_address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace cruddur::app::identity {
namespace {

using testing::HasSubstr;

// "" where it is the peer.
std::string client_of(std::string_view trusted, std::string_view peer,
                      const std::vector<std::string_view>& lists) {
    http::request request;
    request.peer = peer;
    request.fields.emplace_back("Host", "here");
    for (const auto list : lists)
        request.fields.emplace_back("x-forwarded-FOR", list);
    return client_address{trusted}.of(request);
}

TEST(client_address, is_the_peers_where_that_is_no_trusted_proxy) {
    EXPECT_EQ(client_of("", "192.0.2.1", {"198.51.100.7"}), "");
    EXPECT_EQ(client_of("10.0.0.0/8", "192.0.2.1", {"198.51.100.7"}), "");
    EXPECT_EQ(client_of("10.0.0.0/8", "11.0.0.1", {"198.51.100.7"}), "");
    EXPECT_EQ(client_of("10.0.0.0/8", "10.0.0.1", {}), "");
    EXPECT_EQ(client_of("10.0.0.0/8", "10.0.0.1", {"", " , ,"}), "");
}

TEST(client_address, is_the_last_that_no_trusted_proxy_added) {
    const std::string_view proxies = "10.0.0.0/8, 192.0.2.9 ,fd00::/8,::1";
    EXPECT_EQ(client_of(proxies, "10.1.2.3", {"198.51.100.7"}), "198.51.100.7");
    EXPECT_EQ(client_of(proxies, "192.0.2.9", {"198.51.100.7"}), "198.51.100.7");
    EXPECT_EQ(client_of(proxies, "fd12::1", {"198.51.100.7, 10.0.0.2"}), "198.51.100.7");
    EXPECT_EQ(client_of(proxies, "::ffff:10.1.2.3", {"198.51.100.7"}), "198.51.100.7");
    EXPECT_EQ(client_of(proxies, "::1", {"2001:db8::7, ::ffff:10.0.0.2"}), "2001:db8::7");
    // What the client wrote itself stands before it.
    EXPECT_EQ(client_of(proxies, "10.0.0.1", {"127.0.0.1, 203.0.113.5, 198.51.100.7"}), "198.51.100.7");
    EXPECT_EQ(client_of(proxies, "10.0.0.1", {"10.9.9.9, 198.51.100.7, 10.0.0.2"}), "198.51.100.7");
}

TEST(client_address, is_found_over_several_field_lines) {
    EXPECT_EQ(client_of("10.0.0.0/8", "10.0.0.1", {"203.0.113.5", "198.51.100.7", "10.0.0.2,10.0.0.3"}),
              "198.51.100.7");
    EXPECT_EQ(client_of("10.0.0.0/8", "10.0.0.1", {"198.51.100.7", "", "10.0.0.2"}), "198.51.100.7");
}

TEST(client_address, is_the_first_proxys_where_all_are_trusted) {
    EXPECT_EQ(client_of("10.0.0.0/8", "10.0.0.1", {"10.0.0.4,10.0.0.3", "10.0.0.2"}), "10.0.0.4");
}

TEST(client_address, takes_an_entry_with_a_port_and_stops_at_one_that_is_no_address) {
    EXPECT_EQ(client_of("10.0.0.0/8", "10.0.0.1", {"198.51.100.7:4711"}), "198.51.100.7");
    EXPECT_EQ(client_of("10.0.0.0/8", "10.0.0.1", {"[2001:db8::7]:4711"}), "2001:db8::7");
    EXPECT_EQ(client_of("10.0.0.0/8", "10.0.0.1", {"[2001:db8::7]"}), "2001:db8::7");
    for (const auto* wrong : {"unknown", "_hidden", "1.2.3", "198.51.100.7 x", "[2001:db8::7", "999.1.1.1"}) {
        EXPECT_EQ(client_of("10.0.0.0/8", "10.0.0.1", {"203.0.113.5", wrong}), "") << wrong;
        EXPECT_EQ(client_of("10.0.0.0/8", "10.0.0.1", {"203.0.113.5", wrong, "10.0.0.2"}), "10.0.0.2")
            << wrong;
    }
}

TEST(client_address, refuses_proxies_that_are_none) {
    const auto refusal = [](std::string_view proxies) -> std::string {
        try {
            client_address made{proxies};
        } catch (const std::invalid_argument& wrong) {
            return wrong.what();
        }
        return "";
    };
    for (const auto* wrong : {"x", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "fd00::/129", "10.0.0.0/8x", "/8",
                              "10.0.0.0/-1", "*", "proxy.example.com", "10.0.0.0 /8"})
        EXPECT_THAT(refusal(wrong), HasSubstr(std::string{"\""} + wrong + "\" is none")) << wrong;
    for (const auto* wrong : {",", "10.0.0.0/8,", ",10.0.0.0/8", "10.0.0.0/8,,::1", " "})
        EXPECT_THAT(refusal(wrong), HasSubstr("an entry is empty")) << wrong;
    EXPECT_THAT(refusal("10.0.0.1/8"), HasSubstr("\"10.0.0.1/8\" has bits beyond its prefix, 10.0.0.0/8"));
    EXPECT_THAT(refusal("::1,fd00::1/8"), HasSubstr("fd00::/8 has none"));
    EXPECT_THAT(refusal("x"), HasSubstr("CRUDDUR_TRUSTED_PROXIES"));
    EXPECT_EQ(refusal("0.0.0.0/0,::/0,192.0.2.1,fd00::1"), "");
}

TEST(client_address, counts_an_ipv6_network_as_one) {
    EXPECT_EQ(counted_as("2001:db8:1:2::1"), counted_as("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    EXPECT_NE(counted_as("2001:db8:1:2::1"), counted_as("2001:db8:1:3::1"));
    EXPECT_NE(counted_as("192.0.2.1"), counted_as("192.0.2.2"));
    EXPECT_EQ(counted_as("::ffff:192.0.2.1"), counted_as("192.0.2.1"));
}

} // namespace
} // namespace cruddur::app::identity
