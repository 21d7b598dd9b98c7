#include "app/answer/marks.hpp"

#include "app/answer/shared_reader.hpp"
#include "db/queries.hpp"

#include <array>

namespace cruddur::app::answer {

namespace asio = boost::asio;

namespace {

// For few callers each of them is looked up; for many the likes of each post are read once.
constexpr shared_statement marks{
    .few = queries::caller_marks, .many = queries::page_marks, .many_callers = 8, .callers_max = 64};

} // namespace

asio::awaitable<postgres::result<std::optional<caller_marks>>>
read_marks(const resources& with, std::string_view caller, std::string_view uuids) {
    const std::array<postgres::parameter, 1> others{uuids};
    const auto rows = co_await with.marks->read(marks, caller, others);
    if (!rows) co_return rows.error();
    if (rows->empty()) co_return std::optional<caller_marks>{};
    co_return caller_marks{rows->uuids(0, 0), rows->uuids(0, 1), rows->uuids(0, 2), *rows};
}

} // namespace cruddur::app::answer
