#pragma once

#include "cloud/iam/access_control.hpp"

#include <vector>

namespace cruddur::cloud::iam {

// What a call's caller has to be allowed: the operation's action on each resource that its input names, and
// what it does besides, such as handing over a role. None for what AWS lets everybody do.
[[nodiscard]] std::vector<access_request>
requests_of(const wire::call& in, const resource_directory& resources, bool input_is_known);

} // namespace cruddur::cloud::iam
