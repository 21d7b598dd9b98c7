#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace cruddur::app::ground {

// What is counted: requests of an address, and of a person what they write (posts, replies and messages) and
// how they answer others (likes, reposts, follows and reports).
enum class rate_class : std::uint8_t { none, request, writing, reaction };

// So many a minute; 0 is as many as there are.
struct rate_limits {
    unsigned requests = 600;
    unsigned writings = 30;
    unsigned reactions = 120;
};

// Who has had their turns of this minute. Each of a class may take as many at once as it has in a minute, and
// gets them back one by one, evenly over it (the generic cell rate algorithm: one time a person, no window).
// A table of fixed size: where more are active at once than it holds, the one of a row who is nearest to
// having all turns back is forgotten. Of all event loops: safe on any thread.
class rate_limiter {
public:
    using clock = std::chrono::steady_clock;

    explicit rate_limiter(rate_limits limits);

    // Takes a turn of that class, if it has any, for whoever has that name. nullopt: there was one. Otherwise
    // none was taken, and there is one after so many seconds, rounded up.
    [[nodiscard]] std::optional<std::chrono::seconds> take(rate_class of, std::string_view name,
                                                           clock::time_point now = clock::now());
    [[nodiscard]] bool limits(rate_class of) const { return interval_of(of) != clock::duration::zero(); }

private:
    struct entry {
        std::uint64_t name = 0;          // a keyed hash of class and name; 0 is nobody
        clock::time_point all_back_at{}; // when all turns are there again
    };
    static constexpr std::size_t rows = 8'192;
    static constexpr std::size_t row_entries = 8; // 1 MiB in all
    static constexpr std::size_t locks = 64;
    using row = std::array<entry, row_entries>;

    [[nodiscard]] clock::duration interval_of(rate_class of) const;
    [[nodiscard]] std::uint64_t hash(rate_class of, std::string_view name) const;

    const rate_limits limits_;
    const std::uint64_t seed_; // so that nobody can choose whom they share an entry with
    std::vector<row> table_;
    std::array<std::mutex, locks> mutexes_; // each of every 64th row
};

} // namespace cruddur::app::ground
