#pragma once

#include <sys/types.h>

#include <cstdint>

namespace cruddur::cloud::lambda {

// How much memory the function below `guardian` holds that is nobody else's, in bytes, with all the processes
// that it started. 0 until its program has begun: what is there before is a copy of ours, and as large as
// ours.
[[nodiscard]] std::uint64_t memory_held_by(pid_t guardian);

// The most that the function's own process has ever held, in MiB, rounded up; 0 where it has ended.
[[nodiscard]] std::uint64_t memory_peak_mib_of(pid_t guardian);

} // namespace cruddur::cloud::lambda
