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
#include <span>
#include <string>

namespace cruddur::postgres {

class connection;

struct pool_params {
    std::string application_name = "cruddur";
    std::size_t connections_min = 0;
    std::size_t connections_max = 4;
    std::size_t connecting_max = 2; // connects under way at once
    std::size_t waiting_max = 64;   // callers waiting for a connection, beyond which `overloaded`
    std::chrono::milliseconds lifetime{30 * 60'000}; // a connection is replaced after it, ±10 % at random
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds statement_timeout{5'000}; // set on the server, in each session
    std::chrono::milliseconds backoff_min{50};          // between failed connects: doubled, with full jitter
    std::chrono::milliseconds backoff_max{500};
    std::chrono::milliseconds outage_grace{1'000}; // as the client's
};

struct pool_statistics {
    std::size_t connections = 0; // open, lent or not
    std::size_t lent = 0;
    std::size_t waiting = 0; // callers
};

// A connection for one caller alone, from acquire() until it is destroyed: what runs on it shares a session,
// so it may begin a transaction. Behaves as a unique_ptr does: it moves, and a moved-from one may only be
// assigned to or destroyed. One that comes back within a transaction is rolled back before the next caller
// gets it; session settings (SET) stay, so set them for a transaction (SET LOCAL). It keeps its pool's
// connections alive. The loop's thread alone may use it.
class pooled_connection {
public:
    pooled_connection(pooled_connection&&) noexcept;
    pooled_connection& operator=(pooled_connection&&) noexcept;
    ~pooled_connection();

    // One statement, prepared once a connection by its name. Statements go out in the order they are asked,
    // and an error ends none but its own. A statement that is out of time, or whose caller was cancelled
    // (terminal), ends the connection: what follows fails with `lost`. The server ends what it is running by
    // statement_timeout.
    boost::asio::awaitable<result<rows>>
    query(const statement& what, std::span<const parameter> parameters = {}, query_options options = {});

private:
    friend class pool;
    class lender;
    pooled_connection(std::shared_ptr<lender> from, std::shared_ptr<connection> what);
    void give_back();

    std::shared_ptr<lender> lender_;
    std::shared_ptr<connection> connection_;
};

// Exclusive connections of one event loop, for transactions; single statements are the client's business,
// which needs fewer connections for them. No thread safety.
class pool {
public:
    pool(boost::asio::any_io_executor executor, connection_url url, pool_params params);
    pool(pool&&) noexcept;
    pool& operator=(pool&&) noexcept;
    ~pool(); // closes all, and fails those who wait with `lost`

    // A connection that was alive just now; callers get one in the order they asked. Errors: `overloaded`
    // when too many wait; why no connection could be opened, at once where the server is known to be down;
    // `timeout`. Cancelling (terminal) gives up the place.
    boost::asio::awaitable<result<pooled_connection>> acquire(std::chrono::milliseconds timeout);

    [[nodiscard]] pool_statistics statistics() const;

private:
    std::shared_ptr<pooled_connection::lender> lender_;
};

} // namespace cruddur::postgres
