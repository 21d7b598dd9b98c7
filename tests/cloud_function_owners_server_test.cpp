#include "cloud/lambda/function_owners.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>

namespace cruddur::cloud {
using namespace lambda;
namespace {

class tcp_socket {
public:
    tcp_socket()
        : tcp_socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {}
    explicit tcp_socket(int opened)
        : number_{opened} {
        EXPECT_GE(opened, 0);
    }
    tcp_socket(const tcp_socket&) = delete;
    tcp_socket& operator=(const tcp_socket&) = delete;
    ~tcp_socket() { close(); }

    void close() {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }
    // Of loopback, a port that others may connect from as well.
    void bind(std::uint16_t port = 0) const {
        const int on = 1;
        EXPECT_EQ(::setsockopt(number_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
        const sockaddr_in to = loopback(port);
        EXPECT_EQ(::bind(number_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    }
    void listen() const {
        bind();
        EXPECT_EQ(::listen(number_, 8), 0);
    }
    void connect(std::uint16_t port) const {
        const sockaddr_in to = loopback(port);
        EXPECT_EQ(::connect(number_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    }
    [[nodiscard]] int accepted() const { return ::accept4(number_, nullptr, nullptr, SOCK_CLOEXEC); }
    [[nodiscard]] std::uint16_t port() const {
        sockaddr_in own{};
        socklen_t size = sizeof own;
        ::getsockname(number_, reinterpret_cast<sockaddr*>(&own), &size);
        return ntohs(own.sin_port);
    }
    [[nodiscard]] int number() const { return number_; }

private:
    static sockaddr_in loopback(std::uint16_t port) {
        sockaddr_in out{};
        out.sin_family = AF_INET;
        out.sin_port = htons(port);
        out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return out;
    }
    int number_;
};

// Another process, whose child makes one connection and holds it.
class stranger {
public:
    explicit stranger(std::uint16_t to) {
        std::array<int, 2> told{};
        EXPECT_EQ(::pipe(told.data()), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            if (::fork() == 0) {
                const tcp_socket made;
                made.bind();
                made.connect(to);
                const std::uint16_t port = made.port();
                static_cast<void>(::write(told[1], &port, sizeof port));
                ::pause();
            }
            ::pause();
        }
        EXPECT_EQ(::read(told[0], &port_, sizeof port_), static_cast<ssize_t>(sizeof port_));
        ::close(told[0]);
        ::close(told[1]);
    }
    stranger(const stranger&) = delete;
    stranger& operator=(const stranger&) = delete;
    ~stranger() {
        for (const pid_t one : family_of(pid_))
            ::kill(one, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    pid_t pid_ = 0;
    std::uint16_t port_ = 0;
};

// Connections to different places may begin at one address and port: nothing but the pair is a connection's
// own.
TEST(function_owners, tell_connections_from_one_port_apart) {
    for (const bool first_is_ours : {true, false}) {
        const tcp_socket ours;
        const tcp_socket theirs;
        ours.listen();
        theirs.listen();
        const stranger other{first_is_ours ? theirs.port() : ours.port()};
        const tcp_socket own;
        own.bind(other.port());
        own.connect(first_is_ours ? ours.port() : theirs.port());
        const tcp_socket one{ours.accepted()};
        const tcp_socket two{theirs.accepted()};
        const std::array families{function_family{other.pid(), 0}};
        EXPECT_EQ(ancestor_of(peer_of(one.number()), families),
                  first_is_ours ? std::nullopt : std::optional{other.pid()});
        EXPECT_EQ(ancestor_of(peer_of(two.number()), families),
                  first_is_ours ? std::optional{other.pid()} : std::nullopt);
    }
}

TEST(function_owners, know_the_user_of_a_socket) {
    const tcp_socket server;
    server.listen();
    const tcp_socket client;
    client.connect(server.port());
    const tcp_socket accepted{server.accepted()};
    const peer_socket peer = peer_of(accepted.number());
    EXPECT_EQ(peer.user, ::geteuid());
    const std::array theirs{function_family{::getpid(), ::geteuid() + 1}};
    EXPECT_EQ(ancestor_of(peer, theirs), std::nullopt)
        << "a family with a user of its own has no other's sockets";
    const std::array users{function_family{1, 4'242}, function_family{2, 4'243}};
    EXPECT_EQ(ancestor_of({peer.inode, 4'243}, users), 2);
}

TEST(function_owners, know_a_socket_that_is_bound_to_an_interface_or_half_closed) {
    const tcp_socket server;
    server.listen();
    const tcp_socket client;
    EXPECT_EQ(::setsockopt(client.number(), SOL_SOCKET, SO_BINDTODEVICE, "lo", 2), 0);
    client.connect(server.port());
    const tcp_socket accepted{server.accepted()};
    ::shutdown(client.number(), SHUT_WR);
    const std::array own{function_family{::getpid(), 0}};
    EXPECT_EQ(ancestor_of(peer_of(accepted.number()), own), ::getpid());
}

TEST(function_owners, take_a_connection_that_its_peer_has_closed_for_nobodys) {
    const tcp_socket server;
    server.listen();
    tcp_socket client;
    client.connect(server.port());
    const tcp_socket accepted{server.accepted()};
    client.close();
    EXPECT_THROW(static_cast<void>(peer_of(accepted.number())), peer_unknown);
}

} // namespace
} // namespace cruddur::cloud
