#include "postgres/connect.hpp"

#include "postgres/lifecycle.hpp"
#include "postgres/password_source.hpp"
#include "postgres/socket_watch.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <vector>

namespace cruddur::postgres {
namespace {

namespace asio = boost::asio;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
using endpoints = std::vector<connection_url::endpoint>;

error connect_failure(std::string message) {
    return {.kind = failure::connect, .message = std::move(message)};
}

// What the resolver found, apart from the coroutine that asked: getaddrinfo cannot be interrupted, so it may
// come back after its time.
struct resolution {
    explicit resolution(const asio::any_io_executor& executor)
        : resolver(executor)
        , timer(executor) {}
    asio::ip::tcp::resolver resolver;
    asio::steady_timer timer;
    bool done = false;
    boost::system::error_code failed;
    asio::ip::tcp::resolver::results_type found;
};

// Adds the addresses of one host to `to`; returns why there are none, or "".
asio::awaitable<std::string> resolve(asio::any_io_executor executor, connection_url::endpoint one,
                                     std::chrono::milliseconds timeout, endpoints& to) {
    boost::system::error_code not_numeric;
    asio::ip::make_address(one.host, not_numeric);
    if (!one.hostaddr.empty() || one.host.empty() || one.host.starts_with('/') || one.host.starts_with('@')) {
        to.push_back(one);
        co_return "";
    }
    if (!not_numeric) {
        one.hostaddr = one.host;
        to.push_back(one);
        co_return "";
    }
    const auto state = std::make_shared<resolution>(executor);
    state->timer.expires_after(timeout);
    state->resolver.async_resolve(one.host, one.port, [state](auto failed, auto found) {
        state->done = true;
        state->failed = failed;
        state->found = std::move(found);
        state->timer.cancel();
    });
    co_await state->timer.async_wait(no_throw);
    if (!state->done) {
        state->resolver.cancel();
        co_return fmt::format("the name \"{}\" was not resolved within {} ms", one.host, timeout.count());
    }
    if (state->failed)
        co_return fmt::format("the name \"{}\" cannot be resolved: {}", one.host, state->failed.message());
    for (const auto& entry : state->found) {
        one.hostaddr = entry.endpoint().address().to_string();
        to.push_back(one);
    }
    co_return "";
}

std::string joined(const endpoints& hosts, std::string connection_url::endpoint::*member) {
    std::string list;
    for (const auto& one : hosts) {
        if (&one != &hosts.front()) list += ',';
        list += one.*member;
    }
    return list;
}

connection_ptr begin(const connection_url& url, const endpoints& hosts, const connect_options& options) {
    auto given = url.keywords();
    std::string server_options{url.get("options")};
    std::erase_if(given, [](const auto& pair) {
        return pair.first == "host" || pair.first == "hostaddr" || pair.first == "port" ||
               pair.first == "options";
    });
    given.emplace_back("host", joined(hosts, &connection_url::endpoint::host));
    given.emplace_back("hostaddr", joined(hosts, &connection_url::endpoint::hostaddr));
    given.emplace_back("port", joined(hosts, &connection_url::endpoint::port));
    if (options.statement_timeout.count() > 0)
        server_options =
            fmt::format("-c statement_timeout={} {}", options.statement_timeout.count(), server_options);
    // In front of the URL's own, which thereby win.
    if (!options.just_in_time) server_options = "-c jit=off " + server_options;
    if (!server_options.empty()) given.emplace_back("options", server_options);
    if (url.get("application_name").empty()) given.emplace_back("application_name", options.application_name);

    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : given) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    return connection_ptr{PQconnectStartParams(keywords.data(), values.data(), 0)};
}

struct place {
    std::string host;
    std::string hostaddr;
    std::string port;
    friend bool operator==(const place&, const place&) = default;
};

place trying(const PGconn* connection) {
    const auto text = [](const char* given) { return std::string{given == nullptr ? "" : given}; };
    return {text(PQhost(connection)), text(PQhostaddr(connection)), text(PQport(connection))};
}

// One attempt's socket and clock. The coroutine waits on the clock, which the socket's readiness stops.
struct attempt {
    explicit attempt(const asio::any_io_executor& executor)
        : socket(executor)
        , timer(executor) {}
    socket_watch socket;
    asio::steady_timer timer;
    bool ready = false;
};

// True when the socket is ready, false at the deadline or when cancelled.
asio::awaitable<bool> ready(std::shared_ptr<attempt> one, int socket, socket_watch::wait_type what,
                            clock::time_point deadline) {
    // libpq may close the socket and open another of the same number: it is watched anew for each wait.
    one->socket.assign(socket);
    one->ready = false;
    one->timer.expires_at(deadline);
    one->socket.async_wait(what, [one](boost::system::error_code failed) {
        if (failed) return;
        one->ready = true;
        one->timer.cancel();
    });
    co_await one->timer.async_wait(no_throw);
    one->socket.release();
    co_return one->ready;
}

struct outcome {
    connection_ptr opened;
    error failed;
    std::optional<place> silent; // the endpoint that did not answer in time
};

asio::awaitable<outcome> try_hosts(asio::any_io_executor executor, const connection_url& url,
                                   const endpoints& hosts, const connect_options& options) {
    outcome out;
    connection_ptr connection = begin(url, hosts, options);
    if (connection == nullptr) throw std::bad_alloc{};
    PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
    PQsetNoticeReceiver(
        connection.get(), [](void*, const PGresult*) {}, nullptr);
    const auto watch = std::make_shared<attempt>(executor);
    place now_trying = trying(connection.get());
    clock::time_point deadline = clock::now() + options.connect_timeout;
    auto wants = PGRES_POLLING_WRITING;
    while (PQstatus(connection.get()) != CONNECTION_BAD) {
        const auto what = wants == PGRES_POLLING_READING ? socket_watch::wait_type::wait_read
                                                         : socket_watch::wait_type::wait_write;
        const bool is_ready = co_await ready(watch, PQsocket(connection.get()), what, deadline);
        if (!is_ready) {
            out.silent = trying(connection.get());
            out.failed = connect_failure(fmt::format("no answer from \"{}\" ({}) port {} within {} ms",
                                                     out.silent->host, out.silent->hostaddr, out.silent->port,
                                                     options.connect_timeout.count()));
            co_return out;
        }
        wants = PQconnectPoll(connection.get());
        if (wants == PGRES_POLLING_OK) {
            out.opened = std::move(connection);
            co_return out;
        }
        if (wants == PGRES_POLLING_FAILED) break;
        if (place other = trying(connection.get()); other != now_trying) {
            now_trying = std::move(other);
            deadline = clock::now() + options.connect_timeout;
        }
    }
    out.failed = connect_error_of(PQerrorMessage(connection.get()));
    co_return out;
}

void drop(endpoints& hosts, const place& silent) {
    const auto found = std::ranges::find_if(hosts, [&](const connection_url::endpoint& one) {
        const bool same_address = one.hostaddr.empty() || one.hostaddr == silent.hostaddr;
        return one.host == silent.host && one.port == silent.port && same_address;
    });
    // Never the same list twice: an endpoint that cannot be told apart costs the first one its place.
    hosts.erase(found == hosts.end() ? hosts.begin() : found);
}

asio::awaitable<result<connection_ptr>> connect_once(asio::any_io_executor executor, connection_url url,
                                                     connect_options options) {
    endpoints hosts;
    std::string unresolved;
    for (connection_url::endpoint one : url.endpoints()) {
        std::string why = co_await resolve(executor, std::move(one), options.connect_timeout, hosts);
        if (!why.empty()) unresolved = std::move(why);
    }
    if (hosts.empty()) co_return connect_failure(std::move(unresolved));

    error last;
    while (!hosts.empty()) {
        outcome tried = co_await try_hosts(executor, url, hosts, options);
        if (tried.opened != nullptr) {
            PGconn* open = tried.opened.get();
            PQsetErrorVerbosity(open, PQERRORS_DEFAULT);
            if (PQsetnonblocking(open, 1) == 0 && PQenterPipelineMode(open) == 1)
                co_return std::move(tried.opened);
            co_return error_of(open, failure::connect);
        }
        last = std::move(tried.failed);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (!tried.silent || state.cancelled() != asio::cancellation_type::none) break;
        drop(hosts, *tried.silent);
    }
    co_return last;
}

// What blocks while it asks for a password: one thread does for all of the program's connections.
asio::thread_pool& asking() {
    static asio::thread_pool one{1};
    return one;
}

asio::awaitable<void> renew(std::shared_ptr<password_source> source) {
    source->renew();
    co_return;
}

error advised(error failed, const password_source& source) {
    constexpr std::string_view invalid_authorization = "28"; // the class of it
    if (failed.sqlstate.starts_with(invalid_authorization) && failed.hint.empty())
        failed.hint = source.advice();
    return failed;
}

asio::awaitable<void> wait(asio::any_io_executor executor, std::chrono::milliseconds time) {
    asio::steady_timer timer{executor, time};
    co_await timer.async_wait(no_throw);
}

} // namespace

// A password that is refused may have been rotated: the server knows the new one a moment before its keeper
// tells it, so that he is asked for a while.
asio::awaitable<result<connection_ptr>> connect(asio::any_io_executor executor, connection_url url,
                                                connect_options options) {
    constexpr auto patience = std::chrono::seconds(10);
    constexpr auto pause = std::chrono::milliseconds(100);
    const std::string name = password_source_name(url);
    const std::shared_ptr<password_source> source = name.empty() ? nullptr : password_source_of(name);
    const auto deadline = clock::now() + patience;
    for (unsigned renewals = 0;; ++renewals) {
        const std::string password = source ? source->current() : "";
        connection_url with_password = source ? url.with("password", password) : url;
        result<connection_ptr> done = co_await connect_once(executor, std::move(with_password), options);
        if (!source || done.has_value()) co_return done;
        if (!source->may_mend(done.error().sqlstate, renewals) || clock::now() >= deadline)
            co_return advised(done.error(), *source);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return done;
        if (source->current() != password) continue; // another connection has asked meanwhile
        asio::awaitable<void> asked = renew(source);
        co_await asio::co_spawn(asking(), std::move(asked), asio::use_awaitable);
        if (source->current() == password) co_await wait(executor, pause);
    }
}

} // namespace cruddur::postgres
