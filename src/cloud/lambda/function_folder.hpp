#pragma once

#include <filesystem>

namespace cruddur::cloud::lambda {

// A folder of the system's temporary ones for what functions run: their user may pass through it, which he
// may not in ours. It goes when this object goes, and that of a process that was killed when the next one is
// made: a lock on it tells whether its process lives. Another user's is left alone.
class function_folder {
public:
    // Throws std::system_error.
    function_folder();
    function_folder(const function_folder&) = delete;
    function_folder& operator=(const function_folder&) = delete;
    ~function_folder();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    int lock_ = -1;
};

} // namespace cruddur::cloud::lambda
