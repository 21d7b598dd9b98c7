#include "app/door/descriptors.hpp"

#include <fmt/format.h>

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>

namespace cruddur::app::door {
namespace {

// A loop's: two epoll sets, an event, a timer, two listeners, a resolver.
constexpr std::size_t for_loop = 8;
// The listener for other nodes, the keys' fetch, /metrics and who scrapes it, files that libraries open for a
// moment.
constexpr std::size_t for_service = 30;
constexpr std::size_t connections_min = 8; // of a loop, those that are turned away included

std::size_t open_now() {
    std::error_code failed;
    const std::filesystem::directory_iterator all{"/proc/self/fd", failed};
    if (failed) return for_service;
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

} // namespace

http::limits http_limits_of(const service_params& params, unsigned threads) {
    http::limits made;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return made;
    const std::size_t database = std::max<std::size_t>(params.connections_max, 2 * threads);
    const std::size_t kept = open_now() + database + for_service + threads * for_loop;
    const std::size_t least = kept + threads * connections_min;
    if (limit.rlim_cur < least) {
        throw start_error{
            fmt::format("The limit of open files is {}, and {} are needed for {} event loops and {} database "
                        "connections. Raise it (ulimit -n {}), or take fewer: --threads, --connections.",
                        limit.rlim_cur, least, threads, database, std::max<std::size_t>(least, 1'024))};
    }
    const std::size_t left = limit.rlim_cur - kept;
    const std::size_t share = (left - std::min(params.descriptors_kept, left / 2)) / threads;
    made.surplus_max = std::clamp<std::size_t>(share / 8, 2, made.surplus_max);
    made.connections_max = std::min(made.connections_max, share - made.surplus_max);
    return made;
}

} // namespace cruddur::app::door
