#pragma once

#include "cloud/lambda/function_confinement.hpp"
#include "cloud/lambda/function_runtime.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cruddur::cloud::lambda {

// What a function's process is made of.
// What a function's own calls of AWS are signed by: the account's root, where its role is none of IAM's.
struct function_keys {
    std::string access_key = "local";
    std::string secret = "local";
    std::string session_token = "local";
};

struct function_settings {
    std::string arn;
    std::string name;
    std::string version = "$LATEST";
    std::string runtime = "provided.al2023";
    std::string handler;
    std::string region;
    interpreter by;                            // of its runtime
    function_folders folders;                  // which it may read and not write
    std::filesystem::path root;                // an empty folder, on which what it sees of the files is built
    std::vector<std::filesystem::path> hidden; // from it, wherever they lie
    std::uint32_t user = 0;                    // of the confinement's range
    std::vector<std::uint32_t> groups;         // that may read its folders
    std::vector<std::pair<std::string, std::string>> environment;
    std::uint32_t memory_mib = 128;
    std::uint32_t storage_mib = 512; // of /tmp, where it has one of its own
    std::chrono::milliseconds timeout{3'000};
    bool is_traced = false; // its events are told to be sampled
    std::string log_group;
    std::string log_stream;
    function_keys keys;
};

struct function_event {
    std::string request_id;
    std::string payload;
    std::string client_context; // JSON, or ""
    std::string invoked_arn;    // as its caller named the function
};

// How one invocation ended.
struct function_outcome {
    enum class end : std::uint8_t {
        answered,
        failed,    // by an error that the function reported
        exited,    // the process ended before it answered
        timed_out, // and was killed
        untaken,   // the process had ended when the event came: another one can have it
    };
    end how = end::answered;
    std::string payload; // the answer, or the error's document
    std::string log;     // what Lambda itself writes into the function's log about its end; lines, or ""
    std::string type;    // of the error by which Lambda itself ended it, or ""
    std::chrono::microseconds duration{0};
    std::chrono::microseconds init_duration{0}; // of a first invocation; else 0
    std::uint64_t memory_used_mib = 0;
};

// One environment of a function, its program and whatever that starts, under a runtime API of its own on
// loopback, which answers to none but them: the kernel tells whose a connection's other end is. It is
// confined, with limits on memory, files and cores, and is killed, whole, when this object goes or our thread
// ends. On the loop's thread alone.
class function_process {
public:
    // `line`: each event of its log that it writes, in order. Throws std::system_error where no process can
    // be started.
    function_process(boost::asio::io_context& loop, const confinement& in, function_settings settings,
                     std::function<void(std::string)> line);
    function_process(const function_process&) = delete;
    function_process& operator=(const function_process&) = delete;
    ~function_process();

    // Hands out one event, which is as before where it is not taken, and waits for its answer, the process's
    // end or the function's timeout; what the process wrote before is told by then. A process that has ended
    // takes no further one. One at a time.
    boost::asio::awaitable<function_outcome> invoke(function_event& event);

    [[nodiscard]] bool alive() const;
    // The ancestor of all its processes.
    [[nodiscard]] pid_t pid() const;

    struct state;

private:
    std::shared_ptr<state> state_;
};

} // namespace cruddur::cloud::lambda
