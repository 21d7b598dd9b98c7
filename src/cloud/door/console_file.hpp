#pragma once

#include <string_view>

namespace cruddur::cloud::door {

// One file of the console's page, compiled in. All views are of static storage. It stands there compressed
// alone: plain, the page would be five times as much of the program.
struct console_file {
    std::string_view path;         // "/index.html", "/assets/index-3f2a1b.js"
    std::string_view content_type; // "text/html; charset=utf-8"
    std::string_view brotli;
    std::string_view etag; // quoted, strong: of the content
};

} // namespace cruddur::cloud::door
