#pragma once

#include "app/answer/resources.hpp"
#include "app/answer/turns.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace cruddur::app::answer {

// A statement that answers many callers at once: $1 (text[]) are their cognito_user_ids, $2 (text[]) what
// each of them asks about, where that is not the same for all, and what follows is. Its first column is a
// caller's place in $1, by which its rows are in order; of who is no user it has none.
struct shared_statement {
    const postgres::statement& few;
    const postgres::statement& many; // the same answers, for less of PostgreSQL's time from `many_callers` on
    std::size_t many_callers;
    std::size_t callers_max;
    bool has_subjects = false; // each asks about something else
};

// The same statement however many they are, of whom each asks about something else.
constexpr shared_statement shared_by_subjects(const postgres::statement& all) {
    return {.few = all, .many = all, .many_callers = 0, .callers_max = 16, .has_subjects = true};
}

// Callers who ask the same at the same time share one statement: the more who wait meanwhile, the less each
// of them costs. Of one event loop.
class shared_reader {
public:
    // So many statements are under way at once.
    shared_reader(const resources& with, std::size_t at_once);

    // This caller's rows alone, or nobody's, without the place. `what` outlives the reader.
    boost::asio::awaitable<postgres::result<postgres::rows>> read(const shared_statement& what,
                                                                  std::optional<std::string_view> caller,
                                                                  std::span<const postgres::parameter> others,
                                                                  std::string_view subject = {});

private:
    struct turn;
    boost::asio::awaitable<void> run(std::shared_ptr<turn> one,
                                     std::chrono::steady_clock::time_point since) const;

    const resources& with_;
    turns<turn> turns_;
};

} // namespace cruddur::app::answer
