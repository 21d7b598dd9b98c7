#pragma once

#include "cloud/wire/operation.hpp"

namespace cruddur::cloud::sts {

[[nodiscard]] const wire::service& sts_service();

} // namespace cruddur::cloud::sts
