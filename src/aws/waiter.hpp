#pragma once

#include "aws/rds.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace cruddur::aws {

enum class awaited : std::uint8_t { available, stopped, deleted };
enum class outlook : std::uint8_t { pending, reached, hopeless };

// What a status means to one who waits: `hopeless` is one that nothing but a person changes.
[[nodiscard]] outlook judge(awaited goal, std::string_view status);

struct wait_params {
    std::chrono::seconds timeout{1'800};
    // Called with every status that is seen, changed or not.
    std::function<void(std::string_view status, std::chrono::seconds waited)> progress{};
};

// Looks at the instance, at first often and then every five seconds, until it is as awaited. A hopeless
// status and a timeout fail with `failed`; a call that fails, with its own failure. What was deleted comes
// back with nothing but its identifier.
[[nodiscard]] result<db_instance> wait_for(client& by, const std::string& identifier, awaited goal,
                                           const wait_params& how);
// The same until the snapshot is available.
[[nodiscard]] result<db_snapshot> wait_for_snapshot(client& by, const std::string& name,
                                                    const wait_params& how);

} // namespace cruddur::aws
