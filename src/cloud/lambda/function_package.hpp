#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace cruddur::cloud::lambda {

// A zip cannot be read, or holds what a function's code must not. The text is for whoever made it.
class package_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// It is larger than what Lambda takes.
class package_too_large : public package_error {
    using package_error::package_error;
};

// What Lambda takes of one upload, and of what comes out of it.
struct package_limits {
    std::uint64_t zip_bytes_max = 50ULL * 1024 * 1024;
    std::uint64_t unpacked_bytes_max = 250ULL * 1024 * 1024;
    std::uint64_t entries_max = 10'000;
};

// Unpacks a zip into the folder, which is there; a file or link that has the name of one in the zip makes way
// for it. Refuses, before anything is written, names that
// lead out of it, devices and what is beyond the limits; and symbolic links that lead out of it, when the
// rest is there. Files get mode 0755 where the zip marks them executable, else 0644. Throws package_error.
void unpack(std::string_view zip, const std::filesystem::path& into, const package_limits& limits = {});

// How many bytes come out of a zip, as its directory tells. Throws package_error.
[[nodiscard]] std::uint64_t unpacked_bytes(const std::filesystem::path& zip);

} // namespace cruddur::cloud::lambda
