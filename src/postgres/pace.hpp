#pragma once

#include "postgres/lifecycle.hpp"

#include <cstddef>

namespace cruddur::postgres {

// How often answers come while there is always more to do: by it, a newcomer's wait is known beforehand. It
// is known from `memory` answers on that others waited for, until nothing is left to do: the first few come
// as late as one statement takes, however many run beside it. No I/O.
class pace {
public:
    // Of so many answers the mean is taken, the older counting less.
    static constexpr std::size_t memory = 16;

    // So many answers have come at once. `more`: statements wait that no connection had a place for.
    void answered(std::size_t answers, bool more, clock::time_point now);
    // Statements begin to wait.
    void waits(clock::time_point now);
    // Nothing is asked or under way.
    void rests();

    // Nobody waits, nor has since the last rest.
    [[nodiscard]] bool resting() const { return since_ == clock::time_point{} && seen_ == 0; }
    [[nodiscard]] bool known() const { return seen_ >= memory; }
    // When a statement begins that has so many before it; zero while the pace is unknown.
    [[nodiscard]] clock::duration wait_behind(std::size_t before) const {
        return known() ? each_ * static_cast<clock::rep>(before) : clock::duration{};
    }

private:
    clock::time_point since_{}; // the last answer, or when it began to be waited for; zero when none is
    clock::duration each_{};
    std::size_t seen_ = 0; // at most `memory`
};

} // namespace cruddur::postgres
