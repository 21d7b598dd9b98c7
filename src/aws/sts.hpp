#pragma once

#include "aws/call.hpp"

#include <string>

namespace cruddur::aws {

struct caller_identity {
    std::string account{};
    std::string arn{};
};

// Who calls. Every caller may ask.
[[nodiscard]] result<caller_identity> get_caller_identity(client& by);

} // namespace cruddur::aws
