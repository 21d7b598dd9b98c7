#include "app/input/base64url.hpp"
#include "app/input/cursor.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace cruddur::app {
using namespace input;
namespace {

const cursor sample{1'796'047'716'153'980, "0123abcd-0f1e-4d2c-8b3a-0123456789ab"};

TEST(cursor, comes_back_as_it_went) {
    EXPECT_EQ(cursor::decode(sample.encode()), sample);
    EXPECT_EQ(sample.created_at(), "2026-11-30T14:08:36.153980Z");
    EXPECT_EQ(cursor{}.created_at(), "1970-01-01T00:00:00.000000Z");
}

TEST(cursor, tells_apart_what_has_the_same_time_and_uuid) {
    for (unsigned tie = 0; tie < cursor::ties; ++tie) {
        cursor one = sample;
        one.tie = tie;
        EXPECT_EQ(cursor::decode(one.encode()), one);
    }
    cursor beyond = sample;
    beyond.tie = cursor::ties;
    EXPECT_EQ(cursor::decode(beyond.encode()), std::nullopt);
}

TEST(cursor, stands_in_a_query_as_it_is) {
    EXPECT_EQ(
        sample.encode().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        std::string::npos);
}

TEST(cursor, refuses_every_text_with_one_letter_changed) {
    const std::string whole = sample.encode();
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const char letter : {'A', 'B', 'z', '9', '-', '_', '=', ' ', '\'', '\0'}) {
            std::string changed = whole;
            changed[at] = letter;
            if (changed == whole) continue;
            EXPECT_EQ(cursor::decode(changed), std::nullopt) << changed;
        }
    }
}

TEST(cursor, refuses_what_is_cut_off_or_longer) {
    const std::string whole = sample.encode();
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_EQ(cursor::decode(std::string_view{whole}.substr(0, length)), std::nullopt);
    EXPECT_EQ(cursor::decode(whole + "A"), std::nullopt);
    EXPECT_EQ(cursor::decode(whole + whole), std::nullopt);
}

TEST(cursor, refuses_a_time_that_postgresql_would_not_take) {
    EXPECT_EQ(cursor::decode(cursor{-1, sample.uuid}.encode()), std::nullopt);
    EXPECT_EQ(cursor::decode(cursor{INT64_MAX, sample.uuid}.encode()), std::nullopt);
}

TEST(uuid, is_hexadecimal_with_its_four_hyphens) {
    EXPECT_TRUE(is_uuid("0123abcd-0f1e-4d2c-8b3a-0123456789AB"));
    for (const auto* wrong :
         {"", "home", "0123abcd0f1e4d2c8b3a0123456789ab", "0123abcd-0f1e-4d2c-8b3a-0123456789a",
          "0123abcd-0f1e-4d2c-8b3a-0123456789ag", "{123abcd-0f1e-4d2c-8b3a-0123456789a}",
          "0123abcd-0f1e-4d2c-8b3a-0123456789ab "})
        EXPECT_FALSE(is_uuid(wrong)) << wrong;
}

TEST(base64url, agrees_with_the_vectors_of_rfc_4648) {
    const std::pair<std::string_view, std::string_view> vectors[] = {
        {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"\xfb\xff", "-_8"}};
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(base64url_encode(bytes), text);
        EXPECT_EQ(base64url_decode(text), bytes);
    }
}

TEST(base64url, has_one_text_for_each_value) {
    for (const auto* wrong : {"Zg==", "Zh", "Zm9", "Z", "Zm9v\n", "Zm 9v", "+/8", "Zm9vY"})
        EXPECT_EQ(base64url_decode(wrong), std::nullopt) << wrong;
}

} // namespace
} // namespace cruddur::app
