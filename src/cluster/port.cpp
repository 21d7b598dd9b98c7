#include "cluster/port.hpp"

#include "cluster/error.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

namespace cruddur::cluster {
namespace {

// The inodes of the sockets that listen on the port, from /proc/net/tcp: "sl local rem st tx:rx tr:tm retr
// uid to inode".
std::set<std::string> listening_sockets(std::uint16_t port) {
    std::set<std::string> inodes;
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::ifstream lines(table);
        for (std::string line; std::getline(lines, line);) {
            std::istringstream fields(line);
            std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
            fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >> timeout >>
                inode;
            if (state == "0A" && local.ends_with(fmt::format(":{:04X}", port)))
                inodes.insert("socket:[" + inode + "]");
        }
    }
    return inodes;
}

bool holds_one(const std::filesystem::path& process, const std::set<std::string>& sockets) {
    std::error_code ignored;
    for (const auto& open : std::filesystem::directory_iterator(process / "fd", ignored)) {
        const auto target = std::filesystem::read_symlink(open.path(), ignored);
        if (sockets.contains(target.string())) return true;
    }
    return false;
}

} // namespace

bool port_is_free(const std::string& address, std::uint16_t port) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    if (inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) {
        throw error(fmt::format("'{}' is no IPv4 address.", address));
    }
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return false;
    const int on = 1; // as PostgreSQL does: a closed connection's remains do not count
    setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const bool is_free =
        bind(probe, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0 && listen(probe, 1) == 0;
    close(probe);
    return is_free;
}

std::uint16_t free_port(const std::string& address) {
    std::random_device source;
    std::uniform_int_distribution<std::uint16_t> any(16'384, 32'767);
    for (int attempt = 0; attempt < 1'000; ++attempt) {
        const auto port = any(source);
        if (port_is_free(address, port)) return port;
    }
    throw error(fmt::format("No free port between 16384 and 32767 on {}.", address));
}

std::optional<std::string> port_holder(std::uint16_t port) {
    const auto sockets = listening_sockets(port);
    if (sockets.empty()) return std::nullopt;
    std::error_code ignored;
    for (const auto& process : std::filesystem::directory_iterator("/proc", ignored)) {
        const auto pid = process.path().filename().string();
        if (pid.find_first_not_of("0123456789") != std::string::npos || !holds_one(process.path(), sockets))
            continue;
        std::string name;
        std::getline(std::ifstream(process.path() / "comm"), name);
        return fmt::format("{} (pid {})", name, pid);
    }
    return std::nullopt;
}

} // namespace cruddur::cluster
