#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace cruddur::cloud {

struct function_command {
    std::filesystem::path program; // run in its own folder
    std::vector<std::string> environment;
    std::uint32_t memory_mib = 128;
    int output = -1; // what it writes goes there
};

// Starts a function's process: as `nobody` where we are root, in a new session, with signals and descriptors
// as new, and limits on memory, files and cores; it is killed when the thread that calls this ends. The
// caller reaps it. Throws std::system_error.
pid_t spawn_function(const function_command& what);

} // namespace cruddur::cloud
