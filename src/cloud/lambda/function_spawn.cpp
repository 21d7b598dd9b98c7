#include "cloud/lambda/function_spawn.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <system_error>

namespace cruddur::cloud::lambda {

namespace {

constexpr rlim_t files_max = 1'024;
constexpr rlim_t processes_max = 1'024;
constexpr int told_descriptor = 3;

// All that the child needs, made before there is one: from then on nothing may be allocated.
struct prepared {
    const confinement& in;
    const function_command& what;
    mount_plan files;
    std::vector<char*> command;
    std::string folder;
    std::string user_map;
    std::string group_map;
    std::vector<char*> environment;
    int nothing;
    int told;
};

void tell(function_end::kind what, int value, const char* step = "") {
    function_end end{what, value, {}};
    std::strncpy(end.step.data(), step, end.step.size() - 1);
    // Nobody to be told is no reason to fail.
    [[maybe_unused]] const ssize_t sent = ::write(told_descriptor, &end, sizeof end);
}

[[noreturn]] void child_fails(const char* step) {
    tell(function_end::kind::not_confined, errno, step);
    ::_exit(127);
}

// At most our own, which may be less: nobody but root raises a limit.
void limit(int resource, rlim_t value) {
    const auto which = static_cast<__rlimit_resource>(resource);
    rlimit both{};
    if (::getrlimit(which, &both) != 0) child_fails("getrlimit");
    both.rlim_max = std::min(both.rlim_max, value);
    both.rlim_cur = both.rlim_max;
    if (::setrlimit(which, &both) != 0) child_fails("setrlimit");
}

void write_map(const char* file, const std::string& text) {
    const int map = ::open(file, O_WRONLY | O_CLOEXEC);
    if (map < 0 || ::write(map, text.data(), text.size()) < 0) child_fails(file);
    ::close(map);
}

void reset_signals() {
    for (int number = 1; number < NSIG; ++number)
        std::signal(number, SIG_DFL);
}

// As fork(2), without what it runs of the C library, which other threads may have had in hand.
pid_t copy_process(unsigned long namespaces) {
    return static_cast<pid_t>(::syscall(SYS_clone, namespaces | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

[[noreturn]] void become(const prepared& with) {
    const confinement& in = with.in;
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, files_max);
    // Not the address space, most of which nobody ever touches: libraries and the stacks of threads.
    limit(RLIMIT_DATA, static_cast<rlim_t>(with.what.data_mib_max) * 1024 * 1024);
    if (in.first_id != 0) {
        limit(RLIMIT_NPROC, processes_max);
        const gid_t own = with.what.user;
        const uid_t user = with.what.user;
        // The C library's own would ask our other threads to follow, which are not here.
        if (::syscall(SYS_setgroups, with.what.groups.size(), with.what.groups.data()) != 0 ||
            ::syscall(SYS_setresgid, own, own, own) != 0 || ::syscall(SYS_setresuid, user, user, user) != 0)
            child_fails("changing user");
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::setsid();
    if (::chdir(with.folder.c_str()) != 0) child_fails(with.folder.c_str());
    ::umask(077);
    ::fcntl(told_descriptor, F_SETFD, FD_CLOEXEC);
    ::execve(with.command.front(), with.command.data(), with.environment.data());
    tell(function_end::kind::not_executed, errno);
    ::_exit(127);
}

// Kills what is below this process until nothing is: whoever loses its parent becomes its own child.
void kill_all_below() {
    for (;;) {
        std::array<char, 4'096> text{};
        const int list = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
        const ssize_t size = list < 0 ? 0 : ::read(list, text.data(), text.size());
        ::close(list);
        const char* at = text.data();
        const char* const end = at + (size < 0 ? 0 : size);
        for (pid_t child = 0; at < end; ++at) {
            const auto [next, wrong] = std::from_chars(at, end, child);
            if (wrong == std::errc{} && next != end) ::kill(child, SIGKILL); // a last one may be cut off
            at = std::max(at, next);
        }
        if (::waitpid(-1, nullptr, 0) < 0 && errno == ECHILD) return;
    }
}

// Waits for the function's end, and for the word to end it.
[[noreturn]] void guard(pid_t function, const sigset_t& awaited, bool owns_all) {
    for (;;) {
        const int signal = ::sigwaitinfo(&awaited, nullptr);
        bool over = signal == SIGTERM;
        int status = 0;
        for (pid_t ended = 0; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;) {
            if (ended != function) continue;
            tell(function_end::kind::ended, status);
            over = true;
        }
        if (!over) continue;
        if (!owns_all) {
            ::kill(-function, SIGKILL);
            kill_all_below();
        }
        ::_exit(0);
    }
}

[[noreturn]] void run_guardian(const prepared& with) {
    const confinement& in = with.in;
    // Past AddressSanitizer's prctl, which takes a lock that a thread of the program may have held as this
    // copy was made.
    ::syscall(SYS_prctl, PR_SET_NAME, "function");
    ::setsid();
    if (::dup2(with.nothing, STDIN_FILENO) < 0 || ::dup2(with.what.output, STDOUT_FILENO) < 0 ||
        ::dup2(with.what.output, STDERR_FILENO) < 0 || ::dup2(with.told, told_descriptor) < 0)
        ::_exit(127);
    ::close_range(told_descriptor + 1, ~0U, 0);
    // All its processes go with the first of a namespace; elsewhere it has to kill them, and be asked.
    ::prctl(PR_SET_PDEATHSIG, in.namespaces ? SIGKILL : SIGTERM);
    pollfd caller{told_descriptor, 0, 0};
    if (::poll(&caller, 1, 0) == 1) ::_exit(127); // nobody reads any more: it ended before
    if (in.user_namespace) {
        write_map("/proc/self/setgroups", "deny");
        write_map("/proc/self/uid_map", with.user_map);
        write_map("/proc/self/gid_map", with.group_map);
    }
    if (in.namespaces) {
        if (const char* const failed = enter(with.files); failed != nullptr) child_fails(failed);
    } else {
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    }
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    // A copy of our memory: nobody may look into it.
    ::prctl(PR_SET_DUMPABLE, 0);
    sigset_t awaited;
    ::sigemptyset(&awaited);
    ::sigaddset(&awaited, SIGCHLD);
    ::sigaddset(&awaited, SIGTERM);
    const pid_t function = copy_process(0);
    if (function == 0) become(with);
    if (function < 0) child_fails("fork");
    if (in.namespaces && !leave_old_root()) child_fails("leaving the old root"); // and its namespace with us
    // What it writes is the function's alone, so that its end is that of the output.
    for (const int used : {STDOUT_FILENO, STDERR_FILENO})
        ::dup2(STDIN_FILENO, used);
    guard(function, awaited, in.namespaces);
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (const auto& one : texts)
        out.push_back(const_cast<char*>(one.c_str()));
    out.push_back(nullptr);
    return out;
}

prepared prepare(const confinement& in, const function_command& what) {
    const std::string folder = in.task_root(what.folders.code);
    prepared out{.in = in,
                 .what = what,
                 .files = {},
                 .command = {},
                 .folder = folder,
                 .user_map = fmt::format("{0} {0} 1", ::geteuid()),
                 .group_map = fmt::format("{0} {0} 1", ::getegid()),
                 .environment = {},
                 .nothing = -1,
                 .told = -1};
    if (in.namespaces) out.files = function_files(what.root, what.folders, what.storage_mib, what.hidden);
    out.command = pointers_to(what.command);
    out.environment = pointers_to(what.environment);
    return out;
}

} // namespace

spawned_function spawn_function(const confinement& in, const function_command& what) {
    prepared with = prepare(in, what);
    with.nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (with.nothing < 0) throw std::system_error{errno, std::generic_category(), "/dev/null"};
    std::array<int, 2> pipe{-1, -1};
    pid_t child = -1;
    int failed = 0;
    if (::pipe2(pipe.data(), O_CLOEXEC) == 0) {
        with.told = pipe[1];
        unsigned long kept_apart = in.namespaces ? CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC : 0;
        if (in.user_namespace) kept_apart |= CLONE_NEWUSER;
        // What is awaited must not be lost before it is awaited: the child begins with all signals blocked.
        sigset_t all;
        sigset_t before;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before);
        child = copy_process(kept_apart);
        if (child == 0) {
            ::close(pipe[0]);
            reset_signals();
            run_guardian(with);
        }
        failed = errno;
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
        ::close(pipe[1]);
    } else {
        failed = errno;
    }
    ::close(with.nothing);
    if (child >= 0) return {child, pipe[0], in.namespaces ? SIGKILL : SIGTERM};
    ::close(pipe[0]);
    throw std::system_error{failed, std::generic_category(), "a process for a function"};
}

std::optional<function_end> read_end(int told) {
    function_end end{};
    if (::read(told, &end, sizeof end) != sizeof end) return std::nullopt;
    return end;
}

} // namespace cruddur::cloud::lambda
