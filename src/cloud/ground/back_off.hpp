#pragma once

#include <algorithm>
#include <chrono>

namespace cruddur::cloud::ground {

// When what failed is tried again: after a pause that doubles with each failure, up to a limit, for as long
// as it takes.
class back_off {
public:
    using clock = std::chrono::steady_clock;

    explicit back_off(std::chrono::milliseconds first = std::chrono::milliseconds(250),
                      std::chrono::milliseconds longest = std::chrono::seconds(30))
        : first_{first}
        , longest_{longest} {}

    void failed(clock::time_point now) {
        pause_ = failures_++ == 0 ? first_ : std::min(pause_ * 2, longest_);
        next_ = now + pause_;
    }
    // Somebody asks for it: it is tried at once, and its pauses go on from where they were.
    void hurry() { next_ = {}; }

    [[nodiscard]] bool is_due(clock::time_point now) const { return now >= next_; }
    [[nodiscard]] clock::time_point next() const { return next_; }
    [[nodiscard]] int failures() const { return failures_; }

private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds longest_;
    std::chrono::milliseconds pause_{0};
    int failures_ = 0;
    clock::time_point next_{};
};

} // namespace cruddur::cloud::ground
