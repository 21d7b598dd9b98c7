#pragma once

#include "cloud/lambda/function_process.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cruddur::cloud::lambda {

// The variables that a function's process begins with, "NAME=value" each: what Lambda says of the function
// and where its runtime API is, and the function's own, which may be others than Lambda's where AWS lets them
// be (PATH, LANG, TZ, LD_LIBRARY_PATH, PYTHONPATH, NODE_PATH).
[[nodiscard]] std::vector<std::string> process_environment(const function_settings& of, const confinement& in,
                                                           std::uint16_t port);

} // namespace cruddur::cloud::lambda
