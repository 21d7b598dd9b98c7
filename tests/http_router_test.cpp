#include "http/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace cruddur::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

router api() {
    router table;
    table.add(verb::get, "/", {});
    table.add(verb::get, "/api/activities/home", {});
    table.add(verb::get, "/api/activities/:uuid", {});
    table.add(verb::delete_, "/api/activities/:uuid", {});
    table.add(verb::post, "/api/activities", {});
    table.add(verb::get, "/api/activities/@:handle", {});
    table.add(verb::get, "/api/activities/@:handle/status/:uuid", {});
    table.add(verb::put, "/api/activities/:uuid/like", {});
    table.add(verb::get, "/api/search/home/:term", {});
    table.add(verb::get, "/api/:section/other/last", {});
    return table;
}

std::string_view pattern(const router::match& from) {
    return from.found == nullptr ? std::string_view{} : std::string_view{from.found->pattern};
}

TEST(router, finds_a_literal_path) {
    const auto table = api();
    const auto found = table.find(verb::get, "/api/activities/home");
    EXPECT_EQ(found.status, 200U);
    EXPECT_EQ(pattern(found), "/api/activities/home");
    EXPECT_THAT(found.parameters, IsEmpty());
    EXPECT_EQ(pattern(table.find(verb::get, "/")), "/");
}

TEST(router, prefers_a_handle_to_a_parameter_and_a_literal_to_both) {
    const auto table = api();
    EXPECT_EQ(pattern(table.find(verb::get, "/api/activities/@andrewbrown")), "/api/activities/@:handle");
    EXPECT_EQ(pattern(table.find(verb::get, "/api/activities/andrewbrown")), "/api/activities/:uuid");
    EXPECT_EQ(pattern(table.find(verb::get, "/api/activities/home")), "/api/activities/home");
}

TEST(router, walks_back_from_a_literal_that_leads_nowhere) {
    const auto table = api();
    EXPECT_EQ(pattern(table.find(verb::get, "/api/search/other/last")), "/api/:section/other/last");
    const auto found = table.find(verb::delete_, "/api/activities/home");
    EXPECT_EQ(pattern(found), "/api/activities/:uuid");
    EXPECT_THAT(found.parameters, ElementsAre("home"));
}

TEST(router, decodes_parameters_in_order) {
    const auto table = api();
    const auto found = table.find(verb::get, "/api/activities/@j%C3%B6rg%2Fa/status/a%20b");
    EXPECT_EQ(found.status, 200U);
    EXPECT_THAT(found.parameters, ElementsAre("j\xC3\xB6rg/a", "a b"));
    EXPECT_THAT(table.find(verb::get, "/api/activities/%40bayko").parameters, ElementsAre("bayko"));
}

TEST(router, matches_a_literal_that_came_percent_encoded) {
    const auto table = api();
    EXPECT_EQ(pattern(table.find(verb::get, "/api/%61ctivities/home")), "/api/activities/home");
}

TEST(router, refuses_a_path_with_a_broken_escape_or_no_text) {
    const auto table = api();
    for (const auto* path :
         {"/api/activities/%", "/api/activities/%4", "/api/activities/%zz", "/api/activities/%00",
          "/api/activities/%ff", "/api/activities/%ED%A0%80", "/api/activities/\xC3"})
        EXPECT_EQ(table.find(verb::get, path).status, 400U) << path;
}

TEST(router, answers_HEAD_by_the_route_of_GET) {
    const auto table = api();
    EXPECT_EQ(pattern(table.find(verb::head, "/api/activities/home")), "/api/activities/home");
    EXPECT_EQ(table.find(verb::head, "/api/activities").status, 405U);
}

TEST(router, tells_an_unknown_method_what_is_allowed) {
    const auto table = api();
    const auto refused = table.find(verb::put, "/api/activities/home");
    EXPECT_EQ(refused.status, 405U);
    EXPECT_EQ(refused.allow, "GET, HEAD, DELETE, OPTIONS");
    EXPECT_EQ(table.find(verb::unknown, "/api/activities").allow, "POST, OPTIONS");
}

TEST(router, answers_OPTIONS_of_a_known_path_only) {
    const auto table = api();
    const auto known = table.find(verb::options, "/api/activities");
    EXPECT_EQ(known.status, 204U);
    EXPECT_EQ(known.allow, "POST, OPTIONS");
    EXPECT_EQ(table.find(verb::options, "/api/nowhere").status, 404U);
}

TEST(router, finds_nothing_for_unknown_paths) {
    const auto table = api();
    for (const auto* path : {"", "*", "api", "/api", "/api/", "/api/activities/", "//", "/api//home",
                             "/api/activities/home/", "/api/activities/home/more", "/API/activities/home"})
        EXPECT_EQ(table.find(verb::get, path).status, 404U) << path;
}

TEST(router, lists_its_routes_in_the_order_added) {
    router table;
    table.add(verb::post, "/b", {});
    table.add(verb::get, "/a", {});
    EXPECT_THAT(table.routes(), ElementsAre(Pair(verb::post, "/b"), Pair(verb::get, "/a")));
}

TEST(router, refuses_a_route_added_twice_or_without_its_slash) {
    router table;
    table.add(verb::get, "/a/:b", {});
    EXPECT_THROW(table.add(verb::get, "/a/:c", {}), std::invalid_argument);
    EXPECT_THROW(table.add(verb::get, "a", {}), std::invalid_argument);
}

} // namespace
} // namespace cruddur::http
