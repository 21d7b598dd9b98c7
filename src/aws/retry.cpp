#include "aws/retry.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace cruddur::aws {
namespace {

constexpr std::array<std::string_view, 9> throttles{"Throttling",
                                                    "ThrottlingException",
                                                    "ThrottledException",
                                                    "RequestThrottled",
                                                    "RequestLimitExceeded",
                                                    "TooManyRequestsException",
                                                    "RequestThrottledException",
                                                    "BandwidthLimitExceeded",
                                                    "SlowDown"};

constexpr std::chrono::milliseconds first_delay{500};
constexpr std::chrono::milliseconds delay_max{20'000};

} // namespace

bool may_retry(const error& failed) {
    if (failed.kind == failure::unreachable) return true;
    if (failed.kind != failure::refused) return false;
    return failed.status >= 500 || failed.status == 429 ||
           std::ranges::find(throttles, failed.code) != throttles.end();
}

std::chrono::milliseconds back_off(unsigned attempt, double random, std::chrono::milliseconds server_asks) {
    const auto limit = std::min(delay_max, first_delay * (1U << std::min(attempt - 1, 10U)));
    const std::chrono::milliseconds chosen{
        static_cast<std::int64_t>(static_cast<double>(limit.count()) * random)};
    return std::max(chosen, server_asks);
}

} // namespace cruddur::aws
