#pragma once

#include "cloud/ground/state.hpp"
#include "cloud/lambda/invoker.hpp"

#include <string>

namespace cruddur::cloud::lambda {

// Whether a statement of the function's policy, or of its version's or alias's where the ARN names one, as
// AddPermission wrote it, lets that service invoke it for that resource. A function that is not there lets
// nobody.
[[nodiscard]] bool may_invoke(ground::state& db, const std::string& function_arn,
                              const invocation_source& from);

} // namespace cruddur::cloud::lambda
