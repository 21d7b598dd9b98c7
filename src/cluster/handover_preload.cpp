// Loaded into PostgreSQL's server (LD_PRELOAD), so that a gate can hand it connections that are already
// accepted: the server's accept() on the socket within CRUDDUR_HANDOVER_FOLDER takes the connection of a
// client from the message that came, with the client's address, and tells the gate so with one byte. From
// then on the client and the server have one TCP connection between them, and nothing stands in it. Every
// other accept() is as ever.
//
// And so that the files of the installation's extensions end as a service has them end: what is in a file of
// the same name in CRUDDUR_ADDITIONS_FOLDER is read behind them.
//
// And so that a connection ends at once: it is a process, and what libraries free at a process's end ends
// with it anyway. Nearly all of that is OpenSSL's and GnuTLS's, in hundreds of pages shared with the
// postmaster, and to write to one copies it: a third to a half of a short connection's processor time.
//
// No part of the C++ library is used, so that nothing else is loaded with it.
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

// The gate writes its message before it looks at anything else; one that does not is not waited for.
constexpr int message_wait_ms = 200;

using accept_function = int (*)(int, sockaddr*, socklen_t*);
using open_function = FILE* (*)(const char*, const char*);
using stat_function = int (*)(const char*, struct stat*);
using main_function = int (*)(int, char**, char**);
using start_function = int (*)(main_function, int, char**, void (*)(), void (*)(), void (*)(), void*);
using openssl_function = int (*)(std::uint64_t, const void*);
accept_function next_accept = nullptr;
open_function found_open = nullptr;
stat_function found_stat = nullptr;
main_function servers_main = nullptr;
char additions[PATH_MAX] = "";
char folder[sizeof(sockaddr_un::sun_path)] = "";

// Asked for when they are needed: other libraries open files before this one's constructor has run.
FILE* next_open(const char* name, const char* mode) {
    if (found_open == nullptr) found_open = reinterpret_cast<open_function>(dlsym(RTLD_NEXT, "fopen"));
    return found_open(name, mode);
}

int next_stat(const char* name, struct stat* about) {
    if (found_stat == nullptr) found_stat = reinterpret_cast<stat_function>(dlsym(RTLD_NEXT, "stat"));
    return found_stat(name, about);
}

__attribute__((constructor)) void load() {
    next_accept = reinterpret_cast<accept_function>(dlsym(RTLD_NEXT, "accept")); // as POSIX has it
    const char* added = std::getenv("CRUDDUR_ADDITIONS_FOLDER");
    if (added != nullptr && std::strlen(added) < sizeof additions) std::strcpy(additions, added);
    unsetenv("CRUDDUR_ADDITIONS_FOLDER");
    const char* wanted = std::getenv("CRUDDUR_HANDOVER_FOLDER");
    if (wanted != nullptr && std::strlen(wanted) < sizeof folder) std::strcpy(folder, wanted);
    unsetenv("CRUDDUR_HANDOVER_FOLDER"); // programs that the server starts are none of ours
    unsetenv("LD_PRELOAD");
    unsetenv("LD_BIND_NOW");
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

// The file that is to be read behind that one; false where there is none.
bool find_addition(const char* name, char (&found)[PATH_MAX], struct stat* about) {
    if (additions[0] == '\0' || name == nullptr || std::strstr(name, "/extension/") == nullptr) return false;
    const int length = std::snprintf(found, sizeof found, "%s%s", additions, std::strrchr(name, '/') + 1);
    return length > 0 && length < PATH_MAX && next_stat(found, about) == 0 && S_ISREG(about->st_mode);
}

bool append(int to, FILE* from) {
    char part[4096];
    while (true) {
        const size_t got = std::fread(part, 1, sizeof part, from);
        if (got == 0) return std::ferror(from) == 0;
        if (write(to, part, got) != static_cast<ssize_t>(got)) return false;
    }
}

// Both files as one, in memory; nullptr where that fails.
FILE* joined(FILE* original, const char* addition) {
    FILE* const added = next_open(addition, "r");
    const int whole = added == nullptr ? -1 : memfd_create("extension", MFD_CLOEXEC);
    const bool done =
        whole >= 0 && append(whole, original) && append(whole, added) && lseek(whole, 0, SEEK_SET) == 0;
    if (added != nullptr) std::fclose(added);
    std::fclose(original);
    FILE* const out = done ? fdopen(whole, "r") : nullptr;
    if (out == nullptr && whole >= 0) close(whole);
    return out;
}

void end(int status, void*) {
    std::fflush(nullptr);
    _exit(status);
}

// What the server registers from here on, by atexit(3), runs before end(): PostgreSQL's own last resort, for
// a library that calls exit(). The libraries' destructors, which were registered already, do not run. OpenSSL
// would register its own; OPENSSL_INIT_NO_ATEXIT, the same number in 1.1 and 3, is for that.
int main_with_a_quick_end(int argc, char** argv, char** environment) {
    constexpr std::uint64_t no_atexit = 0x0008'0000;
    const auto openssl = reinterpret_cast<openssl_function>(dlsym(RTLD_DEFAULT, "OPENSSL_init_crypto"));
    if (openssl != nullptr) openssl(no_atexit, nullptr);
    on_exit(end, nullptr);
    return servers_main(argc, argv, environment);
}

} // namespace

// Where a program begins, once its libraries are loaded.
extern "C" __attribute__((visibility("default"))) int
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): that name is the C library's
__libc_start_main(main_function main, int argc, char** argv, void (*begin)(), void (*finish)(),
                  void (*unload)(), void* stack_end) {
    const auto next = reinterpret_cast<start_function>(dlsym(RTLD_NEXT, "__libc_start_main"));
    servers_main = main;
    return next(main_with_a_quick_end, argc, argv, begin, finish, unload, stack_end);
}

extern "C" __attribute__((visibility("default"))) FILE* fopen(const char* name, const char* mode) {
    FILE* const original = next_open(name, mode);
    char addition[PATH_MAX];
    struct stat about;
    if (original == nullptr || mode[0] != 'r' || !find_addition(name, addition, &about)) return original;
    return joined(original, addition);
}

extern "C" __attribute__((visibility("default"))) int stat(const char* name, struct stat* about) noexcept {
    const int done = next_stat(name, about);
    char addition[PATH_MAX];
    struct stat added;
    if (done == 0 && find_addition(name, addition, &added)) about->st_size += added.st_size;
    return done;
}

// What stat() is in programs that were linked with a C library before 2.33, as added engines are. The version
// of the structure that they pass is the only one that these machines have had.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): that name is the C library's
extern "C" __attribute__((visibility("default"))) int __xstat(int, const char* name,
                                                              struct stat* about) noexcept {
    return stat(name, about);
}

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
