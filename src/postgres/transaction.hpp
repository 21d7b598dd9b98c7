#pragma once

#include "postgres/pool.hpp"

namespace cruddur::postgres {

struct transaction_options {
    enum class isolation_level { read_committed, repeatable_read, serializable };
    isolation_level isolation = isolation_level::read_committed;
    bool read_only = false;
    std::chrono::milliseconds timeout{5'000}; // of each: a connection, BEGIN, COMMIT, ROLLBACK
};

// An explicit transaction on a connection of its own. What is not committed is rolled back: by rollback(), or
// by the pool when this is destroyed. Moves as its connection does. The loop's thread alone may use it.
class transaction {
public:
    // Takes a connection of the pool and sends BEGIN. Errors: acquire()'s and BEGIN's.
    static boost::asio::awaitable<result<transaction>> begin(pool& on, transaction_options options = {});

    // As pooled_connection::query. After an error the transaction is good for a rollback only: PostgreSQL
    // refuses every further statement with 25P02.
    boost::asio::awaitable<result<rows>>
    query(const statement& what, std::span<const parameter> parameters = {}, query_options options = {});

    // Success means that it was committed. PostgreSQL answers the COMMIT of a failed transaction with a
    // rollback and no error; here that is an error with 25P02. 40001 and 40P01 say that doing it all again
    // may succeed. After `lost` or `timeout` with `sent`, it may or may not have been committed.
    boost::asio::awaitable<result<void>> commit();
    boost::asio::awaitable<result<void>> rollback();

private:
    transaction(pooled_connection on, std::chrono::milliseconds timeout);

    pooled_connection connection_;
    std::chrono::milliseconds timeout_;
};

} // namespace cruddur::postgres
