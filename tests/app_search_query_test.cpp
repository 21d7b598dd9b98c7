#include "app/input/search_query.hpp"

#include <gtest/gtest.h>

namespace cruddur::app::input {
namespace {

TEST(search_query, is_words_beginnings_phrases_marks_and_authors) {
    const search_query all =
        search_query_of(R"(  Full* "a phrase" word #Tag #pre* @Worf from:bayko FROM:@Londo )");
    EXPECT_EQ(all.words, "'Full':* & 'a phrase' & 'word'");
    EXPECT_EQ(all.marks, (std::vector<std::string>{"#Tag", "#pre*", "@Worf"}));
    EXPECT_EQ(all.authors, (std::vector<std::string>{"bayko", "Londo"}));
}

TEST(search_query, quotes_whatever_else_is_typed) {
    EXPECT_EQ(search_query_of(R"(O'Brien back\slash '')").words, R"('O''Brien' & 'back\\slash' & '''''')");
    EXPECT_EQ(search_query_of("a & !b | (c <-> d):* e:A").words,
              "'a' & '&' & '!b' & '|' & '(c' & '<->' & 'd):':* & 'e:A'");
    EXPECT_EQ(search_query_of(R"(an "open phrase)").words, "'an' & 'open phrase'");
    EXPECT_EQ(search_query_of(R"(mid"quote)").words, R"('mid"quote')");
    EXPECT_EQ(search_query_of("a\tb\nc").words, "'a' & 'b' & 'c'");
}

TEST(search_query, takes_what_marks_nothing_for_a_word) {
    EXPECT_EQ(search_query_of("# @ from:").words, "'#' & '@' & 'from:'");
    EXPECT_EQ(search_query_of("* ** a**").words, "'a':*");
    EXPECT_EQ(search_query_of(R"("" " ")").words, "' '");
    EXPECT_EQ(search_query_of("from:@").authors, (std::vector<std::string>{"@"}));
}

} // namespace
} // namespace cruddur::app::input
