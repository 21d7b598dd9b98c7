#include "cloud/function_owners.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace cruddur::cloud {

namespace {

namespace ip = boost::asio::ip;

// An address as /proc/net writes it: words of four bytes, each as this machine's number.
template<class Bytes>
std::string words_of(const Bytes& bytes) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 4) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes.data() + at, sizeof word);
        out += fmt::format("{:08X}", word);
    }
    return out;
}

// The inode of the socket, from one of the kernel's tables; "" where it is not there.
std::string inode_in(const char* table, const std::string& local) {
    std::ifstream file{table};
    for (std::string line; std::getline(file, line);) {
        std::istringstream columns{line};
        std::string number;
        std::string from;
        columns >> number >> from;
        if (from != local) continue;
        std::string skipped;
        for (int column = 0; column < 7; ++column)
            columns >> skipped;
        std::string inode;
        columns >> inode;
        if (inode != "0") return inode;
    }
    return {};
}

std::string inode_of(const std::string& address, std::uint16_t port) {
    boost::system::error_code failed;
    const auto parsed = ip::make_address(address, failed);
    if (failed) return {};
    const std::string suffix = fmt::format(":{:04X}", port);
    ip::address_v6 six;
    if (parsed.is_v4()) {
        std::string found = inode_in("/proc/net/tcp", words_of(parsed.to_v4().to_bytes()) + suffix);
        if (!found.empty()) return found;
        six = ip::make_address_v6(ip::v4_mapped, parsed.to_v4());
    } else {
        six = parsed.to_v6();
    }
    return inode_in("/proc/net/tcp6", words_of(six.to_bytes()) + suffix);
}

// The session of a process: the sixth field of its stat, counted after the name, which may hold anything.
pid_t session_of(const std::filesystem::path& process) {
    std::ifstream file{process / "stat"};
    std::string text;
    std::getline(file, text);
    const auto end = text.rfind(')');
    if (end == std::string::npos) return 0;
    std::istringstream fields{text.substr(end + 1)};
    std::string state;
    pid_t parent = 0;
    pid_t group = 0;
    pid_t session = 0;
    fields >> state >> parent >> group >> session;
    return session;
}

bool holds(const std::filesystem::path& process, const std::string& socket) {
    std::error_code failed;
    for (std::filesystem::directory_iterator at{process / "fd", failed}, end; !failed && at != end;
         at.increment(failed)) {
        std::error_code gone;
        if (std::filesystem::read_symlink(at->path(), gone).string() == socket) return true;
    }
    return false;
}

} // namespace

std::optional<pid_t> session_of_socket(const std::string& address, std::uint16_t port,
                                       std::span<const pid_t> sessions) {
    if (sessions.empty()) return std::nullopt;
    const std::string inode = inode_of(address, port);
    if (inode.empty()) return std::nullopt;
    const std::string socket = fmt::format("socket:[{}]", inode);
    std::error_code failed;
    for (std::filesystem::directory_iterator at{"/proc", failed}, end; !failed && at != end;
         at.increment(failed)) {
        const std::string name = at->path().filename().string();
        if (name.front() < '0' || name.front() > '9') continue;
        const pid_t session = session_of(at->path());
        if (std::ranges::find(sessions, session) != sessions.end() && holds(at->path(), socket))
            return session;
    }
    return std::nullopt;
}

} // namespace cruddur::cloud
