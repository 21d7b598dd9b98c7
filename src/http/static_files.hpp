#pragma once

#include "http/router.hpp"
#include "http/static_file.hpp"

#include <span>

namespace cruddur::http {

// Answers GET with the files: "/" is /index.html, any other path its own file or nothing. An immutable file
// may be kept for a year, any other is asked for again each time (and answered 304). HTML is sent with the
// headers that keep others' scripts and frames out. Safe to share between loops.
[[nodiscard]] shortcut serve_static(std::span<const static_file> files);

} // namespace cruddur::http
