#pragma once

#include <chrono>
#include <cstddef>

// The decisions about connections, without connections: what to open, what to close, and when to try again.
// Chance comes in as a number from 0 up to 1, so that a test can choose it.
namespace cruddur::postgres {

using clock = std::chrono::steady_clock;

// How long to wait between failed connects: a random part of a limit that doubles with each failure ("full
// jitter"), so that the copies of a service do not return to a recovering server all at once.
class backoff {
public:
    backoff(std::chrono::milliseconds min, std::chrono::milliseconds max)
        : min_(min)
        , max_(max) {}

    [[nodiscard]] std::chrono::milliseconds failed(double chance);
    void succeeded() { failures_ = 0; }
    [[nodiscard]] bool failing() const { return failures_ > 0; }

private:
    std::chrono::milliseconds min_;
    std::chrono::milliseconds max_;
    unsigned failures_ = 0;
};

struct connection_limits {
    std::size_t min = 1;
    std::size_t max = 8;
    std::size_t connecting_max = 2;
};

struct connection_counts {
    std::size_t open = 0;       // of any age
    std::size_t retiring = 0;   // of those, past their lifetime
    std::size_t connecting = 0; // under way
    std::size_t idle = 0;       // ready for something new, and doing nothing
    std::size_t demand = 0;     // what wants a connection: in use, and waiting
    bool failing = false;       // the last connect failed
};

// How many connections to begin to open now. There are always `min`; there is one for each piece of work, up
// to `max`, when none is idle; and one attempt at a time tries a server that was not there the last time,
// wanted or not: who asks meanwhile is refused, and nobody but us would find that it is back.
[[nodiscard]] std::size_t connections_to_open(const connection_counts& have, const connection_limits& limits);

struct connection_facts {
    bool in_use = false;
    bool awaits_answer = false;
    clock::time_point retires_at;
    clock::time_point last_heard; // the last byte received, or the beginning of the wait for one
};

enum class fate {
    keep,
    retire, // take no more work where others can, close when idle
    close,  // retired, idle and not needed
    lost,   // silent for longer than any statement may take: the way to the server is broken
};

// `silence_max` of zero never finds a connection lost. `needed`: no younger connection could do the work.
[[nodiscard]] fate judge(const connection_facts& one, bool needed, clock::time_point now,
                         std::chrono::milliseconds silence_max);

// The lifetime, ±10 % at random.
[[nodiscard]] std::chrono::milliseconds jittered(std::chrono::milliseconds lifetime, double chance);

} // namespace cruddur::postgres
