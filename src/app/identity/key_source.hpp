#pragma once

#include "app/ground/background.hpp"
#include "app/identity/token.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace cruddur::app::identity {

using ground::task_report;

struct key_source_params {
    std::string jwks;    // a URL, http or https, or a file's path
    std::string ca_file; // roots for https; "" means the system's
    std::chrono::milliseconds fetch_timeout{5'000};
    std::chrono::milliseconds age_min{60 * 60'000}; // a key set is kept at least that long, and at most a day
    std::chrono::milliseconds refetch_min{60'000};  // between fetches that tokens of unknown keys ask for
    std::chrono::milliseconds retry_min{250};       // between failed fetches: doubled
    std::chrono::milliseconds retry_max{2'000}; // up to this while there are no keys at all, then refetch_min
};

// The user pool's public keys: fetched when this is made, again when their max-age has passed, and when a
// token names a key that is not there, but then never more often than refetch_min. While fetching fails the
// keys that were fetched last serve on; while there never were any, it is tried again soon, and nobody waits
// for an issuer that failed the last time. One fetch at a time is under way. The fetches are made on a thread
// of its own; the methods may be called from any thread.
class key_source {
public:
    // Fetches begin at once. Throws std::runtime_error for a file that can't be read or holds no key set.
    explicit key_source(key_source_params params);
    ~key_source(); // completes every wait, ends a fetch under way
    key_source(const key_source&) = delete;
    key_source& operator=(const key_source&) = delete;

    // Null until the first fetch has succeeded.
    [[nodiscard]] std::shared_ptr<const key_set> keys() const;
    // Waits for the fetch under way, or begins one if the last is long enough ago; completes at once where
    // neither is so. Looking at keys() again is the caller's.
    boost::asio::awaitable<void> refresh();

    // How the fetches go.
    [[nodiscard]] const task_report& report() const;
    // Attempts so far, for metrics and tests.
    [[nodiscard]] std::uint64_t fetches() const;

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

} // namespace cruddur::app::identity
