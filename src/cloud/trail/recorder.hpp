#pragma once

#include "cloud/iam/access_control.hpp"
#include "cloud/trail/event_store.hpp"
#include "cloud/trail/trail_records.hpp"
#include "cloud/wire/call_recorder.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace cruddur::cloud::trail {

// CloudTrail's memory: takes every call that is over, and on a thread of its own makes its event, tells who
// listens, writes it into the event_store, and that into the files of trails. A call costs the loop no more
// than being handed over. What cannot be written is tried again, while new calls wait in a queue; what finds
// that full is lost, which is logged. A part of the environment.
class recorder : public wire::call_recorder {
public:
    // Of calls that wait to be written: their number, and the bytes of their bodies.
    static constexpr std::size_t waiting_max = 20'000;
    static constexpr std::size_t waiting_bytes_max = 64UL * 1024 * 1024;

    using listener = std::function<void(std::vector<told_event>&)>;

    // Events stand in `folder`/calls, trails' files in `folder`/trails. Throws state_error.
    recorder(boost::asio::any_io_executor loop, ground::state& db, const iam::access_control& access,
             const std::filesystem::path& folder);
    ~recorder() override; // stop()

    // Who hears of events, on the loop, before they are written. Before the first call.
    void listen(listener heard);
    void start();
    // Writes what waits, once, and joins the thread.
    void stop();

    void record(wire::call& done, const wire::asked_operation& asked, const wire::refusal* why,
                std::size_t body_bytes) noexcept override;

    // What trails there are has changed: reads them again. On the loop's thread; throws state_error.
    void read_trails();
    // What has been kept; on the loop's thread.
    [[nodiscard]] event_reader& reader() { return reader_; }

private:
    using clock = std::chrono::steady_clock;

    [[nodiscard]] caller_facts facts_of(const wire::call& done, bool is_public) const;
    void enqueue(finished_call done);
    void run();
    [[nodiscard]] std::vector<finished_call> take_waiting();
    void tell(std::vector<told_event> events);
    void write();
    void deliver();
    bool pause(std::chrono::milliseconds length); // false once it is to stop

    boost::asio::any_io_executor loop_;
    ground::state& db_;
    const iam::access_control& access_;
    std::filesystem::path files_;
    event_store store_;
    event_reader reader_;
    listener heard_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<finished_call> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::size_t lost_ = 0;
    std::size_t unwritten_count_ = 0; // of `unwritten_`
    std::vector<kept_trail> trails_;
    bool stopping_ = false;

    std::vector<call_event> unwritten_; // the thread's own
    clock::time_point next_delivery_{};
    std::thread thread_;
};

} // namespace cruddur::cloud::trail
