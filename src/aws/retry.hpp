#pragma once

#include "aws/error.hpp"

#include <chrono>

namespace cruddur::aws {

// Whether a call that failed so may be sent again: what was throttled, met a 5xx or had no answer. Where it
// may have been carried out, whoever sends it sees to it that twice is once.
[[nodiscard]] bool may_retry(const error& failed);

// How long to wait before the attempt after `attempt` (from 1): full jitter, `random` being of [0, 1), below
// 0.5 s, 1 s, 2 s … 20 s; never less than the server asked for.
[[nodiscard]] std::chrono::milliseconds back_off(unsigned attempt, double random,
                                                 std::chrono::milliseconds server_asks);

} // namespace cruddur::aws
