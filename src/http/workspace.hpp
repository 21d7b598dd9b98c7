#pragma once

#include "http/reply.hpp"
#include "http/request_parser.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::http {

// The bytes received: what is kept because views point into it, then what is unread, then free space.
class input_buffer {
public:
    [[nodiscard]] std::string_view unread() const { return {bytes_.get() + begin_, end_ - begin_}; }
    [[nodiscard]] std::span<char> space() { return {bytes_.get() + end_, capacity_ - end_}; }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }

    // Takes bytes off the unread ones: consume() keeps them in place, cut() closes the gap.
    void consume(std::size_t size) { begin_ += size; }
    void cut(std::size_t size);
    void clear() { begin_ = end_ = 0; }
    void commit(std::size_t size) { end_ += size; } // received into space()

    // Makes room to receive into: moves the unread bytes and the `keep` before them, and grows up to the
    // limit. The parser, where there is one, is told where its bytes went.
    void make_room(std::size_t keep, std::size_t capacity_max, request_parser* views);

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

// One request and its answer, until the answer has been sent.
struct turn {
    http::request request;
    std::string body; // of the request
    std::array<char, 16> id;
    std::string client; // where it is not the connection's peer
    response answer;
    reply sent{};
    std::string_view route;
    std::chrono::steady_clock::time_point started; // when its header was there
    bool version_1_1 = true;
    bool keep_alive = true;
};

// The bytes to send, gathered: heads are collected in one string, bodies stay where they are.
class output_queue {
public:
    void append(std::size_t head_bytes, std::string_view body);
    [[nodiscard]] bool empty() const { return pieces_.empty(); }
    void clear();
    std::string head; // append here, then call append() with how much it was

    // Sends what the socket takes, in one system call for as long as it takes all. Returns 0, or errno.
    int send(int descriptor, std::size_t& sent);

private:
    struct piece {
        const char* data; // null: in `head`, at `offset`
        std::size_t offset;
        std::size_t size;
    };
    std::vector<piece> pieces_;
    std::size_t next_ = 0; // the first piece not sent in full
};

// What a session needs only while it has something to do, so that an idle connection costs next to nothing.
struct workspace {
    input_buffer input;
    output_queue output;
    std::optional<request_parser> parser; // of the turn at turns[used], while it is received
    std::vector<std::unique_ptr<turn>> turns;
    std::size_t header_bytes = 0; // of it, taken by the parser and kept in the input
    std::size_t used = 0;         // turns answered and not yet sent
    boost::asio::cancellation_signal cancel;
    body_source more;           // of the one turn that is being sent, where it has one
    std::string piece;          // the last that it gave
    std::size_t more_bytes = 0; // that it has given

    [[nodiscard]] turn& current();
    // Forgets the turns that were sent; the current one stays.
    void drop_sent();
    void reset();
    [[nodiscard]] bool worth_keeping() const; // false when something has made it grow
};

} // namespace cruddur::http
