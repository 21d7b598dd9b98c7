#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

namespace cruddur::cluster {

struct command;

// Where a running server is reached by its superuser, over its Unix socket: a value, so that what follows the
// server need not have it. It stays true for as long as the server runs.
struct server_place {
    std::filesystem::path folder;  // the server's own, which has its password
    std::filesystem::path sockets; // closed to all but its account
    std::uint16_t port = 0;        // a part of the socket's name
    std::string superuser;
    int major = 0;
    std::filesystem::path engines; // those that were added

    bool operator==(const server_place&) const = default;
};

// A client program of PostgreSQL's, such as "pg_basebackup", to be run as the server's account and the
// superuser; it finds the password in a file, never in its arguments. Where the server's own installation
// has none, a newer one's. Throws cluster::error where there is none that serves it.
[[nodiscard]] command client_of(const server_place& at, const char* program, std::stop_token stopping = {});

// With the superuser's password in it: never print it.
[[nodiscard]] std::string url_of(const server_place& at, const std::string& database);

// As a part of a URL.
[[nodiscard]] std::string percent_encoded(std::string_view text);

} // namespace cruddur::cluster
