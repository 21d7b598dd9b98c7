#include "app/ground/rate_limiter.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <random>
#include <string>

namespace cruddur::app::ground {
namespace {

constexpr std::chrono::minutes window{1};

std::uint64_t random_seed() {
    std::random_device random;
    return static_cast<std::uint64_t>(random()) << 32 | random();
}

} // namespace

rate_limiter::rate_limiter(rate_limits limits)
    : limits_{limits}
    , seed_{random_seed()}
    , table_(rows) {}

rate_limiter::clock::duration rate_limiter::interval_of(rate_class of) const {
    const unsigned a_minute = of == rate_class::request    ? limits_.requests
                              : of == rate_class::writing  ? limits_.writings
                              : of == rate_class::reaction ? limits_.reactions
                                                           : 0;
    return a_minute == 0 ? clock::duration::zero() : clock::duration{window} / a_minute;
}

std::uint64_t rate_limiter::hash(rate_class of, std::string_view name) const {
    std::string text(sizeof seed_ + 1, static_cast<char>(of));
    std::memcpy(text.data(), &seed_, sizeof seed_);
    return std::hash<std::string_view>{}(text.append(name));
}

std::optional<std::chrono::seconds> rate_limiter::take(rate_class of, std::string_view name,
                                                       clock::time_point now) {
    const auto interval = interval_of(of);
    if (interval == clock::duration::zero()) return std::nullopt;
    const std::uint64_t wanted = hash(of, name);
    const std::size_t at = wanted % rows;
    const std::scoped_lock lock{mutexes_[at % locks]};
    row& here = table_[at];
    auto* found = std::ranges::find(here, wanted, &entry::name);
    if (found == here.end()) {
        found = std::ranges::min_element(here, {}, &entry::all_back_at);
        *found = {wanted, now};
    }
    const auto all_back_at = std::max(found->all_back_at, now) + interval;
    if (all_back_at - now > window)
        return std::chrono::ceil<std::chrono::seconds>(all_back_at - now - window);
    found->all_back_at = all_back_at;
    return std::nullopt;
}

} // namespace cruddur::app::ground
