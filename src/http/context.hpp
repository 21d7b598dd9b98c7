#pragma once

#include "http/compressor.hpp"
#include "http/server.hpp"
#include "http/workspace.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace cruddur::http {

class session;

// What the sessions of one loop share. It outlives them, and is kept alive by every handler that runs.
class context : public std::enable_shared_from_this<context> {
public:
    using clock = std::chrono::steady_clock;

    context(boost::asio::io_context& with, server_params given, std::shared_ptr<const router> table)
        : loop(with)
        , params(std::move(given))
        , routes(std::move(table)) {}
    virtual ~context() = default;
    context(const context&) = delete;
    context& operator=(const context&) = delete;

    boost::asio::io_context& loop;
    const server_params params;
    const std::shared_ptr<const router> routes;
    compressor press;
    std::string date;                   // of the Date field
    clock::time_point now;              // of the turn of the loop
    bool draining = false;              // every answer is its connection's last
    std::array<char, 16'384> discarded; // where bytes go that nobody reads

    // Brings now and date up to date: at the begin of whatever the loop calls.
    void refresh();

    // A workspace is lent to a session from the first byte of a request until there is nothing to read or to
    // send.
    [[nodiscard]] std::unique_ptr<workspace> lend();
    void take_back(std::unique_ptr<workspace> used);

    // The connection is about to be closed: none of its events will come. Closing it would not do: a child
    // that is being started has the descriptor as well, until it becomes another program.
    virtual void forget(int descriptor) = 0;
    // The session has closed, and no handler of it runs: it is destroyed in a later turn of the loop.
    virtual void bury(session& closed) = 0;
    // Calls the session's resume() in a later turn of the loop, so that others come first.
    virtual void resume_later(session& busy) = 0;

private:
    std::int64_t date_seconds_ = -1;
    std::vector<std::unique_ptr<workspace>> spare_;
};

} // namespace cruddur::http
