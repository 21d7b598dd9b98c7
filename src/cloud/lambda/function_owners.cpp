#include "cloud/lambda/function_owners.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace cruddur::cloud::lambda {

namespace {

// The parent of a process: the fourth field of its stat, counted after the name, which may hold anything.
pid_t parent_of(const std::filesystem::path& process) {
    std::ifstream file{process / "stat"};
    std::string text;
    std::getline(file, text);
    const auto end = text.rfind(')');
    if (end == std::string::npos) return 0;
    std::istringstream fields{text.substr(end + 1)};
    std::string state;
    pid_t parent = 0;
    fields >> state >> parent;
    return parent;
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
        out.emplace(parent_of(at->path()), std::stoi(name));
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

} // namespace

std::vector<pid_t> family_of(pid_t ancestor) {
    std::vector<pid_t> out{ancestor};
    for (std::size_t at = 0; at < out.size(); ++at)
        add_children(out, out[at]);
    return out;
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
