#include "app/input/json_text.hpp"
#include "support/server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace cruddur::app {
using namespace input;
namespace {

class json_text : public testing::Test {
protected:
    [[nodiscard]] std::string query(const std::string& text) const { return database_.query(text); }

    const test::database database_{test::database::content::empty};
};

std::string written(std::string_view text) {
    std::string out;
    append_json(out, text);
    return out;
}

TEST_F(json_text, is_what_postgresql_makes_of_the_same) {
    const std::string all = query("select string_agg(chr(c), '') from generate_series(1, 70000) c "
                                  "where c not between 55296 and 57343");
    EXPECT_EQ(written(all), query("select to_json(string_agg(chr(c), '')) from generate_series(1, 70000) c "
                                  "where c not between 55296 and 57343"));
}

// What is looked at eight letters at a time is seen at every place of the eight.
TEST_F(json_text, escapes_at_every_place) {
    for (const std::string_view special : {"\"", "\\", "\n", "\x1f", "\x01"}) {
        for (std::size_t at = 0; at < 20; ++at) {
            std::string text(20, 'x');
            text.replace(at, 1, special);
            std::string wanted = "\"" + std::string(at, 'x');
            wanted += special == "\""     ? "\\\""
                      : special == "\\"   ? "\\\\"
                      : special == "\n"   ? "\\n"
                      : special == "\x1f" ? "\\u001f"
                                          : "\\u0001";
            wanted += std::string(19 - at, 'x') + "\"";
            EXPECT_EQ(written(text), wanted) << at;
        }
    }
    EXPECT_EQ(written(""), "\"\"");
    EXPECT_EQ(written("\x7f\x80\xff é ~!#["), "\"\x7f\x80\xff é ~!#[\"");
}

TEST_F(json_text, tells_times_as_postgresql_does) {
    for (const auto us : {0LL, -1LL, 1'796'047'716'153'980LL, 951'782'400'000'000LL, 4'107'542'399'999'999LL,
                          -62'135'596'800'000'000LL, 253'402'300'000'000'000LL}) {
        std::string out;
        append_time(out, std::chrono::microseconds{us});
        EXPECT_EQ(out, query("select to_char((timestamptz 'epoch' + " + std::to_string(us) +
                             " * interval '1 microsecond') at time zone 'utc', "
                             "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"));
    }
    std::string out;
    append_time(out, std::chrono::microseconds::max());
    EXPECT_EQ(out, "9999-12-31T23:59:59.999999Z") << "RFC 3339 has no later year";
}

} // namespace
} // namespace cruddur::app
