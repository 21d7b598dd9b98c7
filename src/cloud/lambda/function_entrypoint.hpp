#pragma once

#include <filesystem>
#include <string>

namespace cruddur::cloud::lambda {

// Why a function's `bootstrap` could not be executed.
struct entrypoint_failure {
    std::string message; // as Lambda words it
    std::string advice;  // what is wrong with the file, and what to do; "" where that is not known
};

// `code`: the folder that was unpacked; `error`: the errno with which its execution failed.
[[nodiscard]] entrypoint_failure explain_entrypoint(const std::filesystem::path& code, int error);

} // namespace cruddur::cloud::lambda
