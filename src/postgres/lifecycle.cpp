#include "postgres/lifecycle.hpp"

#include <algorithm>

namespace cruddur::postgres {
namespace {

std::chrono::milliseconds part(std::chrono::milliseconds of, double share) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(of * share);
}

std::size_t less(std::size_t from, std::size_t what) {
    return from > what ? from - what : 0;
}

} // namespace

std::chrono::milliseconds backoff::failed(double chance) {
    const auto limit = std::min<std::chrono::milliseconds>(max_, min_ * (1LL << std::min(failures_, 20U)));
    ++failures_;
    return part(limit, chance);
}

std::size_t connections_to_open(const connection_counts& have, const connection_limits& limits) {
    const std::size_t demand = std::max<std::size_t>(have.demand, have.failing ? 1 : 0);
    const std::size_t wanted = have.idle > 0 ? limits.min : std::clamp(demand, limits.min, limits.max);
    const std::size_t missing = less(wanted, have.open - have.retiring + have.connecting);
    const std::size_t room = less(limits.max, have.open + have.connecting);
    const std::size_t at_once = less(have.failing ? 1 : limits.connecting_max, have.connecting);
    return std::min({missing, room, at_once});
}

fate judge(const connection_facts& one, bool needed, clock::time_point now,
           std::chrono::milliseconds silence_max) {
    if (one.awaits_answer && silence_max.count() > 0 && now - one.last_heard > silence_max) return fate::lost;
    if (now < one.retires_at) return fate::keep;
    return one.in_use || needed ? fate::retire : fate::close;
}

std::chrono::milliseconds jittered(std::chrono::milliseconds lifetime, double chance) {
    return part(lifetime, 0.9 + 0.2 * chance);
}

} // namespace cruddur::postgres
