#pragma once

#include "http/router.hpp"

#include <span>
#include <string_view>

namespace cruddur::http {

// One file of the page, compiled in. All views are of static storage. An empty gzip or brotli means that this
// encoding is not there; identity always is.
struct static_file {
    std::string_view path;         // "/index.html", "/assets/index-3f2a1b.js"
    std::string_view content_type; // "text/html; charset=utf-8"
    std::string_view identity;
    std::string_view gzip;
    std::string_view brotli;
    std::string_view etag; // quoted, strong: of the content
    bool immutable;        // its name changes with its content
};

// Answers GET with the files: "/" is /index.html, any other path its own file or nothing. An immutable file
// may be kept for a year, any other is asked for again each time (and answered 304). HTML is sent with the
// headers that keep others' scripts and frames out. Safe to share between loops.
[[nodiscard]] shortcut serve_static(std::span<const static_file> files);

} // namespace cruddur::http
