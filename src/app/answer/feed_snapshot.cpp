#include "app/answer/feed_snapshot.hpp"

#include <algorithm>

namespace cruddur::app::answer {

void feed_snapshot::hears(bool others) noexcept {
    // Deaf first, then the generation; and the generation first, then hearing: nothing made while deaf is
    // ever served.
    if (!others) hears_.store(false, std::memory_order_release);
    invalidate();
    if (others) hears_.store(true, std::memory_order_release);
}

feed_snapshot::page feed_snapshot::current(clock::time_point now) const noexcept {
    const auto kept = entry_.load(std::memory_order_acquire);
    if (!kept || kept->generation != generation() || now >= kept->until || !hears()) return nullptr;
    return kept->made;
}

bool feed_snapshot::install(std::uint64_t generation, page made, clock::time_point now,
                            clock::time_point until) {
    const std::lock_guard lock{writing_};
    until = std::min(until, now + age_max);
    if (!hears() || generation != this->generation() || now >= until) return false;
    entry_.store(std::make_shared<const entry>(entry{std::move(made), generation, until}),
                 std::memory_order_release);
    return true;
}

void feed_snapshot::replace(const page& plain, page encoded) {
    const std::lock_guard lock{writing_};
    const auto kept = entry_.load(std::memory_order_acquire);
    if (!kept || kept->made != plain) return;
    entry_.store(std::make_shared<const entry>(entry{std::move(encoded), kept->generation, kept->until}),
                 std::memory_order_release);
}

} // namespace cruddur::app::answer
