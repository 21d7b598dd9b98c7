#pragma once

#include "aws/error.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace cruddur::aws {

struct credentials;

// One request. Where `by` is given, libcurl signs it (Signature Version 4) for the region and the service's
// scope.
struct http_request {
    std::string method = "GET"; // GET, PUT, POST or DELETE
    std::string url{};
    std::vector<std::pair<std::string, std::string>> fields{};
    std::string body{};
    const credentials* by = nullptr;
    std::string region{};
    std::string scope{};
    std::string ca_file{}; // "" is the system's
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds timeout{30'000}; // of all of it
};

struct http_response {
    unsigned status = 0;
    std::string body{};
    std::chrono::milliseconds retry_after{0}; // as the answer asks, or 0
};

// Sends it and reads the whole answer, at most 8 MiB. Redirections are not followed, TLS is always verified,
// and nothing of it is logged. Fails with `unreachable` only: any status is an answer. Blocks its thread,
// never beyond the timeouts; several threads may send at once.
[[nodiscard]] result<http_response> send(const http_request& request);

} // namespace cruddur::aws
