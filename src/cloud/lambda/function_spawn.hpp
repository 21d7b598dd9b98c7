#pragma once

#include "cloud/lambda/function_confinement.hpp"

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cloud::lambda {

struct function_command {
    function_folders folders;
    std::vector<std::string> command; // as the function sees it, the program's full path first
    std::filesystem::path root;       // an empty folder, on which what it sees is built
    std::vector<std::filesystem::path> hidden;
    std::vector<std::string> environment;
    std::uint32_t data_mib_max = 192; // of memory that a process of it can write
    std::uint32_t storage_mib = 512;
    std::uint32_t user = 0;            // of the confinement's range, where it has one; its own group, too
    std::vector<std::uint32_t> groups; // that may read its folders
    int output = -1;                   // what it writes goes there
};

// How it went, as its guardian tells it.
struct function_end {
    enum class kind : std::uint8_t {
        not_confined, // errno `value`, in `step`
        not_executed, // errno `value`
        ended,        // with this status of waitpid(2)
    };
    kind what;
    int value;
    std::array<char, 64> step;
};

struct spawned_function {
    pid_t guardian = 0; // whose end is that of all that the function started
    int told = -1;      // a function_end can be read here before the guardian's end; ours to close
    int stop_signal = 0;
};

// Starts a function: a guardian, and below it its program in its code's folder, confined, with signals and
// descriptors as new, and limits on memory, files and cores. The guardian ends with the function, by
// `stop_signal`, or when the thread that calls this ends, and takes along whatever the function has left
// running, sessions of its own included. The caller reaps it. Throws std::system_error.
spawned_function spawn_function(const confinement& in, const function_command& what);

// What its guardian has told; nullopt where it was killed first.
std::optional<function_end> read_end(int told);

} // namespace cruddur::cloud::lambda
