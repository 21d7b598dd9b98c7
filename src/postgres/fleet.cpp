#include "postgres/fleet.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>

namespace cruddur::postgres {

namespace asio = boost::asio;

namespace {

// Beyond its statement_timeout the server answers with an error; this much later it will not answer at all.
constexpr std::chrono::milliseconds silence_grace{2'000};

} // namespace

fleet::fleet(asio::any_io_executor executor, connection_url url, fleet_params params)
    : executor_(std::move(executor))
    , url_(std::move(url))
    , params_(std::move(params))
    , timer_(executor_)
    , ready_(executor_, clock::time_point::max())
    , backoff_(params_.backoff_min, params_.backoff_max) {}

void fleet::adjust() {
    if (closed_) return;
    const clock::time_point now = clock::now();
    if (now < try_again_at_) return wake_by(try_again_at_);
    connection_counts have;
    have.open = connections_.size();
    have.connecting = attempts_.size();
    have.demand = demand();
    have.failing = backoff_.failing();
    for (const auto& one : connections_) {
        if (one->retiring) ++have.retiring;
        if (!one->retiring && idle(*one)) ++have.idle;
    }
    for (std::size_t more = connections_to_open(have, params_.limits); more > 0; --more)
        begin_attempt();
}

void fleet::begin_attempt() {
    // The attempt may outlive us: it holds what it can be cancelled by.
    const auto signal = std::make_shared<asio::cancellation_signal>();
    attempts_.push_back(signal);
    asio::co_spawn(executor_, connect(executor_, url_, params_.connecting),
                   asio::bind_cancellation_slot(
                       signal->slot(), [weak = weak_from_this(), signal, began = clock::now()](
                                           std::exception_ptr thrown, result<connection_ptr> made) {
                           const auto self = weak.lock();
                           if (!self) return;
                           self->attempts_.remove(signal);
                           if (thrown)
                               made = error{.kind = failure::connect,
                                            .message = "out of memory while connecting"};
                           self->finish_attempt(std::move(made), began);
                       }));
}

void fleet::finish_attempt(result<connection_ptr> made, clock::time_point began) {
    if (closed_) return;
    if (made.has_error()) {
        ++connect_failures_total_;
        if (!last_failure_) failing_since_ = began;
        last_failure_ = made.error();
        const auto now = clock::now();
        try_again_at_ = now + backoff_.failed(chance());
        if (const auto known = failing_since_ + params_.outage_grace; known > now) wake_by(known);
        return wake_by(try_again_at_);
    }
    ++connects_total_;
    backoff_.succeeded();
    last_failure_.reset();
    try_again_at_ = clock::time_point::min();
    const auto fresh = std::make_shared<connection>(executor_, std::move(*made), *this);
    fresh->retires_at = clock::now() + jittered(params_.lifetime, chance());
    fresh->start();
    connections_.push_back(fresh);
    wake_by(fresh->retires_at);
    ready_.cancel();
    opened(*fresh);
    adjust();
}

void fleet::remove(connection& which) {
    std::erase_if(connections_, [&](const auto& one) { return one.get() == &which; });
}

void fleet::died(connection& which, const error& why, std::vector<request_ptr> unanswered) {
    const auto self = shared_from_this();
    const auto keep = which.shared_from_this();
    remove(which);
    if (closed_) return;
    lost(which, why, std::move(unanswered));
    adjust();
}

void fleet::judge_all(clock::time_point now) {
    const auto statement_timeout = params_.connecting.statement_timeout;
    const auto silence_max =
        statement_timeout.count() > 0 ? statement_timeout + silence_grace : statement_timeout;
    const bool younger =
        std::ranges::any_of(connections_, [&](const auto& one) { return now < one->retires_at; });
    const bool full = connections_.size() >= params_.limits.max;
    const connection_list all = connections_;
    for (const auto& one : all) {
        const connection_facts facts{!idle(*one), one->in_flight() > 0, one->retires_at, one->last_heard()};
        switch (judge(facts, !younger && !full && params_.limits.min > 0, now, silence_max)) {
        case fate::keep:
            break;
        case fate::retire:
            one->retiring = true;
            break;
        case fate::close:
            one->close();
            remove(*one);
            break;
        case fate::lost:
            one->give_up({.kind = failure::lost, .message = "the server has been silent for too long"});
            break;
        }
        if (one->retiring) {
            wake_by(now + std::chrono::seconds{1});
        } else if (one->in_flight() > 0 && silence_max.count() > 0) {
            wake_by(one->last_heard() + silence_max);
        } else if (now < one->retires_at) {
            wake_by(one->retires_at);
        }
    }
}

void fleet::wake_by(clock::time_point when) {
    if (when >= wakes_at_ || closed_) return;
    wakes_at_ = when;
    timer_.expires_at(when);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
        const auto self = weak.lock();
        if (!cancelled && self && !self->closed_) self->tick();
    });
}

void fleet::tick() {
    const clock::time_point now = clock::now();
    wakes_at_ = clock::time_point::max();
    wake_by(expire(now));
    if (closed_) return;
    judge_all(now);
    adjust();
}

const error* fleet::outage() const {
    if (!connections_.empty() || !last_failure_) return nullptr;
    return clock::now() >= failing_since_ + params_.outage_grace ? &*last_failure_ : nullptr;
}

error fleet::out_of_time(std::string what, bool sent) const {
    error out{.kind = failure::timeout, .message = std::move(what), .sent = sent};
    if (!sent && connections_.empty() && last_failure_) out = *last_failure_;
    return out;
}

asio::awaitable<result<void>> fleet::wait_until_ready(std::chrono::milliseconds timeout) {
    const auto self = shared_from_this();
    const clock::time_point deadline = clock::now() + timeout;
    asio::steady_timer over(executor_, deadline);
    over.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
        if (const auto alive = weak.lock(); alive && !cancelled) alive->ready_.cancel();
    });
    adjust();
    while (connections_.empty() && !closed_ && clock::now() < deadline) {
        const auto woken = co_await ready_.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(woken);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) break;
    }
    if (!connections_.empty()) co_return result<void>{};
    co_return out_of_time("no connection was ready in time", false);
}

void fleet::close_all() {
    closed_ = true;
    const auto attempts = attempts_;
    for (const auto& attempt : attempts)
        attempt->emit(asio::cancellation_type::terminal);
    for (const auto& one : connections_)
        one->close();
    connections_.clear();
    timer_.cancel();
    ready_.cancel();
}

} // namespace cruddur::postgres
