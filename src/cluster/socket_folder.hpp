#pragma once

#include "cluster/account.hpp"

#include <filesystem>
#include <string>

namespace cruddur::cluster {

// Makes sure that a folder is there which is the account's own and closed to everyone else. Throws
// cluster::error when something else stands in its place.
void make_private_folder(const account& owner, const std::filesystem::path& folder);

// The folder of a server's Unix sockets, and `gate` within it, made: `socket` within the server's folder, or,
// where a socket's path would exceed the kernel's 107 bytes, a private one of /tmp named after the server's
// folder.
std::filesystem::path socket_folder(const account& owner, const std::filesystem::path& server_folder);

// Removes sockets, and their lock files, that a dead server left.
void clear_sockets(const std::filesystem::path& sockets);

// As an item of PostgreSQL's comma-separated lists.
std::string as_list_item(const std::filesystem::path& folder);

} // namespace cruddur::cluster
