#pragma once

#include "postgres/connect.hpp"
#include "postgres/connection.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <list>
#include <random>

namespace cruddur::postgres {

struct fleet_params {
    connection_limits limits;
    connect_options connecting;
    std::chrono::milliseconds lifetime{30 * 60'000};
    std::chrono::milliseconds backoff_min{50};
    std::chrono::milliseconds backoff_max{500};
    std::chrono::milliseconds outage_grace{1'000};
};

// Of a client's parameters, what concerns their connections.
template<class Params>
[[nodiscard]] fleet_params fleet_of(const Params& params) {
    return {.limits = {params.connections_min, params.connections_max, params.connecting_max},
            .connecting = {.connect_timeout = params.connect_timeout,
                           .statement_timeout = params.statement_timeout,
                           .application_name = params.application_name,
                           .just_in_time = false},
            .lifetime = params.lifetime,
            .backoff_min = params.backoff_min,
            .backoff_max = params.backoff_max,
            .outage_grace = params.outage_grace};
}

// The connections of one client: opens as many as are wanted, with back-off, retires the old, gives
// up those that hang, and replaces what died. One timer serves them all. What runs on them is the business of
// who derives.
class fleet : public connection_owner, public std::enable_shared_from_this<fleet> {
public:
    fleet(boost::asio::any_io_executor executor, connection_url url, fleet_params params);
    virtual ~fleet() = default;

    // Opens and closes what the decisions of lifecycle.hpp say. To be called when the demand has changed.
    void adjust();
    // Completes when a connection is ready, or with the last failure when the time is over.
    boost::asio::awaitable<result<void>> wait_until_ready(std::chrono::milliseconds timeout);
    // Closes everything, at once and silently. Nothing is opened any more.
    void close_all();

    [[nodiscard]] const boost::asio::any_io_executor& executor() const { return executor_; }
    [[nodiscard]] bool closed() const { return closed_; }

protected:
    using connection_list = std::vector<std::shared_ptr<connection>>;

    // What wants a connection now, in use or waiting.
    [[nodiscard]] virtual std::size_t demand() const = 0;
    // Whether a connection could take something new at once, doing nothing now.
    [[nodiscard]] virtual bool idle(const connection& one) const = 0;
    virtual void opened(connection& fresh) = 0;
    // Fails what is over its time; returns when to look again.
    virtual clock::time_point expire(clock::time_point now) = 0;
    virtual void lost(connection& which, const error& why, std::vector<request_ptr> unanswered) = 0;

    // Makes sure that expire() is called by then.
    void wake_by(clock::time_point when);
    // Why nothing can be had, and nothing waited for: none is open, and for outage_grace none could be
    // opened. Null while that is not so.
    [[nodiscard]] const error* outage() const;
    // Why the last connect failed; null since one succeeded.
    [[nodiscard]] const error* last_failure() const { return last_failure_ ? &*last_failure_ : nullptr; }
    // A statement's failure when no connection could be had: the reason, if one is known.
    [[nodiscard]] error out_of_time(std::string what, bool sent) const;
    [[nodiscard]] const connection_list& connections() const { return connections_; }
    [[nodiscard]] std::size_t connecting() const { return attempts_.size(); }
    void remove(connection& which);

    std::uint64_t connects_total_ = 0;
    std::uint64_t connect_failures_total_ = 0;

private:
    void died(connection& which, const error& why, std::vector<request_ptr> unanswered) final;
    void begin_attempt();
    void finish_attempt(result<connection_ptr> opened, clock::time_point began);
    void judge_all(clock::time_point now);
    void tick();
    double chance() { return std::uniform_real_distribution<>{}(random_); }

    boost::asio::any_io_executor executor_;
    connection_url url_;
    fleet_params params_;
    connection_list connections_;
    std::list<std::shared_ptr<boost::asio::cancellation_signal>> attempts_; // of connects under way
    boost::asio::steady_timer timer_;
    clock::time_point wakes_at_ = clock::time_point::max();
    boost::asio::steady_timer ready_; // cancelled when a connection is
    backoff backoff_;
    clock::time_point try_again_at_ = clock::time_point::min();
    std::optional<error> last_failure_; // since the last success
    clock::time_point failing_since_;   // where there is one
    std::mt19937 random_{std::random_device{}()};
    bool closed_ = false;
};

} // namespace cruddur::postgres
