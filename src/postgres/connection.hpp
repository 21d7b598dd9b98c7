#pragma once

#include "postgres/lifecycle.hpp"
#include "postgres/request_queue.hpp"
#include "postgres/socket_watch.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::postgres {

class connection;

// What a connection tells its owner, on the loop's thread and never from within a call of connection's own.
class connection_owner {
public:
    virtual void answered(connection& on, std::vector<answer>& answers) = 0;
    // Called once, unless close() was. `unanswered` may or may not have run.
    virtual void died(connection& which, const error& why, std::vector<request_ptr> unanswered) = 0;
    virtual void notified(std::string_view /*channel*/, std::string_view /*payload*/, int /*backend_pid*/) {}

protected:
    ~connection_owner() = default;
};

// One open session in pipeline mode: the Asio side of libpq around a request_queue. It reads whenever
// something comes, idle or not, so that a death is seen at once. No thread safety.
class connection : public std::enable_shared_from_this<connection> {
public:
    connection(const boost::asio::any_io_executor& executor, connection_ptr open, connection_owner& owner);
    ~connection();

    void start();
    // Sends at once. False leaves the request with the caller: nothing of it went out, and died() follows.
    [[nodiscard]] bool send(request_ptr& what, clock::time_point now);
    // Silently: the owner is not called again. What is unanswered is returned.
    std::vector<request_ptr> close();
    // For a connection found dead by other means: died() follows.
    void give_up(error why);

    // Asks the socket too: one that has been idle may have died since its last read. When it has, died()
    // follows.
    [[nodiscard]] bool alive();
    [[nodiscard]] bool open() const { return libpq_ != nullptr && !dying_; }
    [[nodiscard]] std::size_t in_flight() const { return queue_.size(); }
    // The socket takes no more for now: what is sent would only wait in memory.
    [[nodiscard]] bool blocked() const { return write_armed_; }
    // Within BEGIN and COMMIT. Known only while nothing is in flight; false otherwise.
    [[nodiscard]] bool in_transaction() const;
    [[nodiscard]] int backend_pid() const { return PQbackendPID(libpq_.get()); }
    [[nodiscard]] std::string quoted_identifier(std::string_view name) const;
    [[nodiscard]] clock::time_point last_heard() const { return last_heard_; }
    // How long its last answer took, or the next one has by now, whichever is longer.
    [[nodiscard]] clock::duration silence(clock::time_point now) const;
    // Calls `late` for each request whose caller waits and whose time is over; returns when the next one's
    // is.
    clock::time_point expire(clock::time_point now, const std::function<void(request&)>& late);

    // The owner's notes.
    clock::time_point retires_at = clock::time_point::max();
    bool retiring = false;
    bool lent = false;       // by a pool
    std::size_t overdue = 0; // abandoned requests still unanswered: a sign of a server or a way that hangs

private:
    void arm_read();
    void arm_write();
    void on_readable();
    void flush();
    bool dead_while_idle();
    bool consume();
    void drain();
    void take_notifications();
    bool answer_again(answer& failed);
    bool put(request& what, bool prepare);
    void fail_soon();

    boost::asio::any_io_executor executor_;
    socket_watch socket_; // after libpq_ in death: see close()
    connection_ptr libpq_;
    connection_owner* owner_;
    request_queue queue_;
    std::vector<bool> prepared_; // by prepared_statement::index
    std::vector<answer> answers_;
    clock::time_point last_heard_;
    clock::duration silent_{}; // before that, with something to answer
    std::optional<error> why_;
    bool write_armed_ = false;
    bool dying_ = false;
};

} // namespace cruddur::postgres
