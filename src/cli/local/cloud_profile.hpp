#pragma once

#include "cli/ground/command.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace cruddur::cli::local {

// A profile of the AWS CLI and SDKs that reaches local AWS and nothing else: it trusts local AWS's own
// authority alone, so that a program which passes its endpoint over cannot talk to the real AWS.
struct aws_profile {
    std::string name;
    std::string endpoint;
    std::string region;
    std::filesystem::path bundle; // of local AWS's authority
};

// The text of an ~/.aws/config with the profile in it: in the place of the one that we wrote, else at the
// end. Throws std::runtime_error where a section of that name is somebody else's.
[[nodiscard]] std::string with_profile(const std::string& config, const aws_profile& profile);
// And without it. Throws std::runtime_error where there is none, or it is somebody else's.
[[nodiscard]] std::string without_profile(const std::string& config, std::string_view name);

// The program as the caller's shell finds it: `cruddur`, or where its PATH has not the checkout's script,
// that script's whole path.
[[nodiscard]] std::string own_program();

// `cruddur cloud` as somebody types it for the local AWS of that folder: a command or a word follows.
[[nodiscard]] std::string cloud_command(const std::filesystem::path& folder,
                                        std::string_view program = "cruddur");

// Adds `profile` to `cruddur cloud`. `folder` tells local AWS's, once the line has been parsed; it and the
// action outlive both.
void add_profile(CLI::App& cloud, const std::function<std::filesystem::path()>& folder,
                 ground::action& chosen);

} // namespace cruddur::cli::local
