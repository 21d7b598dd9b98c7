#include "cluster/process.hpp"

#include "cluster/error.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace cruddur::cluster {
namespace {

class descriptor {
public:
    explicit descriptor(int number)
        : number_(number) {
        if (number < 0) throw error(fmt::format("No file descriptor: {}.", std::strerror(errno)));
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() { ::close(number_); }
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

// From here on only what is safe between fork and exec in a program with threads.
[[noreturn]] void child_fails(const char* what) {
    const char* reason = strerrordesc_np(errno);
    for (const char* text : {"cruddur: ", what, ": ", reason ? reason : "unknown error", "\n"}) {
        if (write(STDERR_FILENO, text, std::strlen(text)) < 0) break;
    }
    _exit(127);
}

void reset_signals() {
    for (int number = 1; number < NSIG; ++number)
        std::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become(const command& what, char* const* argv, char* const* envp, int input, int output,
                         pid_t parent) {
    reset_signals();
    setsid();
    if (what.as.differs() &&
        (setgroups(1, &what.as.gid) != 0 || setgid(what.as.gid) != 0 || setuid(what.as.uid) != 0)) {
        child_fails("cannot change user");
    }
    if (what.dies_with_us) { // after setuid, which clears it
        prctl(PR_SET_PDEATHSIG, SIGQUIT);
        if (getppid() != parent) _exit(127);
    }
    if (chdir(what.working_folder.c_str()) != 0) child_fails(what.working_folder.c_str());
    umask(077);
    if (!what.log.empty()) {
        output = open(what.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
        if (output < 0) child_fails(what.log.c_str());
    }
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0) {
        child_fails("dup2");
    }
    close_range(3, ~0U, 0);
    execve(argv[0], argv, envp);
    child_fails(argv[0]);
}

pid_t start(const command& what, int input, int output) {
    std::vector<char*> argv;
    argv.reserve(what.arguments.size() + 1);
    for (const auto& argument : what.arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    std::vector<std::string> environment{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"};
    environment.insert(environment.end(), what.environment.begin(), what.environment.end());
    std::vector<char*> envp;
    envp.reserve(environment.size() + 1);
    for (auto& variable : environment)
        envp.push_back(variable.data());
    envp.push_back(nullptr);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0) throw error(fmt::format("Cannot start a process: {}.", std::strerror(errno)));
    if (child == 0) become(what, argv.data(), envp.data(), input, output, parent);
    return child;
}

std::string read_all(int number) {
    std::string text;
    std::array<char, 4096> part{};
    off_t offset = 0;
    for (ssize_t got = 0; (got = pread(number, part.data(), part.size(), offset)) > 0; offset += got) {
        text.append(part.data(), static_cast<std::size_t>(got));
    }
    return text;
}

} // namespace

outcome run(const command& what, std::chrono::milliseconds timeout) {
    const descriptor input(memfd_create("input", MFD_CLOEXEC));
    const descriptor output(memfd_create("output", MFD_CLOEXEC));
    if (write(input.number(), what.input.data(), what.input.size()) !=
            static_cast<ssize_t>(what.input.size()) ||
        lseek(input.number(), 0, SEEK_SET) != 0) {
        throw error(fmt::format("Cannot write a program's input: {}.", std::strerror(errno)));
    }
    const pid_t child = start(what, input.number(), output.number());
    int status = 0;
    if (!wait_until(timeout, [&] { return waitpid(child, &status, WNOHANG) == child; })) {
        ::kill(child, SIGKILL);
        waitpid(child, &status, 0);
        throw error(fmt::format("{} took longer than {} ms and was killed. It wrote: {}", what.arguments[0],
                                timeout.count(), read_all(output.number())));
    }
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_all(output.number())};
}

pid_t spawn(const command& what) {
    const descriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
    return start(what, nothing.number(), nothing.number());
}

} // namespace cruddur::cluster
