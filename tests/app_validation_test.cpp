#include "app/answer/answer.hpp"
#include "app/input/time_text.hpp"
#include "app/input/validation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cruddur::app {
using namespace answer;
using namespace input;
namespace {

using testing::ElementsAre;

checked<text_members> members(std::string_view body, std::string_view type = "application/json") {
    http::request from;
    from.body = body;
    if (!type.empty()) from.fields = {{"content-type", type}};
    return members_of(from);
}

std::vector<std::string_view> codes_of_post(std::string_view body) {
    const auto checked_members = members(body);
    if (!checked_members) return checked_members.error().codes;
    const auto made = new_activity_of(*checked_members);
    return made ? std::vector<std::string_view>{} : made.error().codes;
}

std::string post(const std::string& message) {
    return R"({"ttl":"1-day","message":")" + message + R"("})";
}

std::string times(std::string_view text, std::size_t count) {
    std::string made;
    for (; count > 0; --count)
        made += text;
    return made;
}

TEST(validation, takes_a_post_as_it_was_typed) {
    const auto checked_members =
        members(R"({"message":"  '); DROP TABLE users;-- 🧉 \u00e9 \ud83e\uddc9 ", "ttl":"7-days"})");
    ASSERT_TRUE(checked_members);
    const auto made = new_activity_of(*checked_members);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->message, "  '); DROP TABLE users;-- 🧉 é 🧉 ");
    EXPECT_EQ(made->interval, "7 days");
}

TEST(validation, names_every_failing_code_at_once) {
    EXPECT_THAT(codes_of_post("{}"), ElementsAre("message_blank", "ttl_blank"));
    EXPECT_THAT(codes_of_post(R"({"message":"x","ttl":"2-days"})"), ElementsAre("ttl_blank"));
    EXPECT_THAT(codes_of_post(R"({"message":" ","ttl":"1-hour"})"), ElementsAre("message_blank"));
    EXPECT_THAT(codes_of_post(R"({"ttl":"1 day","message":")" + times("a", 281) + "\"}"),
                ElementsAre("message_exceed_max_chars", "ttl_blank"));
}

// By Unicode's properties, of which each of these has one; alone, and among others.
TEST(validation, calls_blank_what_shows_nothing) {
    std::string all;
    for (const auto* invisible :
         {R"(\u0007)", R"(\u0085)", R"(\u00a0)", R"(\u00ad)",       R"(\u034f)",       R"(\u061c)",
          R"(\u115f)", R"(\u1160)", R"(\u17b4)", R"(\u180b)",       R"(\u200d)",       R"(\u202e)",
          R"(\u2065)", R"(\u2800)", R"(\u3000)", R"(\u3164)",       R"(\ue000)",       R"(\ufe0f)",
          R"(\ufeff)", R"(\uffa0)", R"(\ufff8)", R"(\ud834\udd59)", R"(\udb40\udc20)", R"(\udb40\udd00)"}) {
        all += invisible;
        EXPECT_THAT(codes_of_post(R"({"ttl":"1-hour","message":")" + std::string{invisible} + "\"}"),
                    ElementsAre("message_blank"))
            << invisible;
    }
    EXPECT_THAT(codes_of_post(R"({"ttl":"1-hour","message":")" + all + "\"}"), ElementsAre("message_blank"));
    for (const auto* visible : {"a", ".", "é", "漢", "۝", "🧉", "\u0301", "⠁", "👩\u200d🚀"})
        EXPECT_THAT(codes_of_post(R"({"ttl":"1-hour","message":")" + all + visible + "\"}"),
                    testing::IsEmpty())
            << visible;
}

TEST(validation, knows_the_seven_times_to_live_and_no_other) {
    for (const auto* ttl : {"30-days", "7-days", "3-days", "1-day", "12-hours", "3-hours", "1-hour"})
        EXPECT_TRUE(interval_of(ttl)) << ttl;
    for (const auto* ttl : {"", "1-days", "7-DAYS", " 1-day", "30 days", "1-day; drop table users", "0-days"})
        EXPECT_FALSE(interval_of(ttl)) << ttl;
}

TEST(validation, counts_code_points_not_bytes) {
    EXPECT_THAT(codes_of_post(post(times("🧉", 280))), ElementsAre());
    EXPECT_THAT(codes_of_post(post(times("🧉", 281))), ElementsAre("message_exceed_max_chars"));
    EXPECT_EQ(code_points("aé€🧉"), 4U);
}

TEST(validation, calls_text_of_nothing_but_white_space_blank) {
    for (const auto* blank :
         {"", " ", R"(\t\r\n)", "\u00a0", "\u2003\u3000", "\u200b", "\ufeff", "\u2028\u2029", "\u1680\u205f"})
        EXPECT_THAT(codes_of_post(post(blank)), ElementsAre("message_blank")) << blank;
    EXPECT_THAT(codes_of_post(post("\u2003x\u3000")), ElementsAre());
    EXPECT_THAT(codes_of_post(post("مرحبا")), ElementsAre());
}

TEST(validation, refuses_what_is_no_text_where_text_is_due) {
    for (const auto* value :
         {"1", "-1.5e300", "null", "true", "[\"x\"]", R"({"message":"x"})", R"("a\u0000b")", R"("\ud800")",
          R"("\udc00 x")", R"("\ud800\ud800")", R"("\ud800\u0041")"})
        EXPECT_THAT(codes_of_post(std::string{R"({"ttl":"1-day","message":)"} + value + "}"),
                    ElementsAre("message_blank"))
            << value;
    EXPECT_THAT(codes_of_post(R"({"message":"x","ttl":["1-day"]})"), ElementsAre("ttl_blank"));
    EXPECT_THAT(codes_of_post(R"([{"message":"x","ttl":"1-day"}])"),
                ElementsAre("message_blank", "ttl_blank"));
    EXPECT_THAT(codes_of_post("7"), ElementsAre("message_blank", "ttl_blank"));
}

TEST(validation, keeps_escaped_backslashes_beside_a_lone_surrogate) {
    const auto made = members(R"({"a":"\\ud800","b":"\ud800","c":"\ud83e\uddc9\\"})");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->at("a"), "\\ud800");
    EXPECT_FALSE(made->contains("b"));
    EXPECT_EQ(made->at("c"), "🧉\\");
}

TEST(validation, answers_400_to_what_is_no_json) {
    const std::string deep = std::string(17, '[') + std::string(17, ']');
    for (const std::string& body :
         {std::string{}, std::string{"{"}, std::string{"{\"message\":\"x\",}"}, std::string{"{} {}"},
          std::string{"{'a':1}"}, std::string{"\xff"}, std::string{"{\"message\":\"\xed\xa0\x80\"}"},
          std::string{"{\"message\":\"\xc0\xaf\"}"}, std::string{"{\"message\":\"a\nb\"}"},
          std::string{"NaN"}, std::string{"{\"\\ud800\":\"\\ud800\""}, deep})
        EXPECT_EQ(members(body).error(), (refusal{400, {"malformed_json"}})) << body;
}

TEST(validation, answers_400_to_a_member_given_twice) {
    EXPECT_EQ(members(R"({"message":"a","message":"b"})").error(), (refusal{400, {"malformed_json"}}));
    EXPECT_EQ(members(R"({"message":1,"mess\u0061ge":"b"})").error(), (refusal{400, {"malformed_json"}}));
    EXPECT_TRUE(members(R"({"a":{"b":1,"b":2},"c":"x"})"));
}

TEST(validation, answers_415_unless_the_body_is_json_in_utf8) {
    for (const auto* type : {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp",
                             "application/json; charset=latin1"})
        EXPECT_EQ(members("{}", type).error(), (refusal{415, {"unsupported_media_type"}})) << type;
    for (const auto* type : {"application/json", "Application/JSON", "application/json; charset=UTF-8",
                             "application/json ;charset=\"utf-8\""})
        EXPECT_TRUE(members("{}", type)) << type;
}

checked<page> page_of_query(std::string_view query) {
    http::request from;
    from.query = query;
    return page_of(from);
}

TEST(validation, reads_limit_and_cursor) {
    EXPECT_EQ(page_of_query("").value(), (page{20, {}}));
    EXPECT_EQ(page_of_query("limit=100").value().limit, 100U);
    const cursor after{1'795'000'000'123'456, "0123abcd-0000-4000-8000-0123456789ab"};
    EXPECT_EQ(page_of_query("limit=1&cursor=" + after.encode()).value(), (page{1, after}));
}

TEST(validation, refuses_a_wrong_limit_and_a_wrong_cursor_together) {
    for (const auto* query : {"limit=0", "limit=101", "limit=-1", "limit=", "limit=1x", "limit=99999999999",
                              "limit=+1", "limit=%ff", "xlimit=5&limit=0"})
        EXPECT_EQ(page_of_query(query).error(), (refusal{422, {"limit_invalid"}})) << query;
    for (const auto* query : {"cursor=", "cursor=abc", "cursor=%ff", "a=b&cursor=%27"})
        EXPECT_EQ(page_of_query(query).error(), (refusal{422, {"cursor_invalid"}})) << query;
    EXPECT_EQ(page_of_query("cursor=x&limit=0").error(), (refusal{422, {"limit_invalid", "cursor_invalid"}}));
}

checked<std::string> term_of_query(std::string_view query) {
    http::request from;
    from.query = query;
    return search_term_of(from);
}

TEST(validation, refuses_a_blank_search_term) {
    for (const auto* query : {"", "term=", "term=+%20", "term=%e2%80%83", "term=%00", "term=%ff", "other=x"})
        EXPECT_EQ(term_of_query(query).error(), (refusal{422, {"search_term_blank"}})) << query;
    EXPECT_EQ(term_of_query("term=50%25+off").value(), "50% off");
    EXPECT_EQ(term_of_query("term=" + times("a", 281)).error(),
              (refusal{422, {"search_term_exceed_max_chars"}}));
}

TEST(validation, joins_the_codes_of_several_checks) {
    const auto both = refused(term_of_query(""), page_of_query("limit=0"));
    EXPECT_EQ(both, (refusal{422, {"search_term_blank", "limit_invalid"}}));
    EXPECT_EQ(refused(page_of_query("")), std::nullopt);
}

TEST(validation, takes_no_body_in_a_content_coding) {
    http::request from;
    from.body = "{}";
    for (const auto& [coding, status] : {std::pair{"gzip", 415U},
                                         {"br", 415U},
                                         {"deflate, gzip", 415U},
                                         {"", 415U},
                                         {"identity", 200U},
                                         {"Identity", 200U}}) {
        from.fields = {{"Content-Type", "application/json"}, {"Content-Encoding", coding}};
        const auto members = members_of(from);
        EXPECT_EQ(members ? 200U : members.error().status, status) << coding;
    }
    EXPECT_EQ(answer_of(refusal{415, {"unsupported_media_type"}}).fields,
              (std::vector<std::pair<std::string, std::string>>{{"Accept-Encoding", "identity"}}));
}

TEST(validation, bounds_an_idempotency_key) {
    const auto key = [](std::string_view value) {
        http::request from;
        from.fields = {{"Idempotency-Key", value}};
        return idempotency_key_of(from);
    };
    EXPECT_EQ(idempotency_key_of(http::request{}).value(), std::nullopt);
    EXPECT_EQ(key("8e03978e-40d5-43dd-bc93-6894a57f9324").value(), "8e03978e-40d5-43dd-bc93-6894a57f9324");
    for (const auto& wrong :
         {std::string{}, std::string{"a b"}, std::string{"\xc3\xa9"}, std::string(256, 'a')})
        EXPECT_EQ(key(wrong).error(), (refusal{422, {"idempotency_key_invalid"}})) << wrong;
}

TEST(time, is_read_as_rfc_3339_has_it) {
    using std::chrono::microseconds;
    constexpr microseconds whole{1'796'047'716'000'000}; // 2026-11-30T14:08:36Z
    const std::vector<std::pair<std::string_view, microseconds>> table{
        {"2026-11-30T14:08:36Z", whole},
        {"2026-11-30t14:08:36z", whole},
        {"2026-11-30T15:08:36+01:00", whole},
        {"2026-11-30T08:38:36.0-05:30", whole},
        {"2026-11-30T14:08:36.153980Z", whole + microseconds{153'980}},
        {"2026-11-30T14:08:36.1Z", whole + microseconds{100'000}},
        {"2026-11-30T14:08:36.123456789Z", whole + microseconds{123'456}},
        {"2026-11-30T14:07:60Z", whole - std::chrono::seconds{36}},
        {"1969-12-31T23:59:59Z", microseconds{0}},
        {"0000-01-01T00:00:00+23:59", microseconds{0}}};
    for (const auto& [text, time] : table)
        EXPECT_EQ(time_of(text), time) << text;
    for (const auto* wrong :
         {"", "x", "2026-11-30", "2026-11-30 14:08:36Z", "2026-11-30T14:08:36", "2026-13-30T14:08:36Z",
          "2026-02-29T14:08:36Z", "2026-11-30T24:08:36Z", "2026-11-30T14:60:36Z", "2026-11-30T14:08:61Z",
          "2026-11-30T14:08:36.Z", "2026-11-30T14:08:36+1:00", "2026-11-30T14:08:36+24:00",
          "2026-11-30T14:08:36Z ", " 2026-11-30T14:08:36Z", "+2026-11-30T14:08:36Z"})
        EXPECT_EQ(time_of(wrong), std::nullopt) << wrong;
}

} // namespace
} // namespace cruddur::app
