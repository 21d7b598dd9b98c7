#include "cloud/lambda/function_confinement.hpp"

#include "cloud/lambda/function_spawn.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <system_error>

namespace cruddur::cloud::lambda {

namespace {

using std::filesystem::path;
using kind = mount_step::kind;
using namespace std::chrono_literals;

struct id_range {
    std::uint32_t first;
    std::uint32_t count;
};
// By the conventions of Linux, the first is nobody's; the second is systemd's for such short lives, and
// reaches into what a container has.
constexpr std::array ranges{id_range{1'879'048'192, 1U << 24U}, id_range{61'184, 4'336}};

constexpr std::array system_folders{"bin", "etc", "lib", "lib32", "lib64", "libx32", "sbin", "usr"};
constexpr std::array devices{"null", "zero", "full", "random", "urandom"};

// The old root is left for good only once the function runs, since that takes milliseconds. Until then
// another mount covers it, which nobody without privileges over the namespace can lift.
constexpr int old_root_descriptor = 4;

constexpr std::chrono::seconds longest_trial{30};

// Whether there is something to read, or nobody who would write it any more.
bool is_told(int descriptor) {
    const auto deadline = std::chrono::steady_clock::now() + longest_trial;
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd word{descriptor, POLLIN, 0};
        const int ready = ::poll(&word, 1, static_cast<int>(std::max(left.count(), std::int64_t{0})));
        if (ready >= 0 || errno != EINTR) return ready > 0;
    }
}

// Tries one kind; "" where it works, else why it does not.
std::string lack_of(const confinement& in, const path& folder) {
    function_command nothing;
    nothing.folders.code = folder;
    nothing.command = {in.task_root(folder) / "nothing-to-run"};
    nothing.root = folder / "root";
    nothing.user = in.first_id;
    nothing.groups = {in.first_id};
    nothing.output = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    try {
        const spawned_function tried = spawn_function(in, nothing);
        ::close(nothing.output);
        const bool told = is_told(tried.told);
        if (!told) ::kill(tried.guardian, SIGKILL);
        ::waitpid(tried.guardian, nullptr, 0);
        const auto end = told ? read_end(tried.told) : std::nullopt;
        ::close(tried.told);
        // Everything was in place, but there is nothing to run.
        if (end && end->what == function_end::kind::not_executed) return {};
        if (!told) return fmt::format("it did not begin within {} s", longest_trial / 1s);
        return end ? fmt::format("{}: {}", end->step.data(), std::strerror(end->value)) : "it was killed";
    } catch (const std::system_error& failed) {
        ::close(nothing.output);
        return failed.what();
    }
}

void add_system_folders(std::vector<mount_step>& to) {
    for (const char* const name : system_folders) {
        const path from = path{"/"} / name;
        std::error_code gone;
        if (std::filesystem::is_symlink(from, gone)) {
            to.push_back({kind::link, from, std::filesystem::read_symlink(from)});
        } else if (std::filesystem::is_directory(from, gone)) {
            to.push_back({kind::folder, from});
            to.push_back({kind::bind, from, from});
        }
    }
}

bool is_seen(const path& file) {
    return std::ranges::any_of(system_folders, [&](const char* name) {
        return file.string().starts_with(fmt::format("/{}/", name));
    });
}

// The resolver's configuration may be a link to where nothing else is to be seen.
void add_resolver(std::vector<mount_step>& to) {
    std::error_code gone;
    const path file = std::filesystem::canonical("/etc/resolv.conf", gone);
    if (gone || is_seen(file)) return;
    path folder = "/";
    for (const auto& part : file.parent_path().relative_path())
        to.push_back({kind::folder, folder /= part});
    to.push_back({kind::file, file});
    to.push_back({kind::bind, file, file});
    to.push_back({kind::read_only, file});
}

void add_devices(std::vector<mount_step>& to) {
    to.push_back({kind::folder, "/dev"});
    for (const char* const name : devices) {
        const path device = path{"/dev"} / name;
        to.push_back({kind::file, device});
        to.push_back({kind::bind, device, device});
    }
    to.push_back({kind::link, "/dev/fd", "/proc/self/fd"});
    to.push_back({kind::link, "/dev/stdin", "/proc/self/fd/0"});
    to.push_back({kind::link, "/dev/stdout", "/proc/self/fd/1"});
    to.push_back({kind::link, "/dev/stderr", "/proc/self/fd/2"});
}

void add_own_folder(std::vector<mount_step>& to, const char* at, const path& folder) {
    to.push_back({kind::folder, at});
    if (folder.empty()) return;
    to.push_back({kind::bind, at, folder});
    to.push_back({kind::read_only, at});
}

bool make_read_only(const char* at) {
    mount_attr wanted{};
    wanted.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID;
    return ::mount_setattr(AT_FDCWD, at, AT_RECURSIVE, &wanted, sizeof wanted) == 0;
}

// Of the path, relative to the new root, in which we stand.
bool take(const mount_step& step) {
    const char* const at = step.at.c_str() + 1;
    switch (step.what) {
    case kind::folder:
        return ::mkdir(at, 0755) == 0 || errno == EEXIST;
    case kind::file: {
        const int made = ::open(at, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        return made >= 0 && ::close(made) == 0;
    }
    case kind::link:
        return ::symlink(step.from.c_str(), at) == 0;
    case kind::bind:
        return ::mount(step.from.c_str(), at, nullptr, MS_BIND | MS_REC, nullptr) == 0;
    case kind::read_only:
        return make_read_only(at);
    case kind::scratch:
        return ::mount("function", at, "tmpfs", MS_NOSUID | MS_NODEV, step.options.c_str()) == 0;
    case kind::processes:
        return ::mount("proc", at, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0;
    }
    return false;
}

} // namespace

path confinement::task_root(const path& code) const {
    return namespaces ? path{"/var/task"} : code;
}

path confinement::layer_root(const path& layers) const {
    return namespaces ? path{"/opt"} : layers;
}

path confinement::runtime_root(const path& runtime) const {
    return namespaces ? path{"/var/runtime"} : runtime;
}

std::string confinement::description() const {
    constexpr std::string_view own = "processes, files and /tmp of their own";
    if (namespaces && first_id != 0) return fmt::format("a user each, with {} (namespaces)", own);
    if (namespaces) return fmt::format("{} (user namespaces)", own);
    if (first_id != 0)
        return fmt::format("a user each, on this machine's files: it lets us make no namespaces ({})", lack);
    return fmt::format("NOT confined: they can read each other's memory and your files, since this machine "
                       "lets you make no namespaces ({}). Run no code here that you would not run yourself",
                       lack);
}

confinement find_confinement(const path& folder) {
    std::filesystem::create_directory(folder / "root");
    std::string lack;
    const auto works = [&](confinement& in) {
        const std::string why = lack_of(in, folder);
        if (!why.empty() && lack.empty()) lack = why;
        in.lack = lack;
        return why.empty();
    };
    if (::geteuid() == 0) {
        for (const bool namespaces : {true, false}) {
            for (const id_range& ids : ranges) {
                confinement made{.namespaces = namespaces, .first_id = ids.first, .id_count = ids.count};
                if (works(made)) return made;
            }
        }
    }
    confinement made{.namespaces = true, .user_namespace = true};
    if (works(made)) return made;
    made = {};
    if (works(made)) return made;
    throw std::system_error{ECANCELED, std::generic_category(), "no function can be started: " + made.lack};
}

std::uint32_t free_id(const confinement& in, std::span<const std::uint32_t> taken) {
    if (in.id_count == 0) return 0;
    for (;;) {
        std::uint32_t number = 0;
        if (::getrandom(&number, sizeof number, 0) != sizeof number) continue;
        const std::uint32_t id = in.first_id + number % in.id_count;
        if (std::ranges::find(taken, id) == taken.end()) return id;
    }
}

mount_plan function_files(const path& root, const function_folders& folders, std::uint32_t storage_mib,
                          std::span<const path> hidden) {
    mount_plan out{root, {}};
    auto& steps = out.steps;
    add_system_folders(steps);
    for (const path& one : hidden) {
        if (is_seen(one)) steps.push_back({kind::scratch, one, {}, "mode=0755,size=4k"});
    }
    // Each with what was laid over it.
    const auto bound = steps;
    for (const mount_step& one : bound) {
        if (one.what == kind::bind) steps.push_back({kind::read_only, one.at});
    }
    add_resolver(steps);
    add_devices(steps);
    steps.push_back({kind::folder, "/proc"});
    steps.push_back({kind::processes, "/proc"});
    steps.push_back({kind::folder, "/var"});
    add_own_folder(steps, "/var/task", folders.code);
    add_own_folder(steps, "/opt", folders.layers);
    add_own_folder(steps, "/var/runtime", folders.runtime);
    steps.push_back({kind::folder, "/tmp"});
    steps.push_back({kind::scratch, "/tmp", {}, fmt::format("mode=1777,size={}m", storage_mib)});
    return out;
}

const char* enter(const mount_plan& plan) {
    const char* const root = plan.root.c_str();
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return "making mounts private";
    // What is bound is opened by its old name until the old root is left.
    if (::mount("function", root, "tmpfs", MS_NOSUID, "mode=0755,size=1m") != 0) return "mounting a root";
    if (::chdir(root) != 0) return root;
    for (const mount_step& step : plan.steps) {
        if (!take(step)) return step.at.c_str();
    }
    if (::mkdir("old", 0700) != 0 || ::mkdir("old/root", 0700) != 0 ||
        ::syscall(SYS_pivot_root, ".", "old/root") != 0)
        return "pivot_root";
    // It is the lowest that is free.
    if (::open("/old", O_PATH | O_DIRECTORY | O_CLOEXEC) != old_root_descriptor)
        return "opening the old root";
    if (::mount("function", "/old", "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, "mode=0,size=4k") != 0)
        return "covering the old root";
    if (::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, nullptr) != 0)
        return "closing the root";
    return ::chdir("/") == 0 ? nullptr : "/";
}

bool leave_old_root() {
    // From below the cover: by its path, or by a descriptor of its own, the cover would go in its place.
    if (::fchdir(old_root_descriptor) != 0 || ::umount2("root", MNT_DETACH) != 0 || ::chdir("/") != 0)
        return false;
    return ::close(old_root_descriptor) == 0;
}

} // namespace cruddur::cloud::lambda
