#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::lambda {

// In what a runtime's functions are written. Those of a custom one bring the program that runs them.
enum class runtime_language : std::uint8_t { custom, python, node };

// The runtimes that functions may have here, and the language of one of them.
[[nodiscard]] std::span<const std::string_view> runtime_names();
[[nodiscard]] runtime_language language_of(std::string_view runtime);

// This machine's Python, where functions can see it; "" where it has none.
[[nodiscard]] std::string python_program();

// A program of this machine that runs a language.
struct interpreter {
    std::string program; // "" of a custom runtime
    std::string version; // "3.11.2"
};

// What runs a function: by which command, and in which folder what AWS has in /var/runtime lies.
class function_runtimes {
public:
    // Writes what is ours to run functions by into this folder, which they may read. Throws
    // std::system_error.
    explicit function_runtimes(std::filesystem::path folder);

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    // Found once, by asking it for its version, which takes some milliseconds. Throws refusal
    // (InvalidRuntimeException) where this machine has none that functions can see. From any thread.
    interpreter find(std::string_view runtime);

private:
    std::filesystem::path folder_;
    std::mutex mutex_;
    std::map<runtime_language, interpreter> found_;
};

// The arguments of the interpreter, itself first; both folders are as the function sees them.
[[nodiscard]] std::vector<std::string> command_of(runtime_language language, const interpreter& by,
                                                  const std::filesystem::path& runtime_folder,
                                                  const std::filesystem::path& layers,
                                                  std::uint32_t memory_mib);

// The first line of a log, without its end, where a runtime is run by another version than its own; else "".
[[nodiscard]] std::string version_line(std::string_view runtime, const interpreter& by);

} // namespace cruddur::cloud::lambda
