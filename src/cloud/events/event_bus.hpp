#pragma once

#include "cloud/events/event_pattern.hpp"
#include "cloud/events/rule_records.hpp"
#include "cloud/ground/attempts.hpp"
#include "cloud/ground/owed_writes.hpp"
#include "cloud/lambda/invoker.hpp"
#include "cloud/trail/call_event.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace boost::json {
class object;
}

namespace cruddur::cloud::events {

// The default bus of each region: hears of calls, of what happens to DB instances and of events that are put,
// and sends what a rule matches to its targets: a function, which its policy must let EventBridge invoke, or
// a log group. A part of the environment; on the loop's thread.
class event_bus {
public:
    // Of invocations under way; an event that is beyond them is lost, which is logged.
    static constexpr std::size_t invocations_max = 200;

    event_bus(boost::asio::any_io_executor loop, ground::state& db, lambda::invoker& functions);

    void start();
    void stop();

    // What rules there are has changed. Throws state_error.
    void read_rules();
    // Calls that are over.
    void hear(std::vector<trail::told_event>& calls);
    // An event, whole, and whether a call that only reads is what it tells of.
    void put(const std::string& region, const boost::json::object& event, bool only_reads = false);

private:
    struct active_rule {
        rule is;
        event_pattern pattern;
        std::vector<target> targets;
    };

    void arm();
    void hear_instances();
    void send(const rule& by, const target& to, const boost::json::object& event);
    void invoke(const rule& by, const target& to, std::string payload);
    void log(const rule& by, const target& to, const std::string& text);

    boost::asio::any_io_executor loop_;
    ground::state& db_;
    lambda::invoker& functions_;
    std::map<std::string, std::vector<active_rule>, std::less<>> rules_; // by region
    std::shared_ptr<std::size_t> invocations_ = std::make_shared<std::size_t>(0);
    ground::owed_writes owed_;
    std::int64_t position_ = 0; // of DB instances' events
    boost::asio::steady_timer timer_;
    ground::attempts attempts_;
    bool stopped_ = false;
};

// An event as every target gets it, without its detail.
[[nodiscard]] boost::json::object event_frame(const std::string& region, const std::string& source,
                                              const std::string& detail_type, std::int64_t at_ms);

} // namespace cruddur::cloud::events
