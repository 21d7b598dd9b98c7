#pragma once

#include "postgres/error.hpp"
#include "postgres/rows.hpp"
#include "postgres/statement.hpp"
#include "postgres/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cruddur::postgres {

struct client_params {
    std::size_t connections_min = 1;
    std::size_t connections_max = 8;
    std::size_t connecting_max = 2; // connects under way at once
    std::size_t in_flight_max = 16; // statements sent and unanswered on one connection
    std::size_t queue_max = 256;    // statements waiting for a place, beyond which `overloaded`
    // A statement that would wait longer, at the pace of those before it, is `overloaded` at once; one that
    // was let in before the pace was known, or as it slows down, when it would wait twice as long.
    std::chrono::milliseconds wait_max{1'000};
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds statement_timeout{5'000}; // set on the server, in each session
    std::chrono::milliseconds lifetime{30 * 60'000};    // a connection is replaced after it, ±10 % at random
    std::chrono::milliseconds backoff_min{50};          // between failed connects: doubled, with full jitter
    std::chrono::milliseconds backoff_max{500};
    // A server that could not be connected to for so long is known to be down: until it is back, which is
    // tried all the time, statements fail with `connect` at once.
    std::chrono::milliseconds outage_grace{1'000};
    std::string application_name = "cruddur";
};

struct client_statistics {
    std::size_t connections = 0; // open and ready
    std::size_t connecting = 0;
    std::size_t in_flight = 0;
    std::size_t queued = 0;
    std::uint64_t connects_total = 0;
    std::uint64_t connect_failures_total = 0;
    std::uint64_t abandoned_total = 0;
    std::uint64_t overloaded_total = 0;

    // Of several clients together.
    friend client_statistics operator+(client_statistics left, const client_statistics& right);
};

// The multiplexed client of one event loop: many statements in flight on few connections, in libpq's pipeline
// mode, a sync point each, so that one statement's error is its own. Every statement is prepared once a
// connection, by its name. No thread safety: create it, call it and destroy it on its loop's thread.
//
// A statement whose caller has timed out or was cancelled is abandoned: its answer is swallowed and its
// neighbours live. A statement that had not been sent when its connection died is sent on another; one that
// had is failed with `lost` (never repeated: it may have run).
//
// Quick statements go out many at once. Behind one that takes its time there is one more, and the others wait
// here, where they cost the server nothing once their callers have gone.
class client {
public:
    client(boost::asio::any_io_executor executor, connection_url url, client_params params);
    client(client&&) noexcept;
    client& operator=(client&&) noexcept;
    ~client(); // fails what is outstanding with `lost`

    // Runs one statement in its own implicit transaction. A write is acknowledged at its sync point, when it
    // has been committed. Supports per-operation cancellation (terminal), which abandons.
    boost::asio::awaitable<result<rows>> query(const statement& what, std::span<const parameter> parameters,
                                               query_options options = {});

    // The one JSON value that a statement returns: its first row and column. No row, or NULL, is nullopt.
    boost::asio::awaitable<result<std::optional<json>>>
    query_json(const statement& what, std::span<const parameter> parameters, query_options options = {});

    // Opens connections_min connections; completes when one is ready or the deadline passed. Queries need not
    // wait.
    boost::asio::awaitable<result<void>> start(std::chrono::milliseconds timeout);
    // Takes no more statements, lets those in flight finish within the time given, then closes.
    boost::asio::awaitable<void> stop(std::chrono::milliseconds timeout);

    [[nodiscard]] client_statistics statistics() const;

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

} // namespace cruddur::postgres
