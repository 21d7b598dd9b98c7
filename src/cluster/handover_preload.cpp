// Loaded into PostgreSQL's server (LD_PRELOAD), so that a gate can hand it connections that are already
// accepted: the server's accept() on the socket within CRUDDUR_HANDOVER_FOLDER takes the connection of a
// client from the message that came, with the client's address, and tells the gate so with one byte. From
// then on the client and the server have one TCP connection between them, and nothing stands in it. Every
// other accept() is as ever. No part of the C++ library is used, so that nothing else is loaded with it.
#include <dlfcn.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace {

// The gate writes its message before it looks at anything else; one that does not is not waited for.
constexpr int message_wait_ms = 200;

using accept_function = int (*)(int, sockaddr*, socklen_t*);
accept_function next_accept = nullptr;
char folder[sizeof(sockaddr_un::sun_path)] = "";

__attribute__((constructor)) void load() {
    next_accept = reinterpret_cast<accept_function>(dlsym(RTLD_NEXT, "accept")); // as POSIX has it
    const char* wanted = std::getenv("CRUDDUR_HANDOVER_FOLDER");
    if (wanted != nullptr && std::strlen(wanted) < sizeof folder) std::strcpy(folder, wanted);
    unsetenv("CRUDDUR_HANDOVER_FOLDER"); // programs that the server starts are none of ours
    unsetenv("LD_PRELOAD");
}

bool is_gates(int listener) {
    sockaddr_un where{};
    socklen_t size = sizeof where;
    return folder[0] != '\0' && getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size) == 0 &&
           where.sun_family == AF_UNIX && std::strncmp(where.sun_path, folder, std::strlen(folder)) == 0;
}

// The client's connection, or -1 where the message holds none.
int receive(int gate, sockaddr_storage* client, socklen_t* client_size) {
    pollfd readable{gate, POLLIN, 0};
    if (poll(&readable, 1, message_wait_ms) != 1) return -1;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    iovec part{client, sizeof *client};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t got = recvmsg(gate, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got <= 0) return -1;
    *client_size = static_cast<socklen_t>(got);
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header == nullptr || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) return -1;
    int taken = -1;
    std::memcpy(&taken, CMSG_DATA(header), sizeof taken);
    return taken;
}

} // namespace

extern "C" __attribute__((visibility("default"))) int accept(int listener, sockaddr* peer, socklen_t* size) {
    const socklen_t room = size == nullptr ? 0 : *size;
    const int accepted = next_accept(listener, peer, size);
    if (accepted < 0 || !is_gates(listener)) return accepted;
    sockaddr_storage client{};
    socklen_t client_size = 0;
    const int taken = receive(accepted, &client, &client_size);
    const char done = 1;
    send(accepted, &done, sizeof done, MSG_NOSIGNAL | MSG_DONTWAIT);
    // Without a client it stays what it is: a connection that its maker closes.
    if (taken < 0) return accepted;
    close(accepted);
    if (peer != nullptr && size != nullptr) {
        std::memset(peer, 0, room);
        std::memcpy(peer, &client, client_size < room ? client_size : room);
        *size = client_size;
    }
    return taken;
}
