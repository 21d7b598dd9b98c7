#include "cloud/ground/peer_socket.hpp"

#include <fmt/core.h>

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

namespace cruddur::cloud::ground {

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

} // namespace

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

} // namespace cruddur::cloud::ground
