#include "postgres/pace.hpp"

#include <algorithm>

namespace cruddur::postgres {

namespace {

// Of so many answers the mean is taken, the older counting less.
constexpr std::size_t memory = 16;

} // namespace

void pace::answered(std::size_t answers, bool more, clock::time_point now) {
    if (since_ != clock::time_point{}) {
        const auto count = static_cast<clock::rep>(std::clamp<std::size_t>(answers, 1, memory));
        const auto took = (now - since_) / static_cast<clock::rep>(std::max<std::size_t>(answers, 1));
        each_ += each_ == clock::duration{} ? took : (took - each_) * count / static_cast<clock::rep>(memory);
    }
    since_ = more ? now : clock::time_point{};
}

void pace::waits(clock::time_point now) {
    if (since_ == clock::time_point{}) since_ = now;
}

void pace::rests() {
    since_ = {};
    each_ = {};
}

} // namespace cruddur::postgres
