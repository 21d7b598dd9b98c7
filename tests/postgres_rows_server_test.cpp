#include "postgres/array_text.hpp"
#include "postgres/client.hpp"
#include "support/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <functional>
#include <vector>

namespace cruddur::postgres {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class binary_rows : public testing::Test {
protected:
    // What a statement returns in binary.
    rows query(const statement& what, const std::vector<parameter>& parameters = {}) {
        asio::io_context loop{1};
        client on{loop.get_executor(), connection_url::parse(database_.url()).value(), {}};
        rows came;
        const auto ask = [&]() -> asio::awaitable<void> {
            query_options options;
            options.format = value_format::binary;
            auto outcome = co_await on.query(what, parameters, options);
            came = outcome.value();
            co_await on.stop(1s);
        };
        asio::co_spawn(loop, ask(), [](const std::exception_ptr& failed) {
            if (failed) std::rethrow_exception(failed);
        });
        loop.run_for(60s);
        return came;
    }

    const test::database database_{test::database::content::empty};
};

TEST_F(binary_rows, tell_every_type_as_the_server_has_it) {
    constexpr statement one{"one", "select true, false, -7::int4, 9007199254740993::int8, 'é\" \\'::text, "
                                   "'5eed0000-0000-4000-8000-0000000001ff'::uuid, null::uuid"};
    const rows came = query(one);
    EXPECT_TRUE(came.boolean(0, 0));
    EXPECT_FALSE(came.boolean(0, 1));
    EXPECT_EQ(came.int32(0, 2), -7);
    EXPECT_EQ(came.int64(0, 3), 9'007'199'254'740'993);
    EXPECT_EQ(came.text(0, 4), "é\" \\");
    EXPECT_EQ(came.uuid(0, 5), std::string_view("\x5e\xed\0\0\0\0\x40\0\x80\0\0\0\0\0\x01\xff", 16));
    EXPECT_FALSE(came.is_null(0, 5));
    EXPECT_TRUE(came.is_null(0, 6));
}

TEST_F(binary_rows, tell_times_since_1970_and_infinity_as_the_ends_of_time) {
    constexpr statement times{"times",
                              "select timestamptz '2026-11-30 14:08:36.15398+00', timestamptz 'epoch', "
                              "timestamptz '1969-12-31 23:59:59.999999+00', timestamptz 'infinity', "
                              "timestamptz '-infinity', timestamptz '200000-01-01+00'"};
    const rows came = query(times);
    EXPECT_EQ(came.time(0, 0), std::chrono::microseconds{1'796'047'716'153'980});
    EXPECT_EQ(came.time(0, 1), 0us);
    EXPECT_EQ(came.time(0, 2), -1us);
    EXPECT_EQ(came.time(0, 3), std::chrono::microseconds::max());
    EXPECT_EQ(came.time(0, 4), std::chrono::microseconds::min());
    EXPECT_LT(came.time(0, 5), std::chrono::microseconds::max());
}

TEST_F(binary_rows, list_uuids) {
    constexpr statement lists{"lists", "select $1::uuid[], '{}'::uuid[]"};
    const std::string first(16, '\x01');
    const std::string second(16, '\xfe');
    array_text uuids;
    uuids.add_uuid(first);
    uuids.add_uuid(second);
    const rows came = query(lists, {uuids.close()});
    const uuid_list list = came.uuids(0, 0);
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0], first);
    EXPECT_EQ(list[1], second);
    EXPECT_TRUE(list.contains(second));
    EXPECT_FALSE(list.contains(std::string(16, '\x02')));
    EXPECT_EQ(came.uuids(0, 1).size(), 0U);
    EXPECT_FALSE(came.uuids(0, 1).contains(first));
}

TEST_F(binary_rows, list_texts) {
    constexpr statement lists{"lists", "select array['', 'é, \"x\"', 'z'], '{}'::text[]"};
    const rows came = query(lists);
    text_list list = came.texts(0, 0);
    EXPECT_EQ(list.next(), "");
    EXPECT_EQ(list.next(), "é, \"x\"");
    EXPECT_EQ(list.next(), "z");
    EXPECT_EQ(list.next(), std::nullopt);
    EXPECT_EQ(came.texts(0, 1).next(), std::nullopt);
}

TEST_F(binary_rows, go_out_as_arrays_of_any_text) {
    constexpr statement elements{"elements",
                                 "select each from unnest($1::text[]) with ordinality e(each, place) "
                                 "order by place"};
    const std::vector<std::string> texts{"",         "plain", "a,b",  "{x}",    R"(back\slash "quoted")",
                                         " spaces ", "null",  "NULL", "é 🚲\n\t"};
    array_text array;
    for (const std::string& each : texts)
        array.add(each);
    const rows came = query(elements, {array.close()});
    ASSERT_EQ(came.size(), texts.size());
    for (std::size_t row = 0; row < texts.size(); ++row)
        EXPECT_EQ(came.text(row, 0), texts[row]);
}

} // namespace
} // namespace cruddur::postgres
