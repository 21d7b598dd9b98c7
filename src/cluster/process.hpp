#pragma once

#include "cluster/account.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace cruddur::cluster {

// A program to run. Its environment is empty but for PATH, LC_ALL=C, TZ=UTC and what is named here: no PG*
// variable of the caller's reaches it. Its signals are as new, and none of our descriptors are open in it.
struct command {
    std::vector<std::string> arguments; // the first is the program's full path
    account as = {};
    std::string input;         // what it reads on standard input; for secrets, which are no arguments
    std::filesystem::path log; // what it writes is appended here, opened as the account; else captured
    bool dies_with_us = false; // it gets SIGQUIT when the thread that started it ends
    std::vector<std::string> environment = {};  // "NAME=value"
    std::filesystem::path working_folder = "/"; // entered as the account
    std::stop_token stopping = {};              // kills it, and what it started, while it is waited for
};

struct outcome {
    int exit_status = 0; // as a shell has it: 128 + n for signal n
    std::string output;  // standard output and standard error
};

// Runs to the end, or throws when it takes longer than the time given or is to stop (it is killed then).
outcome run(const command& command, std::chrono::milliseconds timeout);

// As run(), but what it writes on standard output goes to `output` as it comes; the outcome holds standard
// error alone. What `output` throws ends the program, and is thrown on.
outcome run_out(const command& command, std::chrono::milliseconds timeout,
                const std::function<void(std::span<const std::byte>)>& output);

// As run(), but its standard input comes from `input`, which fills the span and says how much of it; 0 ends
// it.
outcome run_in(const command& command, std::chrono::milliseconds timeout,
               const std::function<std::size_t(std::span<std::byte>)>& input);

// Starts in a session of its own, so that a terminal's Ctrl-C does not reach it. The caller reaps it.
pid_t spawn(const command& command);

// A child that does `act`, which ends it or executes a program. Until then it is vfork(2)'s: our memory is
// its own and this thread waits, since to copy the tables of a large memory takes longer than what most
// children do. So `act` makes system calls alone, allocates nothing and changes no variable; signals are
// blocked in it. -1 and errno where there is no child. One that changes its user makes our memory undumpable,
// by which that user cannot read it, and it is dumpable again when the child has gone its way.
pid_t in_child(const std::function<void()>& act);

// The fields of a process's stat, each at its number in proc(5): its name at 2, which may hold anything, its
// state at 3, its parent at 4. None where it has ended.
std::vector<std::string> stat_fields(pid_t process);

// How long to wait before looking again at what has been waited for since `begun`: an eighth of that, 2 to 50
// ms. Looking costs a query or a turn through /proc, and what takes seconds is seen an eighth late at most.
std::chrono::nanoseconds next_pause(std::chrono::steady_clock::time_point begun);

// Tries again after next_pause() until the condition holds; false when it does not within the time given, or
// before a stop is asked for.
template<class Condition>
bool wait_until(std::chrono::nanoseconds timeout, const std::stop_token& stopping, Condition condition) {
    const auto begun = std::chrono::steady_clock::now();
    while (!condition()) {
        if (stopping.stop_requested() || std::chrono::steady_clock::now() >= begun + timeout) return false;
        std::this_thread::sleep_for(next_pause(begun));
    }
    return true;
}
template<class Condition>
bool wait_until(std::chrono::nanoseconds timeout, Condition condition) {
    return wait_until(timeout, {}, condition);
}

} // namespace cruddur::cluster
