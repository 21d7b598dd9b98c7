#pragma once

#include "cloud/wire/operation.hpp"

namespace cruddur::cloud {

[[nodiscard]] const query_service& sts_service();

} // namespace cruddur::cloud
