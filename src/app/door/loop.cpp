#include "app/door/loop.hpp"

#include "app/answer/batch_writer.hpp"
#include "app/answer/feed.hpp"
#include "app/answer/shared_reader.hpp"
#include "app/door/descriptors.hpp"
#include "app/door/feed_notifier.hpp"
#include "app/door/log.hpp"
#include "app/door/reaper.hpp"
#include "app/door/routes.hpp"
#include "http/caller_check.hpp"
#include "http/run_loop.hpp"
#include "http/server.hpp"
#include "postgres/listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <optional>
#include <random>
#include <thread>

namespace cruddur::app::door {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds metrics_interval{1'000};
constexpr std::chrono::milliseconds database_stop_timeout{1'000};

// Statements that callers share, under way at once: of the marks one, of longer ones as many as connections
// are kept busy.
constexpr std::size_t marks_at_once = 1;
constexpr std::size_t lists_at_once = 2;

std::string random_name() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

struct client_shares {
    postgres::client_params database;
    postgres::client_params searches;
};

// A search takes as long as its words will have it. So searches have an eighth of a loop's connections to
// themselves and a quarter of its queue, and hold up nothing else.
client_shares shares_of(const shared_state& shared) {
    const auto at_least_one = [](std::size_t of) { return std::max<std::size_t>(1, of); };
    const std::size_t connections = at_least_one(shared.params.connections_max / shared.threads);
    const std::size_t waiting = at_least_one(shared.params.queue_max / shared.threads);
    client_shares made;
    made.database.statement_timeout = shared.params.query_timeout;
    made.database.application_name = "cruddur serve";
    made.searches = made.database;
    made.searches.connections_min = 0;
    made.searches.connections_max = at_least_one(connections / 8);
    made.searches.queue_max = at_least_one(waiting / 4);
    made.database.connections_max = at_least_one(connections - made.searches.connections_max);
    made.database.queue_max = at_least_one(waiting - waiting / 4);
    return made;
}

// Each request takes a turn of its address's; programs of this machine do not, where they are known as such
// by nothing but their connection.
http::shortcut admission(ground::rate_limiter& limiter) {
    if (!limiter.limits(ground::rate_class::request)) return {};
    return [&limiter](const http::request& from) -> std::optional<http::response> {
        if (!from.forwarded && identity::is_loopback(from.peer)) return std::nullopt;
        const auto wait = limiter.take(ground::rate_class::request, identity::counted_as(from.peer));
        if (!wait) return std::nullopt;
        return answer::too_many(*wait);
    };
}

identity::client_address clients_of(const std::string& trusted_proxies) {
    try {
        return identity::client_address{trusted_proxies};
    } catch (const std::invalid_argument& wrong) {
        throw start_error{wrong.what()};
    }
}

} // namespace

shared_state::shared_state(service_params given)
    : params{std::move(given)}
    , threads{params.threads != 0 ? params.threads : std::max(1U, std::thread::hardware_concurrency())}
    , limits{http_limits_of(params, threads)}
    , node{random_name()}
    , limiter{params.rates}
    , clients{clients_of(params.trusted_proxies)} {
    metrics.add({&reaper, &notifier, &listener, &publisher});
    const token_params& tokens = params.tokens;
    if (tokens.issuer.empty()) return;
    identity::key_source_params from;
    from.jwks = tokens.jwks.empty() ? tokens.issuer + "/.well-known/jwks.json" : tokens.jwks;
    from.ca_file = tokens.ca_file;
    try {
        keys = std::make_shared<key_source>(std::move(from));
    } catch (const std::runtime_error& failed) {
        throw start_error{failed.what()};
    }
    metrics.add({&reaper, &notifier, &listener, &publisher, &keys->report()});
}

// What lives on the loop's thread, made and destroyed there. The order is that of dependence.
struct parts {
    parts(asio::io_context& on, shared_state& shared, std::uint16_t port, loop::role as)
        : database{on.get_executor(), shared.params.database, shares_of(shared).database}
        , searches{on.get_executor(), shared.params.database, shares_of(shared).searches}
        , callers{shared.keys, {shared.params.tokens.issuer, shared.params.tokens.client_id}}
        , notifier{on.get_executor(), database, shared.node, shared.notifier}
        , log{shared.params.slow, shared.params.log_requests}
        , with{.database = database,
               .searches = searches,
               .callers = callers,
               .metrics = *counted,
               .snapshot = shared.snapshot,
               .all_metrics = shared.metrics,
               .committed =
                   [this, &shared] {
                       shared.snapshot.invalidate();
                       notifier.notify();
                   },
               .page_installed = [&shared] { shared.encoder.page_installed(); },
               .limiter = &shared.limiter,
               .use_snapshot = shared.params.snapshot,
               .query_timeout = shared.params.query_timeout,
               .configuration = configuration_of(shared.params.sign_in),
               .home = &home,
               .marks = &marks,
               .lists = &lists,
               .posts = &posts,
               .reactions = &reactions,
               .follows = &follows}
        , home{with}
        , marks{with, marks_at_once}
        , lists{with, lists_at_once}
        , posts{with, with.committed}
        , reactions{with, [] {}} // which only move counts
        , follows{with, [] {}}
        , routes{make_routes(with, shared.params.page, shared.params.sign_in)}
        , server{on, server_params_of(shared, port, as), routes} {
        counted->add_routes(routes->routes());
    }

    http::server_params server_params_of(shared_state& shared, std::uint16_t port, loop::role as) {
        const service_params& from = shared.params;
        http::server_params made;
        made.host = from.host;
        made.port = port;
        made.shares_port = as == loop::role::other;
        made.both_loopbacks = true;
        made.limit = shared.limits;
        made.allowed_origins = from.allowed_origins;
        if (!shared.clients.trusts_none())
            made.client = [&shared](const http::request& asked) { return shared.clients.of(asked); };
        made.admit = admission(shared.limiter);
        made.observe = [this](const http::exchange& finished) {
            with.metrics.observe(finished);
            log.observe(finished);
        };
        return made;
    }

    std::shared_ptr<ground::loop_metrics> counted = std::make_shared<ground::loop_metrics>();
    postgres::client database;
    postgres::client searches;
    identity::authenticator callers;
    feed_notifier notifier;
    request_log log;
    resources with;
    answer::feed home;
    answer::shared_reader marks;
    answer::shared_reader lists;
    answer::batch_writer posts;
    answer::batch_writer reactions;
    answer::batch_writer follows;
    std::shared_ptr<const http::router> routes;
    http::server server;
    std::optional<http::server> metrics_server; // of the first loop, where it is asked for
    std::unique_ptr<postgres::listener> listener;
};

class loop::implementation {
public:
    implementation(shared_state& shared, role as)
        : shared_{shared}
        , role_{as} {}

    ~implementation() {
        begin_to_stop();
        wait();
    }

    std::uint16_t start(std::uint16_t port) {
        std::promise<std::uint16_t> bound;
        auto port_bound = bound.get_future();
        thread_ = std::thread{[this, port, &bound] { run(port, bound); }};
        return port_bound.get();
    }

    void begin_to_stop() {
        if (thread_.joinable() && !stopping_.exchange(true))
            asio::post(context_, [this] { asio::co_spawn(context_, stop(), asio::detached); });
    }

    void wait() {
        if (thread_.joinable()) thread_.join();
    }

private:
    void run(std::uint16_t port, std::promise<std::uint16_t>& bound) {
        try {
            parts_ = std::make_unique<parts>(context_, shared_, port, role_);
            const std::uint16_t made = parts_->server.start();
            if (role_ == role::first && shared_.params.metrics_port)
                serve_metrics(*shared_.params.metrics_port);
            shared_.metrics.add(parts_->counted);
            begin_background();
            bound.set_value(made);
        } catch (const boost::system::system_error& failed) {
            parts_.reset();
            const auto& where = shared_.params;
            bound.set_exception(std::make_exception_ptr(start_error{
                fmt::format("Cannot listen on {} port {}: {}.", where.host, port, failed.code().message())}));
            return;
        } catch (...) {
            parts_.reset();
            bound.set_exception(std::current_exception());
            return;
        }
        http::run_loop(context_, "a loop of the API");
        parts_.reset();
    }

    void serve_metrics(std::uint16_t port) {
        http::server_params params;
        params.host = shared_.params.metrics_host;
        params.port = port;
        params.limit.connections_max = 8; // scrapers are few
        params.limit.surplus_max = 2;
        params.admit = http::own_callers_only(params.host);
        parts_->metrics_server.emplace(context_, std::move(params), make_metrics_routes(shared_.metrics));
        try {
            shared_.metrics_port = parts_->metrics_server->start();
        } catch (const boost::system::system_error& failed) {
            throw start_error{fmt::format("Cannot listen on {} port {} for /metrics: {}.",
                                          shared_.params.metrics_host, port, failed.code().message())};
        }
    }

    void begin_background() {
        asio::co_spawn(context_, open_connections(), asio::detached);
        asio::co_spawn(context_,
                       ground::keep_running([this] { return publish_metrics(); }, shared_.publisher),
                       asio::detached);
        if (role_ != role::first) return;
        const auto reaping = [this] {
            return reap(parts_->database, parts_->with.metrics.reaped, shared_.reaper, {});
        };
        asio::co_spawn(context_, ground::keep_running(reaping, shared_.reaper), asio::detached);
        postgres::listener_params params;
        params.channels = {"cruddur_feed"};
        postgres::listener_events events;
        // Our own commits began a generation before their writers were answered.
        events.notified = [this](const postgres::notification& from) {
            if (from.payload != shared_.node) shared_.snapshot.invalidate();
        };
        events.connected = [this] { hear(true); };
        events.disconnected = [this] { hear(false); };
        parts_->listener = std::make_unique<postgres::listener>(
            context_.get_executor(), shared_.params.database, std::move(params), std::move(events));
        parts_->listener->start();
    }

    void hear(bool others) {
        shared_.snapshot.hears(others);
        shared_.metrics.set_listening(others);
        if (others) spdlog::info("Listening for other nodes' posts");
    }

    // It tries on by itself, and tells of nothing until it listens.
    void look_at_listener() {
        if (!parts_->listener) return;
        if (parts_->listener->listening()) return shared_.listener.succeeded();
        const std::string trouble = parts_->listener->trouble();
        if (!trouble.empty()) shared_.listener.failed(trouble);
    }

    asio::awaitable<void> open_connections() {
        const auto opened = co_await parts_->database.start(shared_.params.query_timeout);
        if (!opened && !stopping_)
            spdlog::error("The database is not reached, trying on: {}", opened.error().describe());
    }

    asio::awaitable<void> publish_metrics() {
        for (;;) {
            parts_->counted->publish(parts_->database.statistics() + parts_->searches.statistics(),
                                     parts_->server.connections());
            look_at_listener();
            shared_.publisher.succeeded();
            tick_.expires_after(metrics_interval);
            co_await tick_.async_wait(asio::use_awaitable);
        }
    }

    asio::awaitable<void> stop() {
        co_await parts_->server.stop();
        parts_->metrics_server.reset();
        if (parts_->listener) parts_->listener->stop();
        co_await parts_->searches.stop(database_stop_timeout);
        co_await parts_->database.stop(database_stop_timeout);
        context_.stop();
    }

    shared_state& shared_;
    const role role_;
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> busy_{context_.get_executor()};
    asio::steady_timer tick_{context_};
    std::unique_ptr<parts> parts_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

loop::loop(shared_state& shared, role as)
    : implementation_{std::make_unique<implementation>(shared, as)} {}
loop::~loop() = default;
std::uint16_t loop::start(std::uint16_t port) {
    return implementation_->start(port);
}
void loop::begin_to_stop() {
    implementation_->begin_to_stop();
}
void loop::wait() {
    implementation_->wait();
}

} // namespace cruddur::app::door
