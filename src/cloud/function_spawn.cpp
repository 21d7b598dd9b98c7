#include "cloud/function_spawn.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

namespace cruddur::cloud {

namespace {

// Beside the code and stack that the system counts apart.
constexpr rlim_t runtime_mib = 64;
constexpr rlim_t files_max = 1'024;

struct user {
    uid_t uid;
    gid_t gid;
    bool changes;
};

user whose() {
    if (::geteuid() != 0) return {::geteuid(), ::getegid(), false};
    const passwd* const nobody = ::getpwnam("nobody");
    if (nobody == nullptr || nobody->pw_uid == 0)
        throw std::system_error{ENOENT, std::generic_category(),
                                "there is no user 'nobody' to run a function as"};
    return {nobody->pw_uid, nobody->pw_gid, true};
}

// From here on only what is safe between fork and exec in a program with threads.
[[noreturn]] void child_fails(const char* what) {
    const char* const reason = strerrordesc_np(errno);
    for (const char* text : {what, ": ", reason == nullptr ? "unknown error" : reason, "\n"}) {
        if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) break;
    }
    ::_exit(127);
}

void limit(int resource, rlim_t value) {
    const rlimit both{value, value};
    if (::setrlimit(static_cast<__rlimit_resource>(resource), &both) != 0) child_fails("setrlimit");
}

void reset_signals() {
    for (int number = 1; number < NSIG; ++number)
        std::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become(const function_command& what, const user& as, const char* folder, char* const* argv,
                         char* const* envp, int nothing, pid_t parent) {
    reset_signals();
    ::setsid();
    if (::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(what.output, STDOUT_FILENO) < 0 ||
        ::dup2(what.output, STDERR_FILENO) < 0)
        ::_exit(127);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, files_max);
    // Not the address space, most of which nobody ever touches: libraries and the stacks of threads.
    limit(RLIMIT_DATA, (what.memory_mib + runtime_mib) * 1024 * 1024);
    if (as.changes && (::setgroups(1, &as.gid) != 0 || ::setgid(as.gid) != 0 || ::setuid(as.uid) != 0))
        child_fails("cannot change user");
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // after setuid, which clears it
    if (::getppid() != parent) ::_exit(127);
    if (::chdir(folder) != 0) child_fails(folder);
    ::umask(077);
    ::close_range(3, ~0U, 0);
    ::execve(argv[0], argv, envp);
    child_fails(argv[0]);
}

} // namespace

pid_t spawn_function(const function_command& what) {
    const user as = whose();
    std::string program = what.program.string();
    const std::string folder = what.program.parent_path().string();
    std::vector<char*> envp;
    envp.reserve(what.environment.size() + 1);
    for (const auto& one : what.environment)
        envp.push_back(const_cast<char*>(one.c_str()));
    envp.push_back(nullptr);
    char* const argv[] = {program.data(), nullptr};
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0) throw std::system_error{errno, std::generic_category(), "/dev/null"};
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) become(what, as, folder.c_str(), argv, envp.data(), nothing, parent);
    const int failed = errno;
    ::close(nothing);
    if (child < 0) throw std::system_error{failed, std::generic_category(), "fork"};
    return child;
}

} // namespace cruddur::cloud
