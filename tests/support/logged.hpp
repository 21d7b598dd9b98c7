#pragma once

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>

namespace cruddur::test {

// What is logged while it lives, as "level text" lines; it is logged nowhere else.
class logged {
public:
    logged() {
        const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_);
        sink->set_pattern("%l %v");
        spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
    }
    logged(const logged&) = delete;
    logged& operator=(const logged&) = delete;
    ~logged() { spdlog::set_default_logger(before_); }

    [[nodiscard]] std::string lines() const { return lines_.str(); }

private:
    std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
    std::ostringstream lines_;
};

} // namespace cruddur::test
