#include "postgres/client.hpp"

#include "postgres/fleet.hpp"
#include "postgres/pace.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <tuple>
#include <utility>

namespace cruddur::postgres {

namespace asio = boost::asio;

namespace {

// Finished requests whose memory is kept for the next.
constexpr std::size_t spare_max = 64;
constexpr std::size_t spare_bytes_max = 4'096;

// A connection whose answers take longer than this is sent one statement more than the one it runs.
constexpr std::chrono::milliseconds quick_max{10};
constexpr std::size_t slow_in_flight_max = 2;

// Quick statements share connections: few backends that never rest answer more than many that take turns on
// the server's processors. Another connection is woken, or opened, once those that are kept busy have so many
// statements each, or take their time.
constexpr std::size_t kept_busy = 2;
constexpr std::size_t shared_by = 8;

error too_many_wait() {
    return {.kind = failure::overloaded, .message = "too many statements wait"};
}

} // namespace

// Costs of a query, when its connection is up: no timer, no allocation but the coroutine's frame and the
// result (the requests are used again), and one send; one receive takes in as many answers as have come.
class client::implementation final : public fleet {
public:
    implementation(asio::any_io_executor executor, connection_url url, client_params params)
        : fleet(std::move(executor), std::move(url), fleet_of(params))
        , params_(std::move(params)) {}

    request_ptr make(const statement& what, std::span<const parameter> parameters,
                     const query_options& options);
    void submit(query_handler handler, request_ptr what);
    void shut_down();
    asio::awaitable<void> stop(std::chrono::milliseconds timeout);
    [[nodiscard]] client_statistics statistics() const;

private:
    // From fleet.
    [[nodiscard]] std::size_t demand() const override;
    [[nodiscard]] bool idle(const connection& one) const override {
        return one.open() && one.in_flight() == 0;
    }
    void opened(connection&) override { dispatch_waiting(clock::now()); }
    clock::time_point expire(clock::time_point now) override;
    void answered(connection& on, std::vector<answer>& answers) override;
    void lost(connection& which, const error& why, std::vector<request_ptr> unanswered) override;

    [[nodiscard]] std::size_t in_flight() const;
    [[nodiscard]] bool has_room(const connection& one, clock::time_point now) const;
    [[nodiscard]] connection* next_to_use(clock::time_point now) const;
    [[nodiscard]] clock::duration wait() const;
    void shed();
    void fail_waiting(const error& why);
    void dispatch_waiting(clock::time_point now);
    void abandon(request& which);
    void recycle(request_ptr done);

    client_params params_;
    statement_registry statements_;
    std::deque<request_ptr> waiting_; // not sent, oldest first
    pace pace_;
    std::vector<request_ptr> spare_;
    bool stopping_ = false;
    std::uint64_t abandoned_total_ = 0;
    std::uint64_t overloaded_total_ = 0;
};

// nullptr: a parameter holds a NUL.
request_ptr client::implementation::make(const statement& what, std::span<const parameter> parameters,
                                         const query_options& options) {
    request_ptr made;
    if (spare_.empty()) {
        made = std::make_unique<request>();
    } else {
        made = std::move(spare_.back());
        spare_.pop_back();
    }
    if (!made->fill(statements_, what, parameters, options)) made = nullptr;
    return made;
}

void client::implementation::recycle(request_ptr done) {
    if (spare_.size() >= spare_max || done->bytes.capacity() > spare_bytes_max) return;
    done->what = nullptr;
    done->sql.clear();
    done->bytes.clear();
    done->values.clear();
    done->prepared_again = done->abandoned = done->overdue = false;
    spare_.push_back(std::move(done));
}

void client::implementation::submit(query_handler handler, request_ptr what) {
    if (what == nullptr) return refuse(std::move(handler), nul_in_parameter());
    if (stopping_ || closed()) {
        return refuse(std::move(handler), {.kind = failure::stopping, .message = "the client is stopping"});
    }
    if (const error* down = outage()) {
        recycle(std::move(what));
        return refuse(std::move(handler), *down);
    }
    if (what->deadline <= clock::now()) { // its caller has waited elsewhere: nothing is sent for nobody
        recycle(std::move(what));
        return refuse(std::move(handler), out_of_time("no time was left", false));
    }
    if (waiting_.size() >= params_.queue_max || wait() > params_.wait_max) {
        ++overloaded_total_;
        recycle(std::move(what));
        return refuse(std::move(handler), too_many_wait());
    }
    if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) {
        slot.assign([weak = weak_from_this(), which = what.get()](asio::cancellation_type type) {
            const auto self = weak.lock();
            const bool wanted = (type & asio::cancellation_type::terminal) != asio::cancellation_type::none;
            if (self && wanted) static_cast<implementation&>(*self).abandon(*which);
        });
    }
    what->handler.emplace(std::move(handler));
    wake_by(what->deadline);
    waiting_.push_back(std::move(what));
    dispatch_waiting(clock::now());
}

bool client::implementation::has_room(const connection& one, clock::time_point now) const {
    if (!one.open() || one.blocked()) return false;
    const std::size_t most = one.silence(now) > quick_max ? slow_in_flight_max : params_.in_flight_max;
    return one.in_flight() < std::min(most, params_.in_flight_max);
}

std::size_t client::implementation::demand() const {
    const auto now = clock::now();
    std::size_t wanted = 0;
    for (const auto& one : connections()) {
        const std::size_t together = one->silence(now) > quick_max ? 1 : shared_by;
        wanted += (one->in_flight() + together - 1) / together;
    }
    return waiting_.size() + std::max(wanted, std::min(in_flight(), kept_busy));
}

connection* client::implementation::next_to_use(clock::time_point now) const {
    connection* best = nullptr;
    const auto busy =
        std::ranges::count_if(connections(), [](const auto& one) { return one->in_flight() > 0; });
    const std::size_t waking = std::cmp_less(busy, kept_busy) ? 0 : shared_by;
    const auto burden = [waking](const connection& one) {
        const std::size_t behind = one.in_flight() == 0 ? waking : one.in_flight();
        return std::tuple{one.overdue > 0, one.retiring, behind};
    };
    for (const auto& one : connections()) {
        if (!has_room(*one, now)) continue;
        if (best == nullptr || burden(*one) < burden(*best)) best = one.get();
    }
    // Behind an answer that is overdue, another would be too: rather wait for a new connection.
    return best != nullptr && best->overdue > 0 ? nullptr : best;
}

void client::implementation::dispatch_waiting(clock::time_point now) {
    while (!waiting_.empty()) {
        connection* to = next_to_use(now);
        if (to == nullptr) break;
        request_ptr next = std::move(waiting_.front());
        waiting_.pop_front();
        if (!to->send(next, now)) waiting_.push_front(std::move(next));
    }
    if (!waiting_.empty() && !connections().empty()) pace_.waits(now);
    // Work behind other work wants another connection, if there may be one.
    const auto busy = [](const auto& one) { return one->in_flight() > 0; };
    if (connections().size() + connecting() < params_.connections_max &&
        std::ranges::all_of(connections(), busy))
        adjust();
}

void client::implementation::answered(connection& on, std::vector<answer>& answers) {
    const auto self = shared_from_this(); // whom we answer may let go of the client
    for (const answer& each : answers)
        if (each.who->overdue) --on.overdue;
    // A BEGIN has no place here: everybody's statements would end up within it.
    if (on.in_flight() == 0 && on.in_transaction())
        on.give_up({.kind = failure::lost, .message = "a transaction was begun on a multiplexed connection"});
    if (!waiting_.empty() || !pace_.resting()) {
        const auto now = clock::now();
        pace_.answered(answers.size(), !waiting_.empty(), now);
        shed();
        dispatch_waiting(now);
        if (demand() == 0) pace_.rests();
    }
    for (answer& each : answers) {
        if (each.who->abandoned) {
            recycle(std::move(each.who));
            continue;
        }
        query_handler handler = take_handler(*each.who);
        recycle(std::move(each.who));
        complete(std::move(handler), std::move(each.outcome));
    }
}

void client::implementation::lost(connection&, const error& why, std::vector<request_ptr> unanswered) {
    error told = why;
    told.sent = true;
    pace_.rests();
    for (request_ptr& each : unanswered) {
        if (each->abandoned) continue;
        complete(take_handler(*each), told);
    }
    if (!closed()) dispatch_waiting(clock::now());
}

// The caller has gone: an answer to come is swallowed.
void client::implementation::abandon(request& which) {
    ++abandoned_total_;
    query_handler handler = take_handler(which);
    const auto waits = std::ranges::find(waiting_, &which, &request_ptr::get);
    const bool sent = waits == waiting_.end();
    which.abandoned = true;
    if (!sent) waiting_.erase(waits);
    refuse(std::move(handler), {.kind = failure::timeout, .message = "the caller has gone", .sent = sent});
}

clock::time_point client::implementation::expire(clock::time_point now) {
    auto next = clock::time_point::max();
    std::vector<std::pair<query_handler, bool>> over; // and whether it had been sent
    std::erase_if(waiting_, [&](const request_ptr& one) {
        if (one->deadline > now) {
            next = std::min(next, one->deadline);
            return false;
        }
        over.emplace_back(take_handler(*one), false);
        return true;
    });
    // A copy, since those who are told may change what it was taken from.
    if (const error* down = outage()) fail_waiting(error{*down});
    for (const auto& one : connections()) {
        const auto due = one->expire(now, [&](request& each) {
            over.emplace_back(take_handler(each), true);
            each.abandoned = each.overdue = true;
            ++one->overdue;
        });
        next = std::min(next, due);
    }
    abandoned_total_ += over.size();
    for (auto& [handler, sent] : over) {
        const char* what = sent ? "no answer came in time" : "no connection was free in time";
        complete(std::move(handler), out_of_time(what, sent));
    }
    return next;
}

// Of a newcomer, by the pace of those before it; zero while that is unknown.
clock::duration client::implementation::wait() const {
    if (waiting_.empty() || !pace_.known()) return {};
    const auto sent = in_flight();
    const auto running = std::min(sent, connections().size());
    return pace_.wait_behind(waiting_.size() + sent - running);
}

// The last to come go first. Twice the wait, so that nobody is let in and put out as the pace varies.
void client::implementation::shed() {
    while (wait() > 2 * params_.wait_max) {
        ++overloaded_total_;
        request_ptr last = std::move(waiting_.back());
        waiting_.pop_back();
        query_handler handler = take_handler(*last);
        recycle(std::move(last));
        refuse(std::move(handler), too_many_wait());
    }
}

void client::implementation::fail_waiting(const error& why) {
    for (request_ptr& each : std::exchange(waiting_, {}))
        refuse(take_handler(*each), why);
}

std::size_t client::implementation::in_flight() const {
    std::size_t sum = 0;
    for (const auto& one : connections())
        sum += one->in_flight();
    return sum;
}

client_statistics client::implementation::statistics() const {
    client_statistics out;
    out.connections = connections().size();
    out.connecting = connecting();
    out.in_flight = in_flight();
    out.queued = waiting_.size();
    out.connects_total = connects_total_;
    out.connect_failures_total = connect_failures_total_;
    out.abandoned_total = abandoned_total_;
    out.overloaded_total = overloaded_total_;
    return out;
}

client_statistics operator+(client_statistics left, const client_statistics& right) {
    left.connections += right.connections;
    left.connecting += right.connecting;
    left.in_flight += right.in_flight;
    left.queued += right.queued;
    left.connects_total += right.connects_total;
    left.connect_failures_total += right.connect_failures_total;
    left.abandoned_total += right.abandoned_total;
    left.overloaded_total += right.overloaded_total;
    return left;
}

void client::implementation::shut_down() {
    if (closed()) return;
    stopping_ = true;
    std::vector<request_ptr> outstanding;
    for (const auto& one : connections()) {
        for (request_ptr& each : one->close())
            outstanding.push_back(std::move(each));
    }
    const std::size_t sent = outstanding.size();
    for (request_ptr& each : waiting_)
        outstanding.push_back(std::move(each));
    waiting_.clear();
    close_all();
    for (std::size_t i = 0; i < outstanding.size(); ++i) {
        if (outstanding[i]->abandoned) continue;
        refuse(take_handler(*outstanding[i]),
               {.kind = failure::lost, .message = "the client was closed", .sent = i < sent});
    }
}

asio::awaitable<void> client::implementation::stop(std::chrono::milliseconds timeout) {
    const auto self = shared_from_this();
    stopping_ = true;
    const clock::time_point deadline = clock::now() + timeout;
    asio::steady_timer pause(executor());
    while (demand() > 0 && clock::now() < deadline && !closed()) {
        pause.expires_after(std::chrono::milliseconds{5});
        const auto woken = co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(woken);
    }
    shut_down();
}

client::client(asio::any_io_executor executor, connection_url url, client_params params)
    : implementation_(
          std::make_shared<implementation>(std::move(executor), std::move(url), std::move(params))) {}

client::client(client&&) noexcept = default;

client& client::operator=(client&& other) noexcept {
    if (implementation_ && implementation_ != other.implementation_) implementation_->shut_down();
    implementation_ = std::move(other.implementation_);
    return *this;
}

client::~client() {
    if (implementation_) implementation_->shut_down();
}

asio::awaitable<result<rows>> client::query(const statement& what, std::span<const parameter> parameters,
                                            query_options options) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(result<rows>)>(
        [](query_handler handler, const std::shared_ptr<implementation>& self, request_ptr made) {
            self->submit(std::move(handler), std::move(made));
        },
        asio::use_awaitable, implementation_, implementation_->make(what, parameters, options));
}

asio::awaitable<result<std::optional<json>>>
client::query_json(const statement& what, std::span<const parameter> parameters, query_options options) {
    auto awaited = query(what, parameters, options); // copies the parameters now
    return [](asio::awaitable<result<rows>> answer) -> asio::awaitable<result<std::optional<json>>> {
        result<rows> got = co_await std::move(answer);
        if (got.has_error()) co_return got.error();
        co_return json_of(*got);
    }(std::move(awaited));
}

asio::awaitable<result<void>> client::start(std::chrono::milliseconds timeout) {
    return implementation_->wait_until_ready(timeout);
}

asio::awaitable<void> client::stop(std::chrono::milliseconds timeout) {
    return implementation_->stop(timeout);
}

client_statistics client::statistics() const {
    return implementation_->statistics();
}

} // namespace cruddur::postgres
