#include "postgres/listener.hpp"

#include "postgres/fleet.hpp"

#include <algorithm>

namespace cruddur::postgres {

namespace asio = boost::asio;

// A fleet of one connection that never retires.
class listener::implementation final : public fleet {
public:
    implementation(asio::any_io_executor executor, connection_url url, listener_params params,
                   listener_events events)
        : fleet(std::move(executor), std::move(url),
                {.limits = {1, 1, 1},
                 .connecting = {params.connect_timeout, params.probe_timeout, params.application_name},
                 .lifetime = std::chrono::hours{24 * 365},
                 .backoff_min = params.backoff_min,
                 .backoff_max = params.backoff_max})
        , params_(std::move(params))
        , events_(std::move(events)) {}

    [[nodiscard]] bool listening() const { return listening_; }
    [[nodiscard]] std::string trouble() const {
        if (listening_) return "";
        return last_failure() != nullptr ? last_failure()->describe() : lost_;
    }
    void shut_down() {
        listening_ = false;
        close_all();
    }

private:
    [[nodiscard]] std::size_t demand() const override { return 1; }
    [[nodiscard]] bool idle(const connection&) const override { return false; }
    void opened(connection& fresh) override;
    clock::time_point expire(clock::time_point now) override;
    void answered(connection& on, std::vector<answer>& answers) override;
    void lost(connection& which, const error& why, std::vector<request_ptr> unanswered) override;
    void notified(std::string_view channel, std::string_view payload, int backend_pid) override {
        if (events_.notified) events_.notified({channel, payload, backend_pid});
    }

    // False when the connection is dead, of which lost() tells.
    bool ask(connection& whom, std::string sql);

    listener_params params_;
    listener_events events_;
    bool listening_ = false;
    std::string lost_;                                       // why the last connection ended
    clock::time_point probe_at_ = clock::time_point::max();  // while no answer is due
    clock::time_point answer_by_ = clock::time_point::max(); // while one is
};

bool listener::implementation::ask(connection& whom, std::string sql) {
    auto made = std::make_unique<request>();
    made->sql = std::move(sql);
    return whom.send(made, clock::now());
}

void listener::implementation::opened(connection& fresh) {
    for (const std::string& channel : params_.channels)
        if (!ask(fresh, "listen " + fresh.quoted_identifier(channel))) return;
    if (params_.channels.empty()) static_cast<void>(ask(fresh, "select 1"));
    answer_by_ = clock::now() + params_.probe_timeout;
    wake_by(answer_by_);
}

clock::time_point listener::implementation::expire(clock::time_point now) {
    if (connections().empty()) return clock::time_point::max();
    connection& only = *connections().front();
    if (!only.open()) return clock::time_point::max();
    if (now >= answer_by_) {
        only.give_up({.kind = failure::lost, .message = "the server did not answer the listener's probe"});
        return clock::time_point::max();
    }
    if (now >= probe_at_) {
        probe_at_ = clock::time_point::max();
        answer_by_ = now + params_.probe_timeout;
        static_cast<void>(ask(only, "select 1"));
    }
    return std::min(probe_at_, answer_by_);
}

void listener::implementation::answered(connection& on, std::vector<answer>& answers) {
    for (const answer& each : answers)
        if (each.outcome.has_error()) return on.give_up(each.outcome.error());
    if (on.in_flight() > 0 || !on.open()) return;
    answer_by_ = clock::time_point::max();
    probe_at_ = clock::now() + params_.probe_interval;
    wake_by(probe_at_);
    if (listening_) return;
    listening_ = true;
    if (events_.connected) events_.connected();
}

void listener::implementation::lost(connection&, const error& why, std::vector<request_ptr>) {
    lost_ = why.describe();
    probe_at_ = answer_by_ = clock::time_point::max();
    if (!listening_) return;
    listening_ = false;
    if (events_.disconnected) events_.disconnected();
}

listener::listener(asio::any_io_executor executor, connection_url url, listener_params params,
                   listener_events events)
    : implementation_(std::make_shared<implementation>(std::move(executor), std::move(url), std::move(params),
                                                       std::move(events))) {}

listener::listener(listener&&) noexcept = default;

listener& listener::operator=(listener&& other) noexcept {
    if (implementation_ && implementation_ != other.implementation_) implementation_->shut_down();
    implementation_ = std::move(other.implementation_);
    return *this;
}

listener::~listener() {
    if (implementation_) implementation_->shut_down();
}

void listener::start() {
    implementation_->adjust();
}

void listener::stop() {
    implementation_->shut_down();
}

std::string listener::trouble() const {
    return implementation_->trouble();
}

bool listener::listening() const {
    return implementation_->listening();
}

} // namespace cruddur::postgres
