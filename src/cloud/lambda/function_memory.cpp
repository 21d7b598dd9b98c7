#include "cloud/lambda/function_memory.hpp"

#include "cloud/lambda/function_owners.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace cruddur::cloud::lambda {

namespace {

constexpr std::size_t bootstrap_at = 1;            // of a family: after its guardian, a copy of ours
constexpr unsigned forked_but_not_executed = 0x40; // PF_FORKNOEXEC of Linux's sched.h

// By the ninth field of its stat, proc(5), counted after the name, which may hold anything.
bool has_begun(pid_t process) {
    std::ifstream file{fmt::format("/proc/{}/stat", process)};
    std::string text;
    std::getline(file, text);
    const auto end = text.rfind(')');
    if (end == std::string::npos) return false;
    std::istringstream fields{text.substr(end + 1)};
    std::string skipped;
    for (int field = 3; field < 9; ++field)
        fields >> skipped;
    unsigned flags = 0;
    return (fields >> flags) && (flags & forked_but_not_executed) == 0;
}

std::vector<pid_t> begun_family_of(pid_t guardian) {
    std::vector<pid_t> out = family_of(guardian);
    if (out.size() <= bootstrap_at || !has_begun(out[bootstrap_at])) return {};
    out.erase(out.begin());
    return out;
}

} // namespace

std::uint64_t memory_held_by(pid_t guardian) {
    static const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    std::uint64_t pages = 0;
    for (const pid_t one : begun_family_of(guardian)) {
        std::ifstream of_it{fmt::format("/proc/{}/statm", one)};
        std::uint64_t whole = 0;
        std::uint64_t resident = 0;
        std::uint64_t shared = 0;
        if (of_it >> whole >> resident >> shared) pages += resident - std::min(resident, shared);
    }
    return pages * page_bytes;
}

std::uint64_t memory_peak_mib_of(pid_t guardian) {
    const std::vector<pid_t> family = begun_family_of(guardian);
    if (family.empty()) return 0;
    std::ifstream status{fmt::format("/proc/{}/status", family.front())};
    for (std::string text; std::getline(status, text);) {
        if (text.starts_with("VmHWM:")) return (std::stoull(text.substr(6)) + 1'023) / 1'024;
    }
    return 0;
}

} // namespace cruddur::cloud::lambda
