#include "cli/ground/process.hpp"

#include "cluster/account.hpp"

#include <sys/resource.h>

#include <cstdlib>

namespace cruddur::cli::ground {

using std::filesystem::path;

namespace {

// The part of the way to a folder that is there already.
path existing_part(path folder) {
    while (!std::filesystem::exists(folder) && folder.has_relative_path())
        folder = folder.parent_path();
    return folder;
}

} // namespace

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string{} : std::string{value};
}

path default_data_folder() {
    path folder = environment("CRUDDUR_DATA_DIR");
    if (folder.empty()) {
        const auto data = environment("XDG_DATA_HOME");
        folder = data.empty() ? path{environment("HOME")} / ".local" / "share" / "cruddur"
                              : path{data} / "cruddur";
    }
    folder = std::filesystem::absolute(folder).lexically_normal();
    // Where there can be no such folder, that is to be said, and no other one is taken.
    if (!std::filesystem::is_directory(existing_part(folder))) return folder;
    const auto owner = cluster::account_for(folder / "postgres" / "data");
    if (owner.differs() && !cluster::first_closed_folder(owner, existing_part(folder)).empty())
        return "/var/lib/cruddur";
    return folder;
}

sigset_t block_stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    struct sigaction hang_up {};
    sigaction(SIGHUP, nullptr, &hang_up);
    if (hang_up.sa_handler != SIG_IGN) sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    return signals;
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t descriptor_limit() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

} // namespace cruddur::cli::ground
