#pragma once

#include "http/router.hpp"
#include "http/static_file.hpp"

#include <span>

namespace cruddur::http {

// Answers GET with the files: each path its own file, any other nothing. An immutable file may be kept for a
// year, any other is asked for again each time (and answered 304). Safe to share between loops.
[[nodiscard]] shortcut serve_static(std::span<const static_file> files);

} // namespace cruddur::http
