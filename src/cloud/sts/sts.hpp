#pragma once

#include "cloud/wire/operation.hpp"

namespace cruddur::cloud::sts {

[[nodiscard]] const wire::service& sts_service();

// Its operation in a file of its own.
boost::json::object assume_role(const wire::call& in);

} // namespace cruddur::cloud::sts
