#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cloud::fleet {

// Which PostgreSQL serves an instance: of what is there at that moment, of the distribution or added. Any
// thread may ask.
struct engine_choice {
    std::filesystem::path store;   // of the engines that were added
    std::string command;           // "cruddur cloud", as an operator types it to add one
    bool allow_substitute = false; // the newest may serve a version that is not there

    // The major versions, the newest last; never empty where PostgreSQL is installed at all.
    [[nodiscard]] std::vector<int> installed() const;
    // The newest version of such a server, as "15.20": what an instance of it runs. "" where there is none.
    [[nodiscard]] std::string installed_version(int major) const;
    // The major version that serves an engine version; nullopt where no server for it is there and none may
    // stand in.
    [[nodiscard]] std::optional<int> serving_major(int asked) const;
    // Whether the newest server of that major version asks others, by LDAP, who signs in.
    [[nodiscard]] bool has_ldap(int major) const;
    // How to bring a major version that is not there, or why it cannot be: a sentence for the operator.
    [[nodiscard]] std::string bringing(int major) const;
};

} // namespace cruddur::cloud::fleet
