#include "postgres/plain_connection.hpp"

#include "postgres/connect.hpp"
#include "postgres/libpq.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <optional>
#include <thread>
#include <vector>

namespace cruddur::postgres {
namespace {

using steady = std::chrono::steady_clock;

// False at the deadline.
bool wait_for(PGconn* connection, short events, steady::time_point deadline) {
    auto* tls = static_cast<SSL*>(PQsslStruct(connection, "OpenSSL"));
    if (tls != nullptr && SSL_pending(tls) > 0) return true;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady::now());
        if (left.count() <= 0) return false;
        pollfd socket{PQsocket(connection), events, 0};
        const int ready = ::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return true; // libpq will say what is wrong with the socket
    }
}

bool send_all(PGconn* connection, steady::time_point deadline) {
    for (;;) {
        const int left = PQflush(connection);
        if (left <= 0) return true; // a failure is seen when the answer is read
        if (!wait_for(connection, POLLIN | POLLOUT, deadline)) return false;
        PQconsumeInput(connection);
    }
}

} // namespace

struct plain_connection::state {
    connection_ptr connection;
    plain_params params;

    // nullopt at the deadline; an empty pointer after the last result.
    std::optional<result_ptr> next_result(steady::time_point deadline) const {
        while (PQisBusy(connection.get()) != 0) {
            if (!wait_for(connection.get(), POLLIN, deadline)) return std::nullopt;
            if (PQconsumeInput(connection.get()) == 0) break;
        }
        return result_ptr{PQgetResult(connection.get())};
    }

    error timed_out() {
        connection.reset();
        error failed{.kind = failure::timeout,
                     .message =
                         fmt::format("no answer within {} s", params.statement_timeout.count() / 1'000)};
        failed.sent = true;
        return failed;
    }
};

plain_connection::plain_connection(std::unique_ptr<state> open)
    : state_(std::move(open)) {}
plain_connection::plain_connection(plain_connection&&) noexcept = default;
plain_connection& plain_connection::operator=(plain_connection&&) noexcept = default;
plain_connection::~plain_connection() = default;

result<plain_connection> plain_connection::open(const connection_url& url, plain_params params) {
    connect_options options;
    options.connect_timeout = params.connect_timeout;
    options.statement_timeout = params.statement_timeout;
    options.application_name = params.application_name;

    auto loop = std::make_unique<boost::asio::io_context>(1);
    std::optional<result<connection_ptr>> connected;
    std::exception_ptr thrown;
    boost::asio::co_spawn(*loop, connect(loop->get_executor(), url, options),
                          [&](std::exception_ptr failed, result<connection_ptr> made) {
                              thrown = failed;
                              connected = std::move(made);
                              loop->stop();
                          });
    loop->run();
    // A loop waits for its resolver when it is destroyed, and a resolver can hang: nobody waits for that
    // thread.
    std::thread([abandoned = std::move(loop)]() mutable { abandoned.reset(); }).detach();
    if (thrown) std::rethrow_exception(thrown);
    if (!connected->has_value()) return connected->error();

    auto open = std::make_unique<state>();
    open->connection = std::move(**connected);
    open->params = std::move(params);
    PQexitPipelineMode(open->connection.get());
    PQsetNoticeReceiver(
        open->connection.get(),
        [](void* self, const PGresult* notice) {
            const auto& receiver = static_cast<state*>(self)->params.notice;
            if (receiver) receiver(error_of(notice));
        },
        open.get());
    return plain_connection{std::move(open)};
}

result<rows> plain_connection::execute(std::string_view sql, std::span<const parameter> parameters) {
    PGconn* connection = state_->connection.get();
    if (connection == nullptr) return error{.kind = failure::lost, .message = "the session is over"};
    const auto deadline = steady::now() + state_->params.statement_timeout + state_->params.answer_grace;

    std::vector<std::string> texts;
    texts.reserve(parameters.size());
    std::vector<const char*> values;
    for (const auto& one : parameters) {
        values.push_back(one ? texts.emplace_back(*one).c_str() : nullptr);
    }
    if (PQsendQueryParams(connection, std::string{sql}.c_str(), static_cast<int>(values.size()), nullptr,
                          values.data(), nullptr, nullptr, 0) == 0) {
        return error_of(connection, failure::lost);
    }
    if (!send_all(connection, deadline)) return state_->timed_out();

    return answer(deadline);
}

result<rows> plain_connection::answer(steady::time_point deadline) {
    PGconn* connection = state_->connection.get();
    std::optional<error> failed;
    rows last;
    for (;;) {
        auto next = state_->next_result(deadline);
        if (!next) return state_->timed_out();
        if (*next == nullptr) break;
        switch (PQresultStatus(next->get())) {
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
            last = rows{next->release()};
            break;
        case PGRES_COPY_IN:
        case PGRES_COPY_OUT:
        case PGRES_COPY_BOTH:
            state_->connection.reset();
            return error{.kind = failure::usage, .message = "COPY from and to the client is not supported"};
        default:
            if (!failed) failed = error_of(next->get());
        }
    }
    if (PQstatus(connection) == CONNECTION_BAD) {
        if (!failed) failed = error_of(connection, failure::lost);
        failed->kind = failure::lost;
        failed->sent = true;
        state_->connection.reset();
    }
    if (failed) return *failed;
    return last;
}

result<std::int64_t> plain_connection::copy(std::string_view sql,
                                            const std::function<bool(std::string&)>& more) {
    PGconn* connection = state_->connection.get();
    if (connection == nullptr) return error{.kind = failure::lost, .message = "the session is over"};
    const auto until = [this] {
        return steady::now() + state_->params.statement_timeout + state_->params.answer_grace;
    };
    if (PQsendQuery(connection, std::string{sql}.c_str()) == 0) return error_of(connection, failure::lost);
    if (!send_all(connection, until())) return state_->timed_out();
    const auto ready = state_->next_result(until());
    if (!ready) return state_->timed_out();
    if (PQresultStatus(ready->get()) != PGRES_COPY_IN) {
        const auto rest = answer(until());
        if (!rest) return rest.error();
        if (*ready != nullptr && PQresultStatus(ready->get()) == PGRES_FATAL_ERROR)
            return error_of(ready->get());
        return error{.kind = failure::usage, .message = "it is no COPY from the client"};
    }
    // Of what the server finds wrong libpq tells at the end: until then the server passes over what comes.
    for (std::string part; more(part); part.clear()) {
        if (PQputCopyData(connection, part.data(), static_cast<int>(part.size())) != 1) break;
        if (!send_all(connection, until())) return state_->timed_out();
    }
    PQputCopyEnd(connection, nullptr);
    if (!send_all(connection, until())) return state_->timed_out();
    const auto done = answer(until());
    if (!done) return done.error();
    return done->affected();
}

result<rows> plain_connection::execute(const statement& what, std::initializer_list<parameter> parameters) {
    return execute(what.sql, std::span<const parameter>{parameters.begin(), parameters.size()});
}

int plain_connection::server_pid() const {
    return state_->connection == nullptr ? 0 : PQbackendPID(state_->connection.get());
}

} // namespace cruddur::postgres
