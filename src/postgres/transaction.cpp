#include "postgres/transaction.hpp"

#include <array>

namespace cruddur::postgres {

namespace asio = boost::asio;

namespace {

using level = transaction_options::isolation_level;

struct opening {
    level isolation;
    bool read_only;
    statement what;
};

constexpr std::array openings{
    opening{level::read_committed, false, {"begin", "begin isolation level read committed read write"}},
    opening{level::repeatable_read,
            false,
            {"begin_repeatable", "begin isolation level repeatable read read write"}},
    opening{
        level::serializable, false, {"begin_serializable", "begin isolation level serializable read write"}},
    opening{level::read_committed, true, {"begin_read", "begin isolation level read committed read only"}},
    opening{level::repeatable_read,
            true,
            {"begin_repeatable_read", "begin isolation level repeatable read read only"}},
    opening{level::serializable,
            true,
            {"begin_serializable_read", "begin isolation level serializable read only"}},
};
constexpr statement commit_statement{"commit", "commit"};
constexpr statement rollback_statement{"rollback", "rollback"};

const statement& opening_of(const transaction_options& wanted) {
    std::size_t at = 0;
    while (openings.at(at).isolation != wanted.isolation || openings.at(at).read_only != wanted.read_only)
        ++at;
    return openings.at(at).what;
}

} // namespace

transaction::transaction(pooled_connection on, std::chrono::milliseconds timeout)
    : connection_(std::move(on))
    , timeout_(timeout) {}

asio::awaitable<result<transaction>> transaction::begin(pool& on, transaction_options options) {
    auto taken = co_await on.acquire(options.timeout);
    if (taken.has_error()) co_return taken.error();
    const auto begun = co_await taken->query(opening_of(options), {}, {.timeout = options.timeout});
    if (begun.has_error()) co_return begun.error();
    co_return transaction{std::move(*taken), options.timeout};
}

asio::awaitable<result<rows>> transaction::query(const statement& what, std::span<const parameter> parameters,
                                                 query_options options) {
    return connection_.query(what, parameters, options);
}

asio::awaitable<result<void>> transaction::commit() {
    const auto ended = co_await connection_.query(commit_statement, {}, {.timeout = timeout_});
    if (ended.has_error()) co_return ended.error();
    if (ended->command() != "COMMIT")
        co_return error{.kind = failure::server,
                        .sqlstate = "25P02",
                        .message = "a statement of the transaction had failed: it was rolled back",
                        .sent = true};
    co_return result<void>{};
}

asio::awaitable<result<void>> transaction::rollback() {
    const auto ended = co_await connection_.query(rollback_statement, {}, {.timeout = timeout_});
    if (ended.has_error()) co_return ended.error();
    co_return result<void>{};
}

} // namespace cruddur::postgres
