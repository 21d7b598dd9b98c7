#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::lambda {

enum class severity : std::uint8_t { info, warning, error };

// Writes one line of JSON to standard output, which CloudWatch Logs keeps. What is logged names no person:
// no attribute of a user, and no text of a database's error that may quote one.
void log(severity level, std::string_view message,
         const std::vector<std::pair<std::string_view, std::string>>& details = {});

// While it lives, every line carries the invocation's request id and trace id.
class log_scope {
public:
    log_scope(const std::string& request_id, const std::string& trace_id);
    log_scope(const log_scope&) = delete;
    log_scope& operator=(const log_scope&) = delete;
    ~log_scope();
};

} // namespace cruddur::lambda
