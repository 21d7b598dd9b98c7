#include "database/create.hpp"
#include "database/migrate.hpp"
#include "database/schema.hpp"
#include "support/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cruddur::database {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

target as(environment where, const std::string& url) {
    return *target_for(where, url);
}

TEST(database_schema, is_created_loaded_and_seeded_and_needs_no_migration) {
    const target place = as(environment::development, test::shared_server().url("made here"));
    std::vector<std::string> told;
    const report to = [&](const event& one) {
        if (one.what != event::kind::begun) told.push_back(one.text);
    };
    ASSERT_FALSE(*exists(place));
    ASSERT_TRUE(create(place, to).has_value());
    ASSERT_TRUE(*exists(place));
    ASSERT_FALSE(*has_schema(place));
    ASSERT_TRUE(load_schema(place, sql_files{}, to).has_value());
    ASSERT_TRUE(*has_schema(place));
    ASSERT_TRUE(seed(place, *sql_files{}.seed(), {}, to).has_value());
    ASSERT_TRUE(seed(place, *sql_files{}.seed(), {}, to).has_value());
    const auto done = migrate(place, *built_in_migrations(), {}, to);
    ASSERT_TRUE(done.has_value());
    EXPECT_TRUE(done->empty());
    EXPECT_EQ(told.size(), 4U) << testing::PrintToString(told);
    const auto url = test::shared_server().url("made here");
    EXPECT_EQ(
        test::sql(url, "select count(*) from activities where message = 'This was imported as seed data!'"),
        "1");
    EXPECT_EQ(test::sql(url, "select count(*) from schema_migrations where checksum is null"), "0");
    EXPECT_THAT(test::sql(url,
                          "select shobj_description(oid, 'pg_database') from pg_database where datname = "
                          "current_database()"),
                HasSubstr("[cruddur environment: development]"));
    EXPECT_EQ(create(place, to).error().sqlstate, "42P04");
    test::sql(test::shared_server().url("postgres"), "drop database \"made here\" with (force)");
}

TEST(database_schema, is_refused_a_second_time_and_stays_as_it_is) {
    test::database there;
    const auto failed = load_schema(as(environment::development, there.url()), sql_files{}, {});
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().sqlstate, "42P07");
    EXPECT_EQ(failed.error().file, "db/schema.sql (compiled in)");
    EXPECT_GT(failed.error().line, 1);
    EXPECT_THAT(failed.error().hint, HasSubstr("migrate"));
}

TEST(database_schema, is_not_touched_through_a_mixed_up_url) {
    test::database there{test::database::content::empty};
    ASSERT_TRUE(load_schema(as(environment::production, there.url()), sql_files{}, {}).has_value());
    const target mixed_up = as(environment::development, there.url());
    EXPECT_EQ(seed(mixed_up, *sql_files{}.seed(), {}, {}).error().kind, failure::refused);
    EXPECT_EQ(load_schema(mixed_up, sql_files{}, {}).error().kind, failure::refused);
    EXPECT_EQ(migrate(mixed_up, *built_in_migrations(), {}, {}).error().kind, failure::refused);
    EXPECT_EQ(test::sql(there.url(), "select count(*) from users"), "0");
}

} // namespace
} // namespace cruddur::database
