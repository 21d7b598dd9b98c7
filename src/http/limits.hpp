#pragma once

#include <chrono>
#include <cstddef>

namespace cruddur::http {

// What a stranger can make us hold or wait for. Beyond a limit the answer is the contract's: 413, 414 or 431,
// 408, 503. Times are held by a sweep over all connections, so that a deadline may be up to a quarter of a
// second late.
struct limits {
    std::size_t header_bytes_max = 16 * 1024;
    std::size_t body_bytes_max = 64 * 1024; // of a route that has no limit of its own
    std::size_t connections_max = 20'000;   // a loop; a further one is told 503 and closed
    std::size_t surplus_max = 256;          // of those that are being told so at once
    std::size_t pipelined_max = 16;         // requests of one connection answered before it is read again

    // From the first byte of a request to the end of its header, and from there to the end of its body.
    std::chrono::milliseconds header_timeout{10'000};
    std::chrono::milliseconds body_timeout{20'000};
    std::chrono::milliseconds idle_timeout{75'000};    // between requests
    std::chrono::milliseconds handler_timeout{30'000}; // then the handler is cancelled, and the answer is 503
    std::chrono::milliseconds write_timeout{20'000};   // for a peer that does not read
    std::chrono::milliseconds drain_timeout{10'000};   // for requests in flight when the server stops

    std::size_t compress_bytes_min = 1'024;
};

} // namespace cruddur::http
