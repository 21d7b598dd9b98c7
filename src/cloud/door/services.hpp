#pragma once

#include "cloud/wire/services.hpp"

namespace cruddur::cloud {

// The services of local AWS: who adds one, adds it here.
[[nodiscard]] service_list all_services();

} // namespace cruddur::cloud
