// Statements without what varies from call to call.
#include "cloud/insights/sql_text.hpp"

#include <gtest/gtest.h>

using namespace cruddur::cloud::insights;

namespace {

TEST(sql_text, has_no_literals) {
    EXPECT_EQ(tokenized("select * from t where a = 42 and b = 'it''s' and c = -1.5e3"),
              "select * from t where a = ? and b = ? and c = -?");
    EXPECT_EQ(tokenized(R"(select E'a\'b', x'ff', $tag$ 'text' $tag$, $$b$$)"), "select ?, ?, ?, ?");
    EXPECT_EQ(tokenized("update t1 set \"Column 1\" = $1 where id2 = $2;"),
              "update t1 set \"Column 1\" = $1 where id2 = $2;");
}

TEST(sql_text, has_no_comments_and_one_space_between_words) {
    EXPECT_EQ(tokenized("  select 1 -- one\n  ,\t2 /* two */ from\n t "), "select ? , ? from t");
}

TEST(sql_text, is_read_to_its_end_however_it_was_cut_off) {
    EXPECT_EQ(tokenized("select 'cut o"), "select ?");
    EXPECT_EQ(tokenized("select /* cut"), "select");
    EXPECT_EQ(tokenized("select E'a\\"), "select ?");
    EXPECT_EQ(tokenized("select $tag$cut"), "select ?");
    EXPECT_EQ(tokenized("select $"), "select $");
    EXPECT_EQ(tokenized(""), "");
}

TEST(sql_text, has_the_same_name_with_other_literals) {
    const auto name = [](const char* text) { return statement_id(tokenized(text)); };
    EXPECT_EQ(name("select 1"), name("select  2"));
    EXPECT_NE(name("select 1"), name("select 1, 2"));
    EXPECT_EQ(name("select 1").size(), 40U);
    EXPECT_EQ(shortened("aé", 2), "a");
    EXPECT_EQ(shortened("aé", 3), "aé");
}

} // namespace
