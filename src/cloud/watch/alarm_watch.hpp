#pragma once

#include "cloud/ground/attempts.hpp"
#include "cloud/ground/owed_writes.hpp"
#include "cloud/lambda/invoker.hpp"
#include "cloud/watch/alarm_store.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace cruddur::cloud::watch {

// Judges the alarms by their metrics: those of periods of 10 and 30 seconds every ten seconds, all others
// every minute, and a new one at once; and has their actions done, which are functions that are invoked. On
// the loop's thread alone; what fails is tried again at the next turn.
class alarm_watch {
public:
    // At once under way; of more, the newest are not done, which the alarm's history says.
    static constexpr std::size_t actions_max = 100;

    alarm_watch(const boost::asio::any_io_executor& loop, state& db, metric_store& metrics,
                lambda::invoker& functions);

    void start();
    void stop();

    // It has been made or changed, in a transaction that is committed.
    void changed(const std::string& region, const std::string& name);
    // Its state has changed from the one that it had in `before`, and that is committed: what it is to do
    // then is done.
    void act(const alarm& before, const alarm& now);

private:
    using key = std::pair<std::string, std::string>;

    void arm();
    void turn();
    void judge_by_metrics(alarm& of, std::int64_t end_s);
    void invoke(const alarm& of, std::string function, std::string event);
    void tell(const alarm& of, const std::string& action, const std::string& failed);

    boost::asio::any_io_executor loop_;
    state& db_;
    metric_store& metrics_;
    lambda::invoker& functions_;
    ground::owed_writes owed_;
    boost::asio::steady_timer timer_;
    ground::attempts attempts_;
    std::map<key, std::int64_t> judged_; // by all that was measured before that second
    bool is_new_ = true;                 // there may be one that has not been judged
    std::int64_t last_boundary_s_ = 0;
    std::int64_t next_cleaning_s_ = 0;
    std::shared_ptr<std::size_t> under_way_;
    bool stopped_ = false;
};

} // namespace cruddur::cloud::watch
