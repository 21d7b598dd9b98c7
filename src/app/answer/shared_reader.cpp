#include "app/answer/shared_reader.hpp"

#include "postgres/array_text.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::app::answer {

namespace asio = boost::asio;

namespace {

// Where posts come in all the time each reading of the feed is a list of its own, with few callers each.
constexpr std::size_t waiting_max = 32;

// The rows whose first column says this, without it.
postgres::rows part_of(const postgres::rows& all, std::int64_t place) {
    std::size_t first = 0;
    while (first < all.size() && all.int64(first, 0) != place)
        ++first;
    std::size_t end = first;
    while (end < all.size() && all.int64(end, 0) == place)
        ++end;
    return all.part(first, end - first, 1);
}

} // namespace

struct shared_reader::turn {
    const shared_statement* what = nullptr;
    std::vector<std::optional<std::string>> others;
    postgres::array_text callers;
    postgres::array_text subjects;
    std::size_t size = 0;
    std::optional<postgres::result<postgres::rows>> outcome;
};

shared_reader::shared_reader(const resources& with, std::size_t at_once)
    : with_{with}
    , turns_{at_once, waiting_max,
             [this](std::shared_ptr<turn> one, auto since) { return run(std::move(one), since); }} {}

asio::awaitable<postgres::result<postgres::rows>>
shared_reader::read(const shared_statement& what, std::optional<std::string_view> caller,
                    std::span<const postgres::parameter> others, std::string_view subject) {
    const auto one = turns_.waiting_or_new([&](const turn& each) {
        return each.what == &what && each.size < what.callers_max && std::ranges::equal(each.others, others);
    });
    if (!one) co_return with_.turned_away();
    if (one->size == 0) {
        one->what = &what;
        one->others.assign(others.begin(), others.end());
    }
    one->callers.add(caller.value_or(""));
    if (what.has_subjects) one->subjects.add(subject);
    const auto place = static_cast<std::int64_t>(++one->size);
    co_await turns_.join(one);
    if (!one->outcome) co_return postgres::error{.kind = postgres::failure::lost, .message = "not asked"};
    if (!*one->outcome) co_return one->outcome->error();
    co_return part_of(**one->outcome, place);
}

asio::awaitable<void> shared_reader::run(std::shared_ptr<turn> one,
                                         std::chrono::steady_clock::time_point since) const {
    std::vector<postgres::parameter> parameters{one->callers.close()};
    if (one->what->has_subjects) parameters.emplace_back(one->subjects.close());
    parameters.insert(parameters.end(), one->others.begin(), one->others.end());
    const auto& statement = one->size < one->what->many_callers ? one->what->few : one->what->many;
    one->outcome = co_await with_.database.query(statement, parameters, with_.options(since));
}

} // namespace cruddur::app::answer
