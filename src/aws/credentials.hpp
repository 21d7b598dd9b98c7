#pragma once

#include "aws/error.hpp"
#include "aws/settings.hpp"

#include <string>

namespace cruddur::aws {

// Whose calls these are. All but `source` is secret: none of it is ever printed or logged.
struct credentials {
    std::string key_id{};
    std::string secret{};
    std::string session_token{}; // "" for lasting keys
    std::string source{};        // where they were found, in words
};

// The SDKs' chain: a profile that a flag chose; AWS_ACCESS_KEY_ID and its like; the profile (its keys, or a
// role that it assumes by its source_profile or credential_source, or by a web identity token); the
// container's endpoint; the instance's metadata (version 2, within two seconds). The first that is set up is
// the one: where it fails, the failure is returned. Nothing set up fails with what could be.
[[nodiscard]] result<credentials> find_credentials(const settings& settings);

// The chain's two network sources. `found` is false where the machine has no such source.
struct found_credentials {
    bool found = false;
    credentials keys{};
};
[[nodiscard]] result<found_credentials> container_credentials(const settings& settings);
[[nodiscard]] result<found_credentials> instance_credentials(const settings& settings);

} // namespace cruddur::aws
