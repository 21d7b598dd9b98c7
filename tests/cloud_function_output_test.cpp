#include "cloud/lambda/function_output.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::cloud::lambda {

namespace {

using testing::ElementsAre;

std::string frame_of(std::string_view text) {
    std::string out{"\xa5\x5a\x00\x03", 4};
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        out += static_cast<char>(text.size() >> shift & 0xffU);
    return out.append(text);
}

// Of what is written in parts of that size.
std::vector<std::string> events_of(std::string_view written, std::size_t part_bytes) {
    std::vector<std::string> out;
    output_splitter splitter{[&](std::string event) { out.push_back(std::move(event)); }};
    for (std::size_t at = 0; at < written.size(); at += part_bytes)
        splitter.add(written.substr(at, part_bytes));
    splitter.end();
    return out;
}

TEST(function_output, makes_an_event_of_a_line_and_of_a_frame_however_they_come) {
    const std::string written =
        "one\n\n" + frame_of("two\nthree\n") + "no end" + frame_of("") + frame_of("four") + "\xa5Z\nlast";
    for (std::size_t part = 1; part <= written.size(); ++part) {
        EXPECT_THAT(events_of(written, part),
                    ElementsAre("one", "", "two\nthree\n", "no end", "four", "\xa5Z", "last"))
            << part;
    }
}

TEST(function_output, makes_several_of_what_is_longer_than_an_event_may_be) {
    constexpr std::size_t most = output_splitter::event_bytes_max;
    const std::string long_text(most + 5, 'x');
    const std::string full(most, 'x');
    const std::string written = long_text + "\n" + full + "\n" + frame_of(long_text) + "end\n";
    for (const std::size_t part : {std::size_t{1'000}, most, written.size()}) {
        EXPECT_THAT(events_of(written, part), ElementsAre(full, "xxxxx", full, full, "xxxxx", "end")) << part;
    }
}

TEST(function_output, tells_what_is_there_of_a_frame_whose_writer_has_ended) {
    const std::string whole = frame_of("one\ntwo");
    EXPECT_THAT(events_of(std::string_view{whole}.substr(0, whole.size() - 2), 3), ElementsAre("one\nt"));
}

} // namespace

} // namespace cruddur::cloud::lambda
