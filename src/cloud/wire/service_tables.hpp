#pragma once

#include "cloud/wire/operation.hpp"
#include "cloud/wire/web.hpp"

#include <span>

namespace cruddur::cloud::wire {

// What one service answers: its operations, and the paths that it has beside AWS's own.
struct service_tables {
    const service* operations = nullptr;
    std::span<const web_route> routes{};
};

// All that local AWS answers, but for the preflight of "/": the door has the list, and hands it to whoever
// reads it. Its tables live as long as the program.
using service_list = std::span<const service_tables>;

} // namespace cruddur::cloud::wire
