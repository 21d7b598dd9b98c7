#pragma once

#include "http/message.hpp"

#include <array>

namespace cruddur::http {

// Sets the request's id, and traceparent where a well-formed one came in. The id is the one that came in,
// where it may be taken over, or a new one, random, for which the room is lent.
void identify(request& request, std::array<char, 16>& room);

} // namespace cruddur::http
