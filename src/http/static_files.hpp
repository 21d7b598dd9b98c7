#pragma once

#include "http/router.hpp"
#include "http/static_file.hpp"

#include <span>
#include <string_view>

namespace cruddur::http {

// Answers GET with the files: "/" is /index.html, any other path its own file or nothing. An immutable file
// may be kept for a year, any other is asked for again each time (and answered 304). HTML is sent with the
// headers that keep others' scripts and frames out, and lets its scripts call their own origin and
// `connect_to`, another one, if it is given. Safe to share between loops.
[[nodiscard]] shortcut serve_static(std::span<const static_file> files, std::string_view connect_to = {});

} // namespace cruddur::http
