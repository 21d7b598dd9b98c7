#include "cluster/socket_folder.hpp"

#include "cluster/error.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace cruddur::cluster {
namespace {

using std::filesystem::path;

constexpr std::size_t socket_path_bytes_max = 107;

path short_folder(const account& owner, const path& server_folder) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    const auto& name = server_folder.native();
    SHA256(reinterpret_cast<const unsigned char*>(name.data()), name.size(), digest.data());
    return fmt::format("/tmp/cruddur-{}-{:02x}{:02x}{:02x}{:02x}", owner.uid, digest[0], digest[1], digest[2],
                       digest[3]);
}

} // namespace

void make_private_folder(const account& owner, const path& folder) {
    if (mkdir(folder.c_str(), 0700) == 0) return give_to(owner, folder);
    struct stat found {};
    if (errno != EEXIST || lstat(folder.c_str(), &found) != 0) {
        throw error(fmt::format("Cannot create the folder {}: {}.", folder.string(), std::strerror(errno)));
    }
    if (!S_ISDIR(found.st_mode) || found.st_uid != owner.uid || (found.st_mode & 077) != 0) {
        throw error(
            fmt::format("{} must be a folder of the user {}, closed to others (mode 0700). Move it away.",
                        folder.string(), owner.name));
    }
}

path socket_folder(const account& owner, const path& server_folder) {
    path folder = server_folder / "socket";
    if ((folder / "gate" / ".s.PGSQL.65535").native().size() > socket_path_bytes_max)
        folder = short_folder(owner, server_folder);
    make_private_folder(owner, folder);
    make_private_folder(owner, folder / "gate");
    return folder;
}

void clear_sockets(const path& sockets) {
    for (const auto& entry : std::filesystem::directory_iterator(sockets)) {
        if (entry.path().filename().string().starts_with(".s.PGSQL.")) std::filesystem::remove(entry.path());
    }
}

std::string as_list_item(const path& folder) {
    std::string item = "\"";
    for (const char c : folder.string())
        item += c == '"' ? std::string("\"\"") : std::string(1, c);
    return item + '"';
}

} // namespace cruddur::cluster
