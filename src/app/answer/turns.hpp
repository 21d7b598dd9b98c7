#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace cruddur::app::answer {

// Requests that wait at the same time share one statement: a turn. So many turns run at once; whoever comes
// meanwhile waits in the next, which begins when one of those has ended, and takes all that have come. So
// what a turn reads was read after everybody in it had come, and under load a statement serves many. A turn
// is told since when the first in it has waited, so that nobody waits longer than a statement may take. Of
// one event loop. While as many wait as may, whoever fits into none of them is refused instead of added. A
// turn belongs to none of those in it: it lives when their clients go. One that would only wait for
// another that runs, as `blocks` tells, waits here instead, where more can join it. `Turn` holds what is
// asked and what came of it; where it has not been filled in, running it threw.
template<class Turn>
class turns {
public:
    using clock = std::chrono::steady_clock;
    using run = std::function<boost::asio::awaitable<void>(std::shared_ptr<Turn>, clock::time_point since)>;
    using turn = std::shared_ptr<Turn>;
    using rule = std::function<bool(const Turn& running, const Turn& waiting)>;

    turns(std::size_t at_once, std::size_t waiting_max, run how, rule blocks = {})
        : at_once_{at_once}
        , waiting_max_{waiting_max}
        , run_{std::move(how)}
        , blocks_{std::move(blocks)} {}

    // A turn that waits to begin, and that `fits`; null where there is none.
    template<class Fits>
    [[nodiscard]] turn waiting(Fits fits) const {
        const auto found =
            std::ranges::find_if(waiting_, [&](const auto& each) { return fits(*each->what); });
        return found == waiting_.end() ? nullptr : (*found)->what;
    }

    // That, or a new one, which whoever asks for it fills in and joins; null where as many wait as may.
    template<class Fits>
    [[nodiscard]] turn waiting_or_new(Fits fits) const {
        auto found = waiting(fits);
        if (found || waiting_.size() >= waiting_max_) return found;
        return std::make_shared<Turn>();
    }

    // Joins it, and returns when it is over. One that nobody has joined before is begun, or waits.
    boost::asio::awaitable<void> join(turn which) {
        auto joined = find(which);
        if (!joined) {
            const auto executor = co_await boost::asio::this_coro::executor;
            joined = std::make_shared<entry>(which, executor);
            waiting_.push_back(joined);
            begin(executor);
        }
        if (!joined->over)
            co_await joined->done.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }

private:
    struct entry {
        entry(turn of, const boost::asio::any_io_executor& executor)
            : what{std::move(of)}
            , done{executor, boost::asio::steady_timer::time_point::max()} {}

        turn what;
        clock::time_point since = clock::now();
        boost::asio::steady_timer done; // cancelled when it is
        bool over = false;
    };

    [[nodiscard]] std::shared_ptr<entry> find(const turn& which) const {
        for (const auto* list : {&waiting_, &running_})
            for (const auto& each : *list)
                if (each->what == which) return each;
        return nullptr;
    }

    [[nodiscard]] bool may_begin(const Turn& next) const {
        return !blocks_ ||
               std::ranges::none_of(running_, [&](const auto& each) { return blocks_(*each->what, next); });
    }

    void begin(const boost::asio::any_io_executor& executor) {
        while (running_.size() < at_once_) {
            const auto found =
                std::ranges::find_if(waiting_, [&](const auto& each) { return may_begin(*each->what); });
            if (found == waiting_.end()) return;
            const auto next = std::move(*found);
            waiting_.erase(found);
            running_.push_back(next);
            boost::asio::co_spawn(executor, run_(next->what, next->since),
                                  [this, next, executor](const std::exception_ptr& thrown) {
                                      if (thrown)
                                          spdlog::error("A shared statement was not run: an exception");
                                      std::erase(running_, next);
                                      next->over = true;
                                      next->done.cancel();
                                      begin(executor);
                                  });
        }
    }

    const std::size_t at_once_;
    const std::size_t waiting_max_;
    const run run_;
    const rule blocks_;
    std::vector<std::shared_ptr<entry>> waiting_; // oldest first
    std::vector<std::shared_ptr<entry>> running_;
};

} // namespace cruddur::app::answer
