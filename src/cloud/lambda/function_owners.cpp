#include "cloud/lambda/function_owners.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace cruddur::cloud {

namespace {

namespace ip = boost::asio::ip;

constexpr int reads_max = 3;

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

// The parent of a process: the fourth field of its stat, counted after the name, which may hold anything.
pid_t parent_of(const std::filesystem::path& process) {
    std::ifstream file{process / "stat"};
    std::string text;
    std::getline(file, text);
    const auto end = text.rfind(')');
    if (end == std::string::npos) return 0;
    std::istringstream fields{text.substr(end + 1)};
    std::string state;
    pid_t parent = 0;
    fields >> state >> parent;
    return parent;
}

bool holds(pid_t process, const std::string& socket) {
    std::error_code failed;
    for (std::filesystem::directory_iterator at{fmt::format("/proc/{}/fd", process), failed}, end;
         !failed && at != end; at.increment(failed)) {
        std::error_code gone;
        if (std::filesystem::read_symlink(at->path(), gone).string() == socket) return true;
    }
    return false;
}

// Who is whose child, of all that there are.
std::multimap<pid_t, pid_t> children_of_all() {
    std::multimap<pid_t, pid_t> out;
    std::error_code failed;
    for (std::filesystem::directory_iterator at{"/proc", failed}, end; !failed && at != end;
         at.increment(failed)) {
        const std::string name = at->path().filename().string();
        if (name.front() < '0' || name.front() > '9') continue;
        out.emplace(parent_of(at->path()), std::stoi(name));
    }
    return out;
}

// Those that each of its threads has started or inherited, as the kernel lists them.
void add_children(std::vector<pid_t>& to, pid_t parent) {
    std::error_code failed;
    for (std::filesystem::directory_iterator at{fmt::format("/proc/{}/task", parent), failed}, end;
         !failed && at != end; at.increment(failed)) {
        std::ifstream list{at->path() / "children"};
        for (pid_t child = 0; list >> child;)
            to.push_back(child);
    }
}

bool family_holds(const std::vector<pid_t>& family, const std::string& socket) {
    return std::ranges::any_of(family, [&](pid_t one) { return holds(one, socket); });
}

} // namespace

std::vector<pid_t> family_of(pid_t ancestor) {
    std::vector<pid_t> out{ancestor};
    for (std::size_t at = 0; at < out.size(); ++at)
        add_children(out, out[at]);
    return out;
}

std::optional<pid_t> ancestor_of_socket(const std::string& address, std::uint16_t port,
                                        std::span<const pid_t> ancestors) {
    if (ancestors.empty()) return std::nullopt;
    // What is read changes meanwhile, and may hide a socket or a process once.
    std::string socket;
    for (int tries = 0; tries < reads_max; ++tries) {
        const std::string inode = inode_of(address, port);
        if (inode.empty()) continue;
        socket = fmt::format("socket:[{}]", inode);
        for (const pid_t one : ancestors) {
            if (family_holds(family_of(one), socket)) return one;
        }
    }
    if (socket.empty()) return std::nullopt;
    // The lists are quick, but may miss one that changes its parent just then; or a kernel has none.
    const auto all = children_of_all();
    for (const pid_t one : ancestors) {
        std::vector<pid_t> family{one};
        for (std::size_t at = 0; at < family.size(); ++at) {
            for (auto [child, last] = all.equal_range(family[at]); child != last; ++child)
                family.push_back(child->second);
        }
        if (family_holds(family, socket)) return one;
    }
    return std::nullopt;
}

} // namespace cruddur::cloud
