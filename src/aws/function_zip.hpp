#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::aws {

// A Lambda function's code as it is uploaded: a zip, in base64, and known by its digest.

struct packed_file {
    std::string name; // within the zip, with '/' between folders
    std::filesystem::path from;
    std::uint32_t mode = 0644;
};

struct package_entry {
    std::string name;
    std::uint64_t bytes = 0;
    std::uint64_t packed_bytes = 0;
};

// Writes a zip of these files, deflated, with their modes and a fixed time: the same files make the same
// bytes. Replaces `to` whole or leaves it as it was. Returns what is in it. Throws std::runtime_error.
std::vector<package_entry> write_package(const std::filesystem::path& to,
                                         const std::vector<packed_file>& files);

[[nodiscard]] std::string to_base64(std::string_view bytes);
// As Lambda tells it: the SHA-256 of the zip, in base64.
[[nodiscard]] std::string code_sha256(std::string_view zip);

} // namespace cruddur::aws
