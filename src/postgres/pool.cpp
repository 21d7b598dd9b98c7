#include "postgres/pool.hpp"

#include "postgres/fleet.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>

namespace cruddur::postgres {

namespace asio = boost::asio;

class pooled_connection::lender final : public fleet {
public:
    lender(asio::any_io_executor executor, connection_url url, pool_params params)
        : fleet(std::move(executor), std::move(url), fleet_of(params))
        , waiting_max_(params.waiting_max) {}

    asio::awaitable<result<pooled_connection>> acquire(std::chrono::milliseconds timeout);
    void take_back(connection& which);
    void submit(query_handler handler, request_ptr what, connection& on);
    request_ptr make(const statement& what, std::span<const parameter> parameters,
                     const query_options& options);
    void shut_down();
    [[nodiscard]] pool_statistics statistics() const;

private:
    // Somebody in acquire(), who wakes up when the clock is stopped.
    struct waiter {
        waiter(const asio::any_io_executor& executor, clock::time_point deadline)
            : woken(executor, deadline) {}
        asio::steady_timer woken;
        std::shared_ptr<connection> given;
    };

    // From fleet.
    [[nodiscard]] std::size_t demand() const override { return waiting_.size() + lent(); }
    [[nodiscard]] bool idle(const connection& one) const override {
        return one.open() && !one.lent && one.in_flight() == 0;
    }
    void opened(connection&) override { serve_waiting(); }
    clock::time_point expire(clock::time_point now) override;
    void answered(connection& on, std::vector<answer>& answers) override;
    void lost(connection& which, const error& why, std::vector<request_ptr> unanswered) override;

    [[nodiscard]] std::size_t lent() const {
        return static_cast<std::size_t>(std::ranges::count_if(connections(), &connection::lent));
    }
    [[nodiscard]] std::shared_ptr<connection> lend();
    void serve_waiting();
    void end(connection& which);
    void abandon(request& which, connection& on);

    statement_registry statements_;
    std::deque<std::shared_ptr<waiter>> waiting_; // in the order they came
    std::size_t waiting_max_;
};

std::shared_ptr<connection> pooled_connection::lender::lend() {
    for (const auto& one : connections()) {
        if (one->retiring || !idle(*one) || !one->alive()) continue;
        one->lent = true;
        return one;
    }
    return nullptr;
}

asio::awaitable<result<pooled_connection>>
pooled_connection::lender::acquire(std::chrono::milliseconds timeout) {
    const auto self = std::static_pointer_cast<lender>(shared_from_this());
    if (closed()) co_return error{.kind = failure::lost, .message = "the pool is closed"};
    if (waiting_.empty()) {
        if (auto at_once = lend()) co_return pooled_connection{self, std::move(at_once)};
    }
    if (waiting_.size() >= waiting_max_)
        co_return error{.kind = failure::overloaded, .message = "too many wait for a connection"};
    if (const error* down = outage()) co_return *down;
    const auto mine = std::make_shared<waiter>(executor(), clock::now() + timeout);
    waiting_.push_back(mine);
    adjust();
    co_await mine->woken.async_wait(asio::as_tuple(asio::use_awaitable));
    if (mine->given) co_return pooled_connection{self, mine->given};
    std::erase(waiting_, mine);
    if (closed()) co_return error{.kind = failure::lost, .message = "the pool was closed"};
    co_return out_of_time("no connection was free in time", false);
}

void pooled_connection::lender::serve_waiting() {
    while (!waiting_.empty()) {
        auto free = lend();
        if (!free) break;
        waiting_.front()->given = std::move(free);
        waiting_.front()->woken.cancel();
        waiting_.pop_front();
    }
    if (!waiting_.empty()) adjust();
}

void pooled_connection::lender::end(connection& which) {
    const auto keep = which.shared_from_this();
    which.close();
    remove(which);
    serve_waiting();
}

void pooled_connection::lender::take_back(connection& which) {
    which.lent = false;
    if (closed() || !which.open()) return;
    // What is still unanswered, nobody waits for; and nobody should wait behind it.
    if (which.in_flight() > 0 || which.retiring) return end(which);
    if (!which.in_transaction()) return serve_waiting();
    // Free when this is answered; when it cannot be sent, lost() follows.
    auto undo = std::make_unique<request>();
    undo->sql = "rollback";
    undo->abandoned = true;
    static_cast<void>(which.send(undo, clock::now()));
}

request_ptr pooled_connection::lender::make(const statement& what, std::span<const parameter> parameters,
                                            const query_options& options) {
    auto made = std::make_unique<request>();
    if (!made->fill(statements_, what, parameters, options)) made = nullptr;
    return made;
}

void pooled_connection::lender::submit(query_handler handler, request_ptr what, connection& on) {
    if (what == nullptr) return refuse(std::move(handler), nul_in_parameter());
    const error dead{.kind = failure::lost, .message = "the connection has ended"};
    if (closed() || !on.open()) return refuse(std::move(handler), dead);
    if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) {
        slot.assign([weak = weak_from_this(), which = what.get(), on = on.weak_from_this()](auto type) {
            const auto self = std::static_pointer_cast<lender>(weak.lock());
            const auto alive = on.lock();
            const bool wanted = (type & asio::cancellation_type::terminal) != asio::cancellation_type::none;
            if (self && alive && wanted) self->abandon(*which, *alive);
        });
    }
    what->handler.emplace(std::move(handler));
    wake_by(what->deadline);
    if (!on.send(what, clock::now()) && what) refuse(take_handler(*what), dead);
}

void pooled_connection::lender::abandon(request& which, connection& on) {
    error why{.kind = failure::timeout, .message = "the caller has gone", .sent = true};
    which.abandoned = true;
    refuse(take_handler(which), why);
    on.give_up(std::move(why));
}

void pooled_connection::lender::answered(connection& on, std::vector<answer>& answers) {
    const auto self = shared_from_this(); // whom we answer may let go of the pool
    for (answer& each : answers) {
        if (!each.who->abandoned) {
            complete(take_handler(*each.who), std::move(each.outcome));
        } else if (each.outcome.has_error()) { // of a rollback
            on.give_up(each.outcome.error());
        }
    }
    if (!closed() && idle(on)) {
        if (on.retiring) return end(on);
        serve_waiting();
    }
}

void pooled_connection::lender::lost(connection&, const error& why, std::vector<request_ptr> unanswered) {
    error told = why;
    told.sent = true;
    for (request_ptr& each : unanswered)
        if (!each->abandoned) complete(take_handler(*each), told);
    serve_waiting();
}

clock::time_point pooled_connection::lender::expire(clock::time_point now) {
    auto next = clock::time_point::max();
    if (outage() != nullptr) {
        for (const auto& each : waiting_)
            each->woken.cancel(); // it finds why
    }
    std::vector<query_handler> over;
    for (const auto& one : connections()) {
        const std::size_t before = over.size();
        const auto due = one->expire(now, [&](request& each) {
            over.push_back(take_handler(each));
            each.abandoned = true;
        });
        next = std::min(next, due);
        if (over.size() > before)
            one->give_up({.kind = failure::lost, .message = "a statement before was out of time"});
    }
    for (query_handler& handler : over)
        complete(std::move(handler), out_of_time("no answer came in time", true));
    return next;
}

void pooled_connection::lender::shut_down() {
    if (closed()) return;
    std::vector<request_ptr> outstanding;
    for (const auto& one : connections()) {
        for (request_ptr& each : one->close())
            outstanding.push_back(std::move(each));
    }
    close_all();
    for (const request_ptr& each : outstanding) {
        if (each->abandoned) continue;
        refuse(take_handler(*each), {.kind = failure::lost, .message = "the pool was closed", .sent = true});
    }
    for (const auto& each : waiting_)
        each->woken.cancel();
}

pool_statistics pooled_connection::lender::statistics() const {
    return {connections().size(), lent(), waiting_.size()};
}

pooled_connection::pooled_connection(std::shared_ptr<lender> from, std::shared_ptr<connection> what)
    : lender_(std::move(from))
    , connection_(std::move(what)) {}

pooled_connection::pooled_connection(pooled_connection&&) noexcept = default;

pooled_connection& pooled_connection::operator=(pooled_connection&& other) noexcept {
    if (this == &other) return *this;
    give_back();
    lender_ = std::move(other.lender_);
    connection_ = std::move(other.connection_);
    return *this;
}

pooled_connection::~pooled_connection() {
    give_back();
}

void pooled_connection::give_back() {
    if (connection_) lender_->take_back(*connection_);
    connection_.reset();
}

asio::awaitable<result<rows>> pooled_connection::query(const statement& what,
                                                       std::span<const parameter> parameters,
                                                       query_options options) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(result<rows>)>(
        [](query_handler handler, const std::shared_ptr<lender>& self, request_ptr made,
           const std::shared_ptr<connection>& on) { self->submit(std::move(handler), std::move(made), *on); },
        asio::use_awaitable, lender_, lender_->make(what, parameters, options), connection_);
}

pool::pool(asio::any_io_executor executor, connection_url url, pool_params params)
    : lender_(std::make_shared<pooled_connection::lender>(std::move(executor), std::move(url),
                                                          std::move(params))) {
    lender_->adjust();
}

pool::pool(pool&&) noexcept = default;

pool& pool::operator=(pool&& other) noexcept {
    if (lender_ && lender_ != other.lender_) lender_->shut_down();
    lender_ = std::move(other.lender_);
    return *this;
}

pool::~pool() {
    if (lender_) lender_->shut_down();
}

asio::awaitable<result<pooled_connection>> pool::acquire(std::chrono::milliseconds timeout) {
    return lender_->acquire(timeout);
}

pool_statistics pool::statistics() const {
    return lender_->statistics();
}

} // namespace cruddur::postgres
