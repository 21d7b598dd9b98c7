#pragma once

#include "app/answer/answer.hpp"
#include "http/message.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace cruddur::app::answer {

// The beginning of the home feed as the database gave it and as it is sent. Immutable.
struct feed_page {
    activity_page newest;    // rows of `newest.limit` posts, and one more where there are more
    std::string uuids;       // of the first page, as the text of a uuid[]
    http::rendered finished; // the first page as anybody sees it
};

// The beginning of the home feed, shared by all loops of the program, and thrown away by every commit that
// changes which posts the feed has: our own before its writer is answered, others' when the listener hears of
// them. What only moves a post's counts is seen within age_max. A page belongs to the generation that was
// current before its statement was sent, and is served while that generation still is: a page that may lack
// an acknowledged post is never served to a request that came after the acknowledgement. Holds no I/O and no
// clock of its own. Safe on any thread.
class feed_snapshot {
public:
    using clock = std::chrono::steady_clock;
    using page = std::shared_ptr<const feed_page>;
    // What bounds a page's age where no post of it expires before: counts move after this time, and were a
    // notification ever lost, so would what it told of.
    static constexpr std::chrono::milliseconds age_max{1'000};

    // Read it before the statement of a page is sent. A request may share the outcome of a statement that was
    // sent in the generation which is current when the request arrives.
    [[nodiscard]] std::uint64_t generation() const noexcept {
        return generation_.load(std::memory_order_acquire);
    }
    // Something was committed: begins a generation.
    void invalidate() noexcept { generation_.fetch_add(1, std::memory_order_acq_rel); }

    // Whether others' commits are heard of. While they are not there is no page. Both changes begin a
    // generation: what was missed meanwhile is unknown.
    void hears(bool others) noexcept;
    [[nodiscard]] bool hears() const noexcept { return hears_.load(std::memory_order_acquire); }

    // The page to serve now, or null.
    [[nodiscard]] page current(clock::time_point now) const noexcept;
    // Keeps a page whose statement was sent in that generation, no longer than `until` and age_max after
    // `now`. False when it is out of date already: then it answers only who waited for it.
    bool install(std::uint64_t generation, page made, clock::time_point now, clock::time_point until);
    // Puts the same page with more encodings in place of `plain`, if that is still the page.
    void replace(const page& plain, page encoded);

private:
    struct entry {
        page made;
        std::uint64_t generation;
        clock::time_point until;
    };
    std::atomic<std::uint64_t> generation_{1};
    std::atomic<bool> hears_{false};
    std::atomic<std::shared_ptr<const entry>> entry_;
    std::mutex writing_; // between install and replace; readers never take it
};

} // namespace cruddur::app::answer
