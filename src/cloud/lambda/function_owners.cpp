#include "cloud/lambda/function_owners.hpp"

#include "cluster/process.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace cruddur::cloud::lambda {

namespace {

pid_t parent_of(pid_t process) {
    const auto fields = cluster::stat_fields(process);
    return fields.empty() ? 0 : std::stoi(fields.at(4));
}

bool holds_socket(pid_t process, const std::string& socket) {
    std::error_code failed;
    for (std::filesystem::directory_iterator at{fmt::format("/proc/{}/fd", process), failed}, end;
         !failed && at != end; at.increment(failed)) {
        std::error_code gone;
        if (std::filesystem::read_symlink(at->path(), gone).string() == socket) return true;
    }
    return false;
}

// Who is whose child, of all that there are.
std::multimap<pid_t, pid_t> children_of_all() {
    std::multimap<pid_t, pid_t> out;
    std::error_code failed;
    for (std::filesystem::directory_iterator at{"/proc", failed}, end; !failed && at != end;
         at.increment(failed)) {
        const std::string name = at->path().filename().string();
        if (name.front() < '0' || name.front() > '9') continue;
        const pid_t process = std::stoi(name);
        out.emplace(parent_of(process), process);
    }
    return out;
}

// Those that each of its threads has started or inherited, as the kernel lists them.
void add_children(std::vector<pid_t>& to, pid_t parent) {
    std::error_code failed;
    for (std::filesystem::directory_iterator at{fmt::format("/proc/{}/task", parent), failed}, end;
         !failed && at != end; at.increment(failed)) {
        std::ifstream list{at->path() / "children"};
        for (pid_t child = 0; list >> child;)
            to.push_back(child);
    }
}

bool family_holds(const std::vector<pid_t>& family, const std::string& socket) {
    return std::ranges::any_of(family, [&](pid_t one) { return holds_socket(one, socket); });
}

constexpr std::size_t bootstrap_at = 1;            // of a family: after its guardian, a copy of ours
constexpr unsigned forked_but_not_executed = 0x40; // PF_FORKNOEXEC of Linux's sched.h

// It has executed its program.
bool has_begun(pid_t process) {
    const auto fields = cluster::stat_fields(process);
    return !fields.empty() && (std::stoul(fields.at(9)) & forked_but_not_executed) == 0;
}

std::vector<pid_t> begun_family_of(pid_t guardian) {
    std::vector<pid_t> out = family_of(guardian);
    if (out.size() <= bootstrap_at || !has_begun(out[bootstrap_at])) return {};
    out.erase(out.begin());
    return out;
}

} // namespace

std::vector<pid_t> family_of(pid_t ancestor) {
    std::vector<pid_t> out{ancestor};
    for (std::size_t at = 0; at < out.size(); ++at)
        add_children(out, out[at]);
    return out;
}

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

std::optional<pid_t> ancestor_of(const peer_socket& socket, std::span<const function_family> families) {
    const auto by_user = std::ranges::find_if(
        families, [&](const function_family& one) { return one.user != 0 && one.user == socket.user; });
    if (by_user != families.end()) return by_user->ancestor;
    const std::string link = fmt::format("socket:[{}]", socket.inode);
    const auto shares_user = [](const function_family& one) { return one.user == 0; };
    if (std::ranges::none_of(families, shares_user)) return std::nullopt;
    for (const auto& one : families) {
        if (shares_user(one) && family_holds(family_of(one.ancestor), link)) return one.ancestor;
    }
    // The lists are quick, but may miss one that changes its parent just then; or a kernel has none.
    const auto all = children_of_all();
    for (const auto& one : families) {
        std::vector<pid_t> family{one.ancestor};
        for (std::size_t at = 0; at < family.size(); ++at) {
            for (auto [child, last] = all.equal_range(family[at]); child != last; ++child)
                family.push_back(child->second);
        }
        if (shares_user(one) && family_holds(family, link)) return one.ancestor;
    }
    return std::nullopt;
}

} // namespace cruddur::cloud::lambda
