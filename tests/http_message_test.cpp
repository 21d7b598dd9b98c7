#include "http/message.hpp"
#include "http/static_files.hpp"
#include "http/text.hpp"

#include <gtest/gtest.h>

#include <array>

namespace cruddur::http {
namespace {

TEST(request, finds_a_field_whatever_its_case) {
    request what;
    what.fields = {{"Accept", "a"}, {"X-Thing", "first"}, {"x-thing", "second"}};
    EXPECT_EQ(what.field("x-THING"), "first");
    EXPECT_EQ(what.field("X-Thin"), std::nullopt);
}

TEST(request, decodes_query_parameters) {
    request what;
    what.query = "term=caf%C3%A9+au%20lait&limit=5&flag&t%65rm=second&empty=";
    EXPECT_EQ(what.query_parameter("term"), "caf\xC3\xA9 au lait");
    EXPECT_EQ(what.query_parameter("limit"), "5");
    EXPECT_EQ(what.query_parameter("flag"), "");
    EXPECT_EQ(what.query_parameter("empty"), "");
    EXPECT_EQ(what.query_parameter("absent"), std::nullopt);
}

TEST(request, has_no_query_parameter_where_it_is_malformed) {
    request what;
    what.query = "escape=%4&bytes=%ff&nul=a%00b&surrogate=%ED%A0%80&overlong=%C0%AF";
    for (const auto* name : {"escape", "bytes", "nul", "surrogate", "overlong"})
        EXPECT_EQ(what.query_parameter(name), std::nullopt) << name;
}

TEST(response, makes_the_contracts_failure) {
    const auto made = response::failure(404, "not_found");
    EXPECT_EQ(made.status, 404U);
    EXPECT_EQ(made.body.bytes, R"(["not_found"])");
}

TEST(text, knows_well_formed_utf_8) {
    EXPECT_TRUE(is_text("plain, \xC3\xA9, \xE2\x82\xAC, \xF0\x9F\x98\x80"));
    for (const std::string_view bad : {"\x80", "\xC1\x81", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                       "\xF5\x80\x80\x80", "\xE2\x82", "\xF0\x9F\x98"})
        EXPECT_FALSE(is_text(bad));
    EXPECT_FALSE(is_text(std::string_view("a\0b", 3)));
}

TEST(text, takes_lists_apart) {
    std::string_view list = " a , b,,c";
    EXPECT_EQ(next_element(list), "a");
    EXPECT_EQ(next_element(list), "b");
    EXPECT_EQ(next_element(list), "");
    EXPECT_EQ(next_element(list), "c");
    EXPECT_TRUE(list.empty());
}

constexpr std::array<static_file, 2> files{{
    {"/favicon.svg", "image/svg+xml", "<svg>", "", "", "\"1\"", false},
    {"/assets/a-1.js", "text/javascript", "let a", "zipped", "", "\"2\"", true},
}};

std::optional<response> get(const shortcut& from, std::string_view path) {
    request what;
    what.path = path;
    return from(what);
}

TEST(static_files, answer_their_own_path_alone) {
    const auto serve = serve_static(files);
    EXPECT_EQ(get(serve, "/favicon.svg")->finished->identity, "<svg>");
    EXPECT_FALSE(get(serve, "/"));
    EXPECT_EQ(get(serve, "/assets/a-1.js")->finished->gzip, "zipped");
    EXPECT_FALSE(get(serve, "/assets"));
    EXPECT_FALSE(get(serve, "/../favicon.svg"));
}

TEST(static_files, are_kept_for_ever_only_when_immutable) {
    const auto serve = serve_static(files);
    EXPECT_EQ(get(serve, "/favicon.svg")->finished->cache_control, "no-cache");
    EXPECT_EQ(get(serve, "/assets/a-1.js")->finished->cache_control, "public, max-age=31536000, immutable");
}

} // namespace
} // namespace cruddur::http
