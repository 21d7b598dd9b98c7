#pragma once

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

} // namespace cruddur::http
