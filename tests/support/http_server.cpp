#include "support/http_server.hpp"

#include "cluster/process.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <future>
#include <utility>

namespace cruddur::test {

http_server::http_server(http::router routes, http::server_params params) {
    params.port = 0;
    server_.emplace(loop_, std::move(params), std::make_shared<const http::router>(std::move(routes)));
    port_ = server_->start();
    thread_ = std::thread([this] { loop_.run(); });
}

http_server::~http_server() {
    if (!thread_.joinable()) return;
    start_stopping();
    wait_until_stopped();
    on_loop([this] { server_.reset(); });
    busy_.reset();
    thread_.join();
}

std::size_t http_server::connections() {
    std::size_t count = 0;
    on_loop([&] { count = server_->connections(); });
    return count;
}

void http_server::on_loop(const std::function<void()>& what) {
    std::promise<void> done;
    boost::asio::post(loop_, [&] {
        what();
        done.set_value();
    });
    done.get_future().wait();
}

void http_server::start_stopping() {
    if (std::exchange(stopping_, true)) return;
    on_loop([this] {
        boost::asio::co_spawn(loop_, server_->stop(), [this](const std::exception_ptr&) { stopped_ = true; });
    });
}

void http_server::wait_until_stopped() {
    if (!eventually([this] { return stopped_.load(); })) throw http_error("the server did not stop");
}

void http_server::destroy() {
    on_loop([this] { server_.reset(); });
    loop_.stop();
    thread_.join();
}

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds deadline) {
    return cluster::wait_until(deadline, holds);
}

} // namespace cruddur::test
