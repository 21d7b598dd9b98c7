#include "database/sql_splitter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cruddur::database {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> texts(std::string_view script) {
    const auto split = split_sql(script);
    std::vector<std::string> out;
    if (!split.has_value()) return {split.error().message};
    for (const auto& one : *split)
        out.emplace_back(one.text);
    return out;
}

TEST(sql_splitter, takes_statements_apart_at_their_semicolons) {
    EXPECT_THAT(texts("select 1;\n select 2 ; ;; select 3"), ElementsAre("select 1", "select 2", "select 3"));
    EXPECT_THAT(texts(""), ElementsAre());
    EXPECT_THAT(texts(" -- nothing; here\n/* nor; here */ ;"), ElementsAre());
}

TEST(sql_splitter, leaves_semicolons_in_quotes_alone) {
    EXPECT_THAT(texts("select ';', 'it''s;', \";\"\";\"; x"),
                ElementsAre("select ';', 'it''s;', \";\"\";\"", "x"));
    EXPECT_THAT(texts(R"(select '\'; x)"), ElementsAre(R"(select '\')", "x"));
}

TEST(sql_splitter, knows_the_backslash_of_escape_strings) {
    EXPECT_THAT(texts(R"(select E'\';', e'\\'; x)"), ElementsAre(R"(select E'\';', e'\\')", "x"));
    EXPECT_THAT(texts("select E'a'\n  '\\';'; x"), ElementsAre("select E'a'\n  '\\';'", "x"));
    EXPECT_THAT(texts(R"(select type'\'; x)"), ElementsAre(R"(select type'\')", "x"));
}

TEST(sql_splitter, knows_dollar_quotes_and_what_only_looks_like_one) {
    EXPECT_THAT(texts("do $$ a; $b$ ; $$; x"), ElementsAre("do $$ a; $b$ ; $$", "x"));
    EXPECT_THAT(texts("do $a$ ; $$ ; $A$ ; $a$; x"), ElementsAre("do $a$ ; $$ ; $A$ ; $a$", "x"));
    EXPECT_THAT(texts("execute p($1, a$b$c); x"), ElementsAre("execute p($1, a$b$c)", "x"));
}

TEST(sql_splitter, nests_comments_and_ends_others_at_the_line) {
    EXPECT_THAT(texts("select /* a; /* b; */ c; */ 1; x"), ElementsAre("select /* a; /* b; */ c; */ 1", "x"));
    EXPECT_THAT(texts("select 1 -- it's; \n + 2; x"), ElementsAre("select 1 -- it's; \n + 2", "x"));
}

TEST(sql_splitter, keeps_rules_and_routine_bodies_whole) {
    EXPECT_THAT(texts("create rule r as on insert to t do also (select 1; select 2); x"),
                ElementsAre("create rule r as on insert to t do also (select 1; select 2)", "x"));
    const std::string routine = "create or replace function f() returns int\nbegin atomic\n"
                                " select case when true then 1 end; select 2;\nend";
    EXPECT_THAT(texts(routine + "; x"), ElementsAre(routine, "x"));
    EXPECT_THAT(texts("begin; select 1; end"), ElementsAre("begin", "select 1", "end"));
}

TEST(sql_splitter, tells_the_line_and_the_first_words) {
    const auto split = split_sql("-- one\n\ncreate\n unique INDEX concurrently i on t (c);\nselect\n1;\n\nx");
    ASSERT_TRUE(split.has_value());
    ASSERT_EQ(split->size(), 3U);
    EXPECT_EQ(split->at(0).line, 3);
    EXPECT_THAT(split->at(0).words, ElementsAre("create", "unique", "index", "concurrently"));
    EXPECT_EQ(split->at(1).line, 5);
    EXPECT_EQ(split->at(2).line, 8);
}

TEST(sql_splitter, reads_a_file_with_a_byte_order_mark) {
    EXPECT_THAT(texts("\xEF\xBB\xBFselect 'é;'; x"), ElementsAre("select 'é;'", "x"));
}

TEST(sql_splitter, refuses_what_is_never_closed_with_its_line) {
    for (const std::string open : {"'", "\"", "E'\\'", "$$", "$a$ $$", "/* /* */", "U&'"}) {
        const auto split = split_sql("select 1;\nselect\n " + open);
        ASSERT_FALSE(split.has_value()) << open;
        EXPECT_EQ(split.error().line, 3) << open;
        EXPECT_THAT(split.error().message, HasSubstr("never closed"));
        EXPECT_FALSE(split.error().hint.empty());
    }
}

TEST(sql_splitter, refuses_commands_of_psql_and_nul) {
    const auto command = split_sql("select 1;\n\\copy t from 'x'");
    ASSERT_FALSE(command.has_value());
    EXPECT_EQ(command.error().line, 2);
    EXPECT_THAT(command.error().message, HasSubstr("psql"));
    EXPECT_FALSE(split_sql(std::string_view{"select \0", 8}).has_value());
}

TEST(sql_splitter, tells_what_controls_the_transaction) {
    const auto controls = [](std::string_view sql) { return controls_transaction(split_sql(sql)->front()); };
    for (const auto* sql : {"begin", "START transaction", "commit and chain", "end", "abort", "rollback",
                            "rollback and chain", "/* */ prepare transaction 'x'"})
        EXPECT_TRUE(controls(sql)) << sql;
    for (const auto* sql : {"savepoint a", "release a", "rollback to a", "rollback work to savepoint a",
                            "prepare p as select 1", "select 1", "(select 1)"})
        EXPECT_FALSE(controls(sql)) << sql;
}

} // namespace
} // namespace cruddur::database
