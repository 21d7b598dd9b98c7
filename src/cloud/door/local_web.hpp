#pragma once

#include "cloud/wire/web.hpp"

#include <span>

namespace cruddur::cloud::door {

// What AWS has elsewhere, or not at all: the bundle of its certificates, and what was asked for in vain.
[[nodiscard]] std::span<const wire::web_route> local_web_routes();

} // namespace cruddur::cloud::door
