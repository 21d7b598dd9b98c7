#pragma once

#include <string>

namespace cruddur::app::answer {

// A uuid of version 7 (RFC 9562): the time in milliseconds, then randomness, so that those of one time stand
// together in an index. Lower case, with hyphens.
[[nodiscard]] std::string new_uuid();

} // namespace cruddur::app::answer
