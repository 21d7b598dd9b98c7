#include "cluster/process.hpp"

#include "cluster/error.hpp"
#include "cluster/files.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <sstream>
#include <utility>

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

// From here on only what is safe between vfork and exec in a program with threads.
[[noreturn]] void child_fails(const char* act) {
    const char* reason = strerrordesc_np(errno);
    for (const char* text : {"cruddur: ", act, ": ", reason ? reason : "unknown error", "\n"}) {
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

[[noreturn]] void execute(const command& command, char* const* argv, char* const* envp, int input, int output,
                          int errors, pid_t parent) {
    reset_signals();
    setsid();
    if (command.as.differs() && !become(command.as)) child_fails("cannot change user");
    if (command.dies_with_us) {                        // after setuid, which clears it
        syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGQUIT); // AddressSanitizer's own takes a lock
        if (getppid() != parent) _exit(127);
    }
    if (chdir(command.working_folder.c_str()) != 0) child_fails(command.working_folder.c_str());
    umask(077);
    if (!command.log.empty()) {
        output = open(command.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
        if (output < 0) child_fails(command.log.c_str());
        errors = output;
    }
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(errors, STDERR_FILENO) < 0) {
        child_fails("dup2");
    }
    close_range(3, ~0U, 0);
    execve(argv[0], argv, envp);
    child_fails(argv[0]);
}

pid_t start(const command& command, int input, int output, int errors) {
    std::vector<char*> argv;
    argv.reserve(command.arguments.size() + 1);
    for (const auto& argument : command.arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    std::vector<std::string> environment{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"};
    environment.insert(environment.end(), command.environment.begin(), command.environment.end());
    std::vector<char*> envp;
    envp.reserve(environment.size() + 1);
    for (auto& variable : environment)
        envp.push_back(variable.data());
    envp.push_back(nullptr);
    const pid_t parent = getpid();
    const pid_t child =
        in_child([&] { execute(command, argv.data(), envp.data(), input, output, errors, parent); });
    if (child < 0) throw error(fmt::format("Cannot start a process: {}.", std::strerror(errno)));
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

constexpr auto look_again_after = std::chrono::milliseconds(50); // whether all is to stop

// It leads a session of its own, unless it has but begun.
void end(pid_t child) {
    ::kill(-child, SIGKILL);
    ::kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
}

// A running program that is talked to, killed when this goes.
class talk {
public:
    enum class direction { to_program, from_program };

    talk(const command& command, std::chrono::milliseconds timeout, direction way)
        : program_(command.arguments[0])
        , stopping_(command.stopping)
        , deadline_(std::chrono::steady_clock::now() + timeout)
        , errors_(memfd_create("errors", MFD_CLOEXEC)) {
        std::array<int, 2> ends{};
        // Not a pipe: what is sent to a program that has ended must not raise SIGPIPE.
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
            throw error(fmt::format("No socket: {}.", std::strerror(errno)));
        }
        socket_ = ends[0];
        const descriptor theirs(ends[1]);
        const descriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
        const bool reads = way == direction::to_program;
        try {
            child_ = start(command, reads ? theirs.number() : nothing.number(),
                           reads ? errors_.number() : theirs.number(), errors_.number());
        } catch (const error&) {
            close_socket();
            throw;
        }
    }
    talk(const talk&) = delete;
    talk& operator=(const talk&) = delete;
    ~talk() {
        close_socket();
        if (child_ == 0) return;
        end(child_);
    }

    // 0 when the program has closed its end.
    std::size_t read(std::span<std::byte> into) {
        wait_for(POLLIN);
        const ssize_t got = recv(socket_, into.data(), into.size(), 0);
        return got > 0 ? static_cast<std::size_t>(got) : 0;
    }

    // False when the program reads no more.
    bool write(std::span<const std::byte> all) {
        while (!all.empty()) {
            wait_for(POLLOUT);
            const ssize_t sent = send(socket_, all.data(), all.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
            if (sent > 0) all = all.subspan(static_cast<std::size_t>(sent));
        }
        return true;
    }

    outcome finish() {
        close_socket();
        int status = 0;
        const bool ended =
            wait_until(left(), stopping_, [&] { return waitpid(child_, &status, WNOHANG) == child_; });
        if (!ended) give_up();
        child_ = 0;
        return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_all(errors_.number())};
    }

private:
    [[nodiscard]] std::chrono::nanoseconds left() const {
        return deadline_ - std::chrono::steady_clock::now();
    }

    void wait_for(short events) const {
        pollfd one{socket_, events, 0};
        do {
            if (left() <= left().zero() || stopping_.stop_requested()) give_up();
        } while (poll(&one, 1, static_cast<int>(look_again_after.count())) == 0);
    }

    [[noreturn]] void give_up() const {
        if (stopping_.stop_requested()) throw interrupted(program_);
        throw error(fmt::format("{} took too long and was killed. It wrote: {}", program_,
                                read_all(errors_.number())));
    }

    void close_socket() {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }

    std::string program_;
    std::stop_token stopping_;
    std::chrono::steady_clock::time_point deadline_;
    descriptor errors_;
    int socket_ = -1;
    pid_t child_ = 0;
};

constexpr std::size_t piece_bytes = std::size_t{128} * 1024;

} // namespace

outcome run_out(const command& command, std::chrono::milliseconds timeout,
                const std::function<void(std::span<const std::byte>)>& output) {
    talk with(command, timeout, talk::direction::from_program);
    std::vector<std::byte> piece(piece_bytes);
    while (const auto got = with.read(piece))
        output(std::span(piece).first(got));
    return with.finish();
}

outcome run_in(const command& command, std::chrono::milliseconds timeout,
               const std::function<std::size_t(std::span<std::byte>)>& input) {
    talk with(command, timeout, talk::direction::to_program);
    std::vector<std::byte> piece(piece_bytes);
    while (const auto got = input(piece)) {
        if (!with.write(std::span(piece).first(got))) break;
    }
    return with.finish();
}

outcome run(const command& command, std::chrono::milliseconds timeout) {
    const descriptor input(memfd_create("input", MFD_CLOEXEC));
    const descriptor output(memfd_create("output", MFD_CLOEXEC));
    if (write(input.number(), command.input.data(), command.input.size()) !=
            static_cast<ssize_t>(command.input.size()) ||
        lseek(input.number(), 0, SEEK_SET) != 0) {
        throw error(fmt::format("Cannot write a program's input: {}.", std::strerror(errno)));
    }
    const pid_t child = start(command, input.number(), output.number(), output.number());
    int status = 0;
    if (!wait_until(timeout, command.stopping, [&] { return waitpid(child, &status, WNOHANG) == child; })) {
        end(child);
        if (command.stopping.stop_requested()) throw interrupted(command.arguments[0]);
        throw error(fmt::format("{} took longer than {} ms and was killed. It wrote: {}",
                                command.arguments[0], timeout.count(), read_all(output.number())));
    }
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_all(output.number())};
}

pid_t spawn(const command& command) {
    const descriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
    return start(command, nothing.number(), nothing.number(), nothing.number());
}

pid_t in_child(const std::function<void()>& act) {
    // One at a time: while a child has another's user and our memory, that must stay undumpable.
    static std::mutex mutex;
    const std::lock_guard alone{mutex};
    const int dumpable = prctl(PR_GET_DUMPABLE);
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    // NOLINTNEXTLINE(bugprone-unsafe-functions): posix_spawn(3) changes no user, and opens nothing as another
    const pid_t child = vfork();
    if (child == 0) {
        act();
        _exit(127);
    }
    const int failed = errno;
    prctl(PR_SET_DUMPABLE, dumpable);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = failed;
    return child;
}

std::chrono::nanoseconds next_pause(std::chrono::steady_clock::time_point begun) {
    using namespace std::chrono_literals;
    return std::clamp<std::chrono::nanoseconds>((std::chrono::steady_clock::now() - begun) / 8, 2ms, 50ms);
}

std::vector<std::string> stat_fields(pid_t process) {
    const std::string text = read_file(fmt::format("/proc/{}/stat", process));
    const auto name = text.find('(');
    const auto end = text.rfind(')');
    if (end == std::string::npos) return {};
    std::vector<std::string> out{"", std::to_string(process), text.substr(name + 1, end - name - 1)};
    std::istringstream behind_name{text.substr(end + 1)};
    for (std::string field; behind_name >> field;)
        out.push_back(std::move(field));
    return out;
}

} // namespace cruddur::cluster
