#include "postgres/pace.hpp"

#include <algorithm>

namespace cruddur::postgres {

void pace::answered(std::size_t answers, bool more, clock::time_point now) {
    if (since_ != clock::time_point{}) {
        const auto count = static_cast<clock::rep>(std::clamp<std::size_t>(answers, 1, memory));
        const auto took = (now - since_) / static_cast<clock::rep>(std::max<std::size_t>(answers, 1));
        seen_ = std::min(seen_ + static_cast<std::size_t>(count), memory);
        each_ += (took - each_) * count / static_cast<clock::rep>(seen_);
    }
    since_ = more ? now : clock::time_point{};
}

void pace::waits(clock::time_point now) {
    if (since_ == clock::time_point{}) since_ = now;
}

void pace::rests() {
    *this = {};
}

} // namespace cruddur::postgres
