#include "cloud/lambda/function_owners.hpp"

#include <fmt/format.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace cruddur::cloud::lambda {

namespace {

[[noreturn]] void fail_to_ask(const char* what) {
    throw peer_unknown{fmt::format("{}: {}", what, std::strerror(errno))};
}

struct descriptor {
    explicit descriptor(int opened)
        : number{opened} {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() {
        if (number >= 0) ::close(number);
    }
    const int number;
};

struct end {
    sa_family_t family;
    in_port_t port;
    std::array<std::uint32_t, 4> address;
};

using name_getter = int (*)(int, sockaddr*, socklen_t*);

end end_of(int connection, name_getter name) {
    sockaddr_storage found{};
    socklen_t size = sizeof found;
    if (name(connection, reinterpret_cast<sockaddr*>(&found), &size) != 0)
        fail_to_ask("the connection is over");
    end out{found.ss_family, 0, {}};
    if (found.ss_family == AF_INET) {
        const auto& four = reinterpret_cast<const sockaddr_in&>(found);
        out.port = four.sin_port;
        out.address[0] = four.sin_addr.s_addr;
    } else {
        const auto& six = reinterpret_cast<const sockaddr_in6&>(found);
        out.port = six.sin6_port;
        std::memcpy(out.address.data(), &six.sin6_addr, sizeof six.sin6_addr);
    }
    return out;
}

struct question {
    nlmsghdr header{};
    inet_diag_req_v2 body{};
};

question about_peer_of(int connection) {
    const end from = end_of(connection, &::getpeername);
    const end to = end_of(connection, &::getsockname);
    question out;
    out.header.nlmsg_len = sizeof out;
    out.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    out.header.nlmsg_flags = NLM_F_REQUEST;
    out.body.sdiag_family = static_cast<__u8>(from.family);
    out.body.sdiag_protocol = IPPROTO_TCP;
    out.body.idiag_states = ~0U;
    out.body.id.idiag_sport = from.port;
    out.body.id.idiag_dport = to.port;
    std::ranges::copy(from.address, out.body.id.idiag_src);
    std::ranges::copy(to.address, out.body.id.idiag_dst);
    // A socket that is bound to the interface of loopback is found by no other.
    out.body.id.idiag_if = ::if_nametoindex("lo");
    std::ranges::fill(out.body.id.idiag_cookie, INET_DIAG_NOCOOKIE);
    return out;
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

bool holds_socket(pid_t process, const std::string& socket) {
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
    return std::ranges::any_of(family, [&](pid_t one) { return holds_socket(one, socket); });
}

} // namespace

std::vector<pid_t> family_of(pid_t ancestor) {
    std::vector<pid_t> out{ancestor};
    for (std::size_t at = 0; at < out.size(); ++at)
        add_children(out, out[at]);
    return out;
}

peer_socket peer_of(int connection) {
    const question asked = about_peer_of(connection);
    const descriptor kernel{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)};
    if (kernel.number < 0 || ::send(kernel.number, &asked, sizeof asked, 0) < 0) fail_to_ask("sock_diag");
    alignas(nlmsghdr) std::array<char, 8'192> answer{};
    const ssize_t size = ::recv(kernel.number, answer.data(), answer.size(), 0);
    if (size < 0) fail_to_ask("sock_diag");
    const auto* const header = reinterpret_cast<const nlmsghdr*>(answer.data());
    const void* const body = answer.data() + NLMSG_HDRLEN;
    if (static_cast<std::size_t>(size) >= NLMSG_LENGTH(sizeof(nlmsgerr)) &&
        header->nlmsg_type == NLMSG_ERROR) {
        errno = -static_cast<const nlmsgerr*>(body)->error;
        fail_to_ask("the kernel knows no such connection");
    }
    if (static_cast<std::size_t>(size) < NLMSG_LENGTH(sizeof(inet_diag_msg)) ||
        header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
        throw peer_unknown{"sock_diag gave no answer"};
    const auto* const found = static_cast<const inet_diag_msg*>(body);
    // A socket that has been closed has no inode; one that listens where the connection came from is another.
    if (found->idiag_inode == 0 || found->id.idiag_dport != asked.body.id.idiag_dport)
        throw peer_unknown{"the peer has closed its connection"};
    return {found->idiag_inode, found->idiag_uid};
}

std::optional<pid_t> ancestor_of(const peer_socket& socket, std::span<const function_family> families) {
    const auto by_user = std::ranges::find_if(
        families, [&](const function_family& one) { return one.user != 0 && one.user == socket.user; });
    if (by_user != families.end()) return by_user->ancestor;
    const std::string link = fmt::format("socket:[{}]", socket.inode);
    const auto shares_user = [](const function_family& one) { return one.user == 0; };
    if (std::ranges::none_of(families, shares_user)) return std::nullopt;
    for (const auto& one : families) {
        if (shares_user(one) && family_holds(family_of(one.ancestor), link)) return one.ancestor;
    }
    // The lists are quick, but may miss one that changes its parent just then; or a kernel has none.
    const auto all = children_of_all();
    for (const auto& one : families) {
        std::vector<pid_t> family{one.ancestor};
        for (std::size_t at = 0; at < family.size(); ++at) {
            for (auto [child, last] = all.equal_range(family[at]); child != last; ++child)
                family.push_back(child->second);
        }
        if (shares_user(one) && family_holds(family, link)) return one.ancestor;
    }
    return std::nullopt;
}

} // namespace cruddur::cloud::lambda
