#pragma once

#include "aws/error.hpp"
#include "aws/ini.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace cruddur::aws {

// A service as AWS names it: in variables and hosts, in a signature, and its API's version.
struct service {
    std::string_view id;    // "RDS", as in AWS_ENDPOINT_URL_RDS
    std::string_view scope; // of the signature, and of its host
    std::string_view version;
};
inline constexpr service rds_service{"RDS", "rds", "2014-10-31"};
inline constexpr service ec2_service{"EC2", "ec2", "2016-11-15"};
inline constexpr service sts_service{"STS", "sts", "2011-06-15"};

// The value of an environment variable, "" where it is unset.
using environment = std::function<std::string(const char* name)>;
[[nodiscard]] std::string process_environment(const char* name);

// What the command line says; empty where it says nothing. It goes before the environment.
struct choices {
    std::string profile{};
    std::string region{};
    std::string endpoint_url{};
};

// How to reach AWS, by the rules of the SDKs (https://docs.aws.amazon.com/sdkref/latest/guide/): flags, then
// the environment, then the profile. Holds the profile files' contents, which are secrets. An immutable
// value.
struct settings {
    environment variable{};
    std::string profile = "default";
    bool profile_chosen = false; // by a flag, which then goes before the environment's keys
    std::string region{};        // "" where nothing says one
    std::string endpoint_url{};  // by a flag
    std::string ca_file{};       // AWS_CA_BUNDLE; "" is the system's
    unsigned attempts_max = 3;
    sections config{};
    sections credentials{};

    // The profile's settings of both files, those of the credentials file first; nullptr where neither has
    // it.
    [[nodiscard]] const section* config_of(std::string_view name) const;
    [[nodiscard]] const section* credentials_of(std::string_view name) const;
    // Where a service is: AWS_ENDPOINT_URL_RDS, AWS_ENDPOINT_URL, the profile's endpoint_url, or AWS itself.
    // Plain http is refused beyond what is_local: a password could be read on the way.
    [[nodiscard]] result<std::string> endpoint(const service& which) const;
};

// Reads the environment and the profile files (AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE). A file that is
// not there at home is empty; one that a variable names and that is not there, one that is malformed, a
// profile that is named and in neither file, and a region that is none, fail.
[[nodiscard]] result<settings> load_settings(const choices& by_flags,
                                             environment variable = process_environment);

// Whether the URL's host is this machine's loopback.
[[nodiscard]] bool is_loopback(std::string_view url);
// The same, or a name without a dot, as containers have among themselves: local AWS is there, and not AWS.
[[nodiscard]] bool is_local(std::string_view url);

} // namespace cruddur::aws
