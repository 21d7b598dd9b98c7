#pragma once

#include "cloud/ground/state.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cassert>
#include <string>
#include <type_traits>
#include <typeindex>
#include <unordered_map>
#include <utility>

namespace cruddur::cloud::wire {

// What operations work with. All but `workers` belongs to the loop's thread.
class environment {
public:
    environment(ground::state& opened, boost::asio::any_io_executor executor,
                boost::asio::thread_pool& threads, std::string default_region)
        : db{opened}
        , loop{std::move(executor)}
        , workers{threads}
        , region{std::move(default_region)} {}

    ground::state& db;
    boost::asio::any_io_executor loop;
    boost::asio::thread_pool& workers; // for what would block the loop, such as hashing a password
    std::string region;                // of requests that name none
    std::string url;                   // of this endpoint, without a slash at its end; set once it is bound

    // The long-lived parts of the services, each by its own type or by the interface that others know it by:
    // a pool of functions, a mailbox. The door, which makes them, registers every part that the services
    // which it routes to ask for, before the first call; they outlive the last one.
    template<class Part>
    void add(Part& part) {
        parts_[typeid(Part)] = &part;
    }
    // The part of that type, which is there.
    template<class Part>
    [[nodiscard]] Part& part() const {
        const auto found = parts_.find(typeid(Part));
        assert(found != parts_.end());
        return *static_cast<Part*>(found->second);
    }

private:
    std::unordered_map<std::type_index, void*> parts_;
};

// Runs `work`, which must not touch the state, on a worker; its result, or what it throws, comes back on the
// loop. Written into the co_await it may capture by reference alone: GCC 12 copies such a closure byte by
// byte (its bug 99576). A closure, and no pointer to a function: two files that gave the same pointer's type
// would each compile this coroutine, with a frame whose names GCC counts by file (-Wodr).
template<class Work>
requires std::is_class_v<Work> boost::asio::awaitable<std::invoke_result_t<Work&>> offload(environment& in,
                                                                                           Work work) {
    const auto run = [](Work owned) -> boost::asio::awaitable<std::invoke_result_t<Work&>> {
        co_return owned();
    };
    co_return co_await boost::asio::co_spawn(in.workers, run(std::move(work)), boost::asio::use_awaitable);
}

} // namespace cruddur::cloud::wire
