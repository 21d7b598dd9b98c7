#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur::app::identity {

struct fetched {
    std::string body;
    std::chrono::seconds max_age{0}; // of Cache-Control, or 0
    std::string failure;             // what went wrong, for the log, or ""
};

// Gets a document by its http or https URL, or its path, within the time given; more than 256 KiB, a
// redirection or a status other than 200 is a failure. Blocks; `stop` ends it within a second.
[[nodiscard]] fetched fetch(const std::string& url_or_path, const std::string& ca_file,
                            std::chrono::milliseconds timeout, const std::atomic<bool>& stop);

// max-age of a Cache-Control field, or 0 where it says none or forbids keeping.
[[nodiscard]] std::chrono::seconds max_age_of(std::string_view cache_control);

} // namespace cruddur::app::identity
