#include "app/answer/mark_reader.hpp"

#include "db/queries.hpp"
#include "postgres/array_text.hpp"

#include <array>
#include <vector>

namespace cruddur::app::answer {

namespace asio = boost::asio;

namespace {

constexpr std::size_t marks_at_once = 1; // the more who wait meanwhile, the less each costs
constexpr std::size_t callers_max = 64;
// Where posts come in all the time each reading of the feed is a list of its own, with few callers each.
constexpr std::size_t marks_waiting_max = 32;
// From so many callers on page_marks takes less of PostgreSQL's time than caller_marks, whose cost is theirs.
constexpr std::size_t many_callers = 8;

caller_marks marks_at(const postgres::rows& from, std::size_t row) {
    return {from.uuids(row, 1), from.uuids(row, 2), from.uuids(row, 3), from};
}

} // namespace

struct mark_reader::turn {
    std::shared_ptr<const void> of;
    std::string_view uuids;
    postgres::array_text callers;
    std::size_t size = 0;
    std::optional<postgres::result<postgres::rows>> outcome;
};

mark_reader::mark_reader(const resources& with)
    : with_{with}
    , turns_{marks_at_once, marks_waiting_max,
             [this](std::shared_ptr<turn> one, auto since) { return run(std::move(one), since); }} {}

asio::awaitable<mark_reader::marks> mark_reader::read(std::string_view caller, std::string_view uuids) const {
    postgres::array_text one;
    one.add(caller);
    const std::array<postgres::parameter, 2> parameters{one.close(), uuids};
    const auto rows = co_await with_.database.query(queries::caller_marks, parameters, with_.options());
    if (!rows) co_return rows.error();
    if (rows->empty()) co_return std::optional<caller_marks>{};
    co_return marks_at(*rows, 0);
}

asio::awaitable<mark_reader::marks>
mark_reader::read_shared(std::string_view caller, std::shared_ptr<const void> of, std::string_view uuids) {
    const auto one = turns_.waiting_or_new(
        [&](const turn& each) { return each.uuids == uuids && each.size < callers_max; });
    if (!one) co_return with_.turned_away();
    one->of = std::move(of);
    one->uuids = uuids;
    one->callers.add(caller);
    const auto place = static_cast<std::int64_t>(++one->size);
    co_await turns_.join(one);
    if (!one->outcome) co_return postgres::error{.kind = postgres::failure::lost, .message = "not asked"};
    if (!*one->outcome) co_return one->outcome->error();
    const postgres::rows& rows = **one->outcome;
    for (std::size_t row = 0; row < rows.size(); ++row)
        if (rows.int64(row, 0) == place) co_return marks_at(rows, row);
    co_return std::optional<caller_marks>{};
}

asio::awaitable<void> mark_reader::run(std::shared_ptr<turn> one,
                                       std::chrono::steady_clock::time_point since) const {
    const std::array<postgres::parameter, 2> parameters{one->callers.close(), one->uuids};
    const auto& statement = one->size < many_callers ? queries::caller_marks : queries::page_marks;
    one->outcome = co_await with_.database.query(statement, parameters, with_.options(since));
}

} // namespace cruddur::app::answer
