#pragma once

#include "app/endpoint.hpp"

#include <span>

namespace cruddur::app {

[[nodiscard]] std::span<const endpoint> user_endpoints();

} // namespace cruddur::app
