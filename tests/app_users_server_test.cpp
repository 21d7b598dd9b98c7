#include "support/service.hpp"

#include <gtest/gtest.h>

namespace cruddur::app {
namespace {

using test::app_service;
using test::object_of;
using test::text_of;

class users_routes : public testing::Test {
protected:
    [[nodiscard]] test::http_answer show(const std::string& handle) const {
        return service_.get("/api/users/@" + handle + "/short");
    }

    test::seeded_database database_;
    app_service service_{database_.url()};
};

TEST_F(users_routes, show_who_has_a_handle_in_whatever_case) {
    for (const auto* handle : {"andrewbrown", "AndrewBrown", "%61ndrewbrown"}) {
        const auto answer = show(handle);
        EXPECT_EQ(answer.status, 200) << handle;
        const auto user = object_of(answer);
        EXPECT_EQ(user.size(), 3U);
        EXPECT_EQ(text_of(user, "handle"), "andrewbrown");
        EXPECT_EQ(text_of(user, "display_name"), "Andrew Brown");
        EXPECT_EQ(text_of(user, "uuid").size(), 36U);
    }
}

TEST_F(users_routes, know_nobody_by_what_is_no_handle) {
    for (const std::string& handle : {std::string{"nobody"}, std::string(51, 'a'), std::string{"%27--"},
                                      std::string{"andrew%20brown"}, std::string{"%C3%A9"}}) {
        const auto answer = show(handle);
        EXPECT_EQ(answer.status, 404) << handle;
        EXPECT_EQ(answer.body, R"(["not_found"])") << handle;
    }
}

} // namespace
} // namespace cruddur::app
