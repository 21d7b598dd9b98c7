#include "http/caller_check.hpp"

#include <gtest/gtest.h>

namespace cruddur::http {
namespace {

using fields = std::vector<std::pair<std::string_view, std::string_view>>;

request sent(fields with, std::string_view target = "/") {
    request made;
    made.target = target;
    made.fields = std::move(with);
    return made;
}

bool takes_host(std::string_view host, const std::string& bound = "127.0.0.1",
                std::string_view target = "/") {
    return !caller_check{bound}.refuse_host(sent({{"Host", host}}, target));
}

bool takes_page(fields with, std::string_view host = "localhost:4566") {
    with.emplace_back("host", host);
    return !caller_check::refuse_page(sent(std::move(with)));
}

TEST(caller_check, takes_loopback_localhost_and_names_without_dots_with_any_port) {
    for (const auto* const host :
         {"127.0.0.1", "127.0.0.1:4566", "127.8.9.10:1", "localhost", "LocalHost:4566", "localhost.",
          "localhost:", "a.localhost:80", "bucket.a.localhost", "[::1]:4566", "[::1]", "[::ffff:127.0.0.1]",
          "aws", "local-aws:4566", "3f2a9c"})
        EXPECT_TRUE(takes_host(host)) << host;
}

TEST(caller_check, refuses_every_host_that_a_stranger_can_have_resolve_to_us) {
    for (const auto* const host : {"evil.example",
                                   "evil.example:4566",
                                   "evil.example.",
                                   "localhost.evil.example",
                                   "127.0.0.1.evil.example",
                                   "evillocalhost.example",
                                   ".localhost",
                                   "xlocalhost.",
                                   "127.0.0.1.nip.io",
                                   "8.8.8.8",
                                   "192.168.0.7:4566",
                                   "[2001:db8::1]",
                                   "[::ffff:8.8.8.8]",
                                   "2130706433",
                                   "127.1",
                                   "0.0.0.0",
                                   "",
                                   ":4566",
                                   "localhost:x",
                                   "localhost:123456",
                                   "localhost@evil.example",
                                   "[::1",
                                   "[::1]x",
                                   "[localhost]",
                                   "[::1].evil.example",
                                   "a b"})
        EXPECT_FALSE(takes_host(host)) << host;
    EXPECT_TRUE(caller_check{"127.0.0.1"}.refuse_host(sent({}))) << "no Host, as HTTP/1.0 may have it";
}

TEST(caller_check, takes_the_bound_address_or_name_and_every_address_where_all_are_bound) {
    EXPECT_TRUE(takes_host("192.168.0.7:4566", "192.168.0.7"));
    EXPECT_FALSE(takes_host("192.168.0.8", "192.168.0.7"));
    EXPECT_TRUE(takes_host("AWS.example:80", "aws.example"));
    EXPECT_TRUE(takes_host("[2001:DB8:0::1]:80", "2001:db8::1"));
    for (const auto* const every : {"0.0.0.0", "::"}) {
        EXPECT_TRUE(takes_host("192.168.0.7", every));
        EXPECT_FALSE(takes_host("evil.example", every));
    }
}

TEST(caller_check, reads_the_authority_of_an_absolute_target_too) {
    EXPECT_TRUE(takes_host("localhost", "127.0.0.1", "http://127.0.0.1:4566/?a=b"));
    EXPECT_TRUE(takes_host("localhost", "127.0.0.1", "/?to=http://evil.example/"));
    for (const auto* const target :
         {"http://evil.example/", "HTTPS://evil.example?a", "http://localhost@evil.example/"})
        EXPECT_FALSE(takes_host("localhost", "127.0.0.1", target)) << target;
    EXPECT_FALSE(takes_host("evil.example", "127.0.0.1", "http://localhost/"));
}

TEST(caller_check, takes_programs_and_its_own_pages) {
    EXPECT_TRUE(takes_page({}));
    EXPECT_TRUE(takes_page({{"Origin", "http://localhost:4566"}}));
    EXPECT_TRUE(takes_page({{"Origin", "http://127.0.0.1:4566"}})) << "another name of the same place";
    EXPECT_TRUE(takes_page({{"Origin", "http://aws:4566"}}, "aws:4566"));
    for (const auto* const site : {"none", "same-origin", "same-site"})
        EXPECT_TRUE(takes_page({{"Sec-Fetch-Site", site}})) << site;
}

TEST(caller_check, refuses_pages_of_every_other_origin) {
    for (const auto* const origin :
         {"https://evil.example", "null", "", "http://localhost", "http://localhost:3000",
          "http://evil.example:4566", "http://localhost.evil.example:4566", "file://", "localhost:4566",
          "http://localhost:4566/", "http://localhost:4566 http://evil.example", "chrome-extension://abc",
          "http://intranet:4566"})
        EXPECT_FALSE(takes_page({{"Origin", origin}})) << origin;
    EXPECT_FALSE(takes_page({{"Origin", "http://localhost:4566"}, {"origin", "https://evil.example"}}));
    EXPECT_FALSE(takes_page({{"sec-fetch-site", "cross-site"}}));
    EXPECT_FALSE(takes_page({{"Sec-Fetch-Site", "none"}, {"Sec-Fetch-Site", "Cross-Site"}}));
}

TEST(caller_check, knows_the_types_that_a_form_can_send) {
    for (const auto* const type :
         {"text/plain", "Text/Plain;charset=UTF-8", "multipart/form-data; boundary=x",
          "application/x-www-form-urlencoded", " text/plain ; application/json"})
        EXPECT_TRUE(has_form_content(sent({{"Content-Type", type}}))) << type;
    for (const auto* const type : {"application/json", "application/x-amz-json-1.1", "", "text/plainer"})
        EXPECT_FALSE(has_form_content(sent({{"Content-Type", type}}))) << type;
    EXPECT_FALSE(has_form_content(sent({})));
    EXPECT_TRUE(
        has_form_content(sent({{"content-type", "application/json"}, {"content-type", "text/plain"}})));
}

TEST(caller_check, knows_a_visit_by_all_that_browsers_say_of_it) {
    const fields whole{
        {"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "document"}, {"Sec-Fetch-User", "?1"}};
    EXPECT_TRUE(is_visit(sent(whole)));
    for (std::size_t at = 0; at < whole.size(); ++at) {
        fields lacking = whole;
        lacking.erase(lacking.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_FALSE(is_visit(sent(lacking)));
    }
    request form = sent(whole);
    form.method = verb::post;
    EXPECT_FALSE(is_visit(form));
}

} // namespace
} // namespace cruddur::http
