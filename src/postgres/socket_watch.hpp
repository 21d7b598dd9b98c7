#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>

#include <utility>

namespace cruddur::postgres {

// Watches a socket that libpq owns: it never closes it.
class socket_watch {
public:
    using wait_type = boost::asio::posix::stream_descriptor::wait_type;

    explicit socket_watch(const boost::asio::any_io_executor& executor)
        : descriptor_(executor) {}
    ~socket_watch() { release(); }
    socket_watch(const socket_watch&) = delete;
    socket_watch& operator=(const socket_watch&) = delete;

    void assign(int socket) { descriptor_.assign(socket); }
    // Ends every wait with operation_aborted.
    void release() {
        if (descriptor_.is_open()) descriptor_.release();
    }
    void cancel() {
        boost::system::error_code ignored;
        descriptor_.cancel(ignored);
    }
    template<class Token>
    auto async_wait(wait_type what, Token&& token) {
        return descriptor_.async_wait(what, std::forward<Token>(token));
    }

private:
    boost::asio::posix::stream_descriptor descriptor_;
};

} // namespace cruddur::postgres
