#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

namespace cruddur::cluster {

struct download_params {
    std::string url; // http or https
    std::filesystem::path file;
    std::int64_t bytes = 0;                               // that it has: one byte more is refused
    std::string sha512;                                   // of the whole, in base64
    std::function<void(std::int64_t done)> progress = {}; // told as bytes come
    std::stop_token stopping = {};
};

// Fetches a file. What an interrupted one left beside it (`file`.part) is gone on with, where the other side
// offers that. The file appears at once, whole, and with that digest, or not at all: what has another digest
// is thrown away. Redirections are followed, proxies and their variables are curl's, TLS is verified. Throws
// cluster::error that says what went wrong, and whether what has come is kept for the next try; `interrupted`
// where it is to stop. Blocks; gives up where less than 1 kB/s comes for 30 s.
void download(const download_params& params);

// The SHA-512 of a file, in base64. Throws cluster::error.
[[nodiscard]] std::string sha512_of(const std::filesystem::path& file);

} // namespace cruddur::cluster
