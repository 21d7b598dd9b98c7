#pragma once

#include "cloud/ground/back_off.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <string>

namespace cruddur::cloud::ground {

// Writes to the state that no caller waits for: what has happened is written down, at once or, where the file
// is locked, full or broken, in its order as soon as it can be, after pauses that grow. Used on the loop's
// thread alone.
class owed_writes {
public:
    // One that is new when so many are owed is lost, which is logged.
    static constexpr std::size_t owed_max = 10'000;

    explicit owed_writes(const boost::asio::any_io_executor& loop);
    owed_writes(const owed_writes&) = delete;
    owed_writes& operator=(const owed_writes&) = delete;

    // `write` is called until it returns, so it is one transaction, or a reader and one; what it throws
    // beside a passing state_error is logged, and that is its end. `then` follows it, or its loss.
    void owe(std::string name, std::function<void()> write, std::function<void()> then = {});

    // Tries once more what is owed and lets go of what fails; from here on each write is tried once.
    void close();

    [[nodiscard]] std::size_t size() const { return owed_.size(); }

private:
    struct one {
        std::string name;
        std::function<void()> write;
        std::function<void()> then;
    };

    enum class outcome { written, lost, failed };
    outcome attempt(const one& what);
    void pay();
    void wait();

    std::deque<one> owed_;
    back_off retry_;
    boost::asio::steady_timer timer_;
    bool closed_ = false;
};

} // namespace cruddur::cloud::ground
