#pragma once

#include "cloud/ground/state.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace cruddur::cloud::door {

// What an operator can set. The defaults are what `cruddur cloud` runs with.
struct service_params {
    std::string host = "127.0.0.1";
    std::uint16_t port = 4566;             // 0 asks for a free one
    std::filesystem::path folder;          // everything that lasts
    std::string region = "us-east-1";      // of requests that do not say theirs
    std::string keys_file;                 // whose signatures are required; "" takes any credentials
    bool enforce_iam = false;              // policies decide from the start on, before there is one
    bool allow_version_substitute = false; // the newest PostgreSQL may serve an engine version not installed
    std::string command = "cruddur cloud"; // as an operator types it for this folder: for messages
    ground::state_opening opening = {};    // of what it remembers
    std::chrono::seconds clock_ahead{0};   // of RDS's clock, for tests of what takes days
};

// The folder, the keys' file or the address cannot be used. The text is for the operator.
class start_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// What a local AWS of that folder leaves for programs beside it: the URL that it has, or had last; by default
// the one that it would take. And the file of its own authority's certificates, which is there once it has
// run.
[[nodiscard]] std::string last_endpoint(const std::filesystem::path& folder);
[[nodiscard]] std::filesystem::path authority_file(const std::filesystem::path& folder);

// Local AWS: the endpoint on an HTTP server, with a thread of its own. Its methods may be called from any one
// thread.
class service {
public:
    explicit service(service_params params);
    ~service(); // stop()

    // Opens the state, binds, and begins to answer. Throws start_error. Returns the port bound.
    std::uint16_t start();
    // How Lambda functions are kept from each other and from this machine's files: a line for the operator,
    // once it has started.
    [[nodiscard]] std::string confinement() const;
    // Answers what is in flight, closes, and joins the thread. It is not an error to stop twice, or what
    // never started.
    void stop();
    // What was asked for and is not there, a line each, the most wanted first. Once it has stopped.
    [[nodiscard]] std::vector<std::string> missing() const;

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

} // namespace cruddur::cloud::door
