#pragma once

#include "http/context.hpp"
#include "http/workspace.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur::http {

// One connection: a state machine that its loop's poller drives. It reads only when there is something to
// read, answers whatever it has read in one write, and suspends nothing: only a route's handler is a
// coroutine. While a handler runs or the peer does not take its answers, nothing more is read.
class session {
public:
    // Owns the descriptor, a connected non-blocking socket.
    session(context& with, int descriptor, std::string_view peer);
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    void ready(std::uint32_t events); // of epoll, edge-triggered
    void sweep();                     // now and then: holds the deadlines
    void resume();
    void turn_away(); // 503 without having read anything: there are too many
    void drain();     // answers what has arrived, then closes
    void abort();     // closes at once; a handler is cancelled

    [[nodiscard]] int descriptor() const { return descriptor_; }
    std::size_t index = 0; // where its owner holds it

private:
    enum class phase : std::uint8_t { idle, header, body, handling, writing, lingering, closed };
    enum class step : std::uint8_t { more, answered, handle };

    void advance();
    [[nodiscard]] bool receive();
    [[nodiscard]] bool make_progress();
    [[nodiscard]] step parse();
    [[nodiscard]] bool begin_turn();
    void finish_header();
    [[nodiscard]] step dispatch();
    void name_client(turn& of);
    void answer_unmatched(turn& of, router::match& found);
    void answer(turn& with, response outcome);
    [[nodiscard]] response refusal(const turn& of, unsigned status) const;
    void fail(turn& with, std::exception_ptr why);
    void refuse(unsigned status);
    void start_handler();
    void handled(std::exception_ptr failed, response outcome);
    void ask_for_piece();
    void add_piece(std::exception_ptr failed, std::optional<std::string> piece);
    [[nodiscard]] bool flush();
    void finish_turns();
    void finish_closing();
    void discard();
    bool catch_up();
    [[nodiscard]] bool is_reading() const { return phase_ == phase::header || phase_ == phase::body; }
    void rest();
    void enter(phase next, std::chrono::milliseconds timeout);
    void cancel_handler();
    void close();

    context& context_;
    std::unique_ptr<workspace> work_;      // null while idle
    const router::route* route_ = nullptr; // of the turn that waits for its handler
    context::clock::time_point deadline_;
    std::size_t unreported_ = 0; // bytes sent since the write deadline was set
    int descriptor_;
    phase phase_ = phase::idle;
    bool readable_ = false;
    bool hung_up_ = false; // the peer sends no more
    bool hang_up_swept_ = false;
    bool cancelled_ = false;
    bool timed_out_ = false;
    bool closing_ = false;   // what is queued is the last to be sent
    bool lingering_ = false; // then there may be more to come, which must not reset what was sent
    bool resuming_ = false;
    std::array<char, 46> peer_{};
    std::uint8_t peer_size_;
};

} // namespace cruddur::http
