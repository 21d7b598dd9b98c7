#pragma once

#include "cloud/invoker.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>
#include <type_traits>
#include <utility>

namespace cruddur::cloud {

class function_pool;
class instances;
class mailbox;
class missing_operations;
class state;

// The long-lived parts that operations use. All but `workers` belong to the loop's thread; what is a pointer
// may be null where that part does not run.
struct environment {
    state& db;
    boost::asio::any_io_executor loop;
    boost::asio::thread_pool& workers; // for what would block the loop, such as hashing a password
    std::string region;                // of requests that name none
    std::string url;                   // of this endpoint, without a slash at its end; set once it is bound
    invoker* functions = nullptr;
    mailbox* mail = nullptr;
    instances* rds = nullptr;
    function_pool* lambda = nullptr;
    missing_operations* missing = nullptr;
};

// Runs `work`, which must not touch the state, on a worker; its result, or what it throws, comes back on the
// loop. Written into the co_await it may capture by reference alone: GCC 12 copies such a closure byte by
// byte (its bug 99576).
template<class Work>
boost::asio::awaitable<std::invoke_result_t<Work&>> offload(environment& in, Work work) {
    const auto run = [](Work owned) -> boost::asio::awaitable<std::invoke_result_t<Work&>> {
        co_return owned();
    };
    co_return co_await boost::asio::co_spawn(in.workers, run(std::move(work)), boost::asio::use_awaitable);
}

} // namespace cruddur::cloud
