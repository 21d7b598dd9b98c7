#include "cluster/server_folder.hpp"

#include "cluster/error.hpp"
#include "cluster/files.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace cruddur::cluster {

using std::filesystem::path;

namespace {

// As a field of a password file.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == ':' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

} // namespace

path prepare_server_folder(const path& wanted) {
    if (wanted.empty()) throw error("A server needs a folder.");
    const path folder = std::filesystem::weakly_canonical(wanted);
    if (folder.string().find('\n') != std::string::npos) {
        throw error("PostgreSQL cannot live in a folder whose name holds a line break.");
    }
    make_passable_folder(folder);
    if (access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
        throw error(fmt::format(
            "The folder {} is not ours to write to. Name another folder, or run this as its owner.",
            folder.string()));
    }
    return folder;
}

void check_the_way(const account& account, const path& folder) {
    if (!account.differs()) return;
    const auto closed = first_closed_folder(account, folder);
    if (closed.empty()) return;
    throw error(fmt::format(
        "PostgreSQL does not run as root, and the user {} that it runs as may not enter {}. Name a "
        "folder that everyone may pass through, or allow it: chmod o+x {}",
        account.name, closed.string(), closed.string()));
}

void write_password(const account& reader, const path& folder, const std::string& superuser,
                    const std::string& password) {
    write_file(folder / "password", password + "\n", 0600);
    const auto passfile = folder / "passfile";
    write_file(passfile, fmt::format("*:*:*:{}:{}\n", escaped(superuser), escaped(password)), 0600);
    give_to(reader, passfile);
}

path replication_file(const path& folder) {
    return folder / "replication.conf";
}

std::string config_value(std::string_view value) {
    std::string text = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') text += c;
        text += c;
    }
    return text + "'";
}

} // namespace cruddur::cluster
