#include "cluster/engine_store.hpp"

#include "cluster/account.hpp"
#include "cluster/download.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/process.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

namespace cruddur::cluster {
namespace {

namespace json = boost::json;
using std::filesystem::path;

constexpr auto unpacking_timeout = std::chrono::minutes(10);
constexpr auto version_timeout = std::chrono::seconds(30);
constexpr std::string_view digest_prefix = "sha512-";

std::string machine() {
    utsname about{};
    return ::uname(&about) == 0 ? about.machine : "";
}

std::string number_of(const engine_package& package) {
    return fmt::format("{}.{}", package.major, package.minor);
}

// Whom PostgreSQL runs as comes in here and reads; nobody writes but us.
void make_store(const path& store) {
    make_passable_folder(store.parent_path());
    make_passable_folder(store);
    std::filesystem::permissions(store, std::filesystem::perms{0755});
}

// Every name of the archive, before anything is made of it: tar itself refuses what leaves its folder, and
// this says which.
void check_names(const path& package) {
    const auto listed = run({.arguments = {"/bin/tar", "--list", "--gzip", "--file=" + package.string()},
                             .as = {},
                             .input = {},
                             .log = {}},
                            unpacking_timeout);
    if (listed.exit_status != 0)
        throw error(fmt::format("{} is no package: {}", package.string(), listed.output));
    std::istringstream lines{listed.output};
    for (std::string name; std::getline(lines, name);) {
        const path inner{name};
        const bool leaves = inner.is_absolute() || std::ranges::find(inner, path{".."}) != inner.end();
        if (leaves || *inner.begin() != "package")
            throw error(
                fmt::format("The package has a file outside of its folder, and is not unpacked: {}", name));
    }
}

void unpack(const path& package, const path& folder) {
    check_names(package);
    const auto done = run({.arguments = {"/bin/tar", "--extract", "--gzip", "--file=" + package.string(),
                                         "--directory=" + folder.string(), "--no-same-owner",
                                         "--no-same-permissions", "--strip-components=2", "package/native"},
                           .as = {},
                           .input = {},
                           .log = {}},
                          unpacking_timeout);
    if (done.exit_status != 0)
        throw error(fmt::format("{} cannot be unpacked: {}", package.string(), done.output));
}

// npm's packages hold no links, so that one is none of the package's; and what is run is open to whom it is
// run by.
void settle_modes(const path& folder) {
    using std::filesystem::perms;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const auto kind = entry.symlink_status().type();
        if (kind == std::filesystem::file_type::directory) {
            std::filesystem::permissions(entry.path(), perms{0755});
        } else if (kind == std::filesystem::file_type::regular) {
            const bool runs = (entry.status().permissions() & perms::owner_exec) != perms::none;
            std::filesystem::permissions(entry.path(), perms{runs ? 0755U : 0644U});
        } else {
            throw error(fmt::format("{} is neither a file nor a folder, and the package is not taken.",
                                    entry.path().string()));
        }
    }
    std::filesystem::permissions(folder, perms{0755});
}

// A file's place below the engine's folder, of the package's "native/lib/libpq.so.5.14"; empty where it would
// be anywhere else.
path inner_place(const json::value& named) {
    if (!named.is_string()) return {};
    const path whole{std::string{named.get_string()}};
    const path inner = whole.lexically_relative("native");
    const bool is_plain = whole.is_relative() && whole == whole.lexically_normal() && !inner.empty() &&
                          *inner.begin() != ".." && *inner.begin() != ".";
    return is_plain ? inner : path{};
}

// The package keeps its links in a list, since archives of npm hold none: [{"source": file, "target": link}].
void make_links(const path& folder) {
    const path list = folder / "pg-symlinks.json";
    if (!std::filesystem::exists(list)) return;
    boost::system::error_code failed;
    const json::value links = json::parse(read_file(list), failed);
    if (failed || !links.is_array()) throw error("The package's list of links cannot be read.");
    for (const json::value& each : links.get_array()) {
        const auto* const link = each.if_object();
        const path file = link && link->contains("source") ? inner_place(link->at("source")) : path{};
        const path name = link && link->contains("target") ? inner_place(link->at("target")) : path{};
        const bool is_taken =
            !name.empty() && std::filesystem::exists(std::filesystem::symlink_status(folder / name));
        if (file.empty() || name.empty() || is_taken || !std::filesystem::exists(folder / file))
            throw error(
                fmt::format("The package's list of links has one that cannot be: {}", json::serialize(each)));
        std::filesystem::create_directories((folder / name).parent_path());
        std::filesystem::create_symlink(file.lexically_relative(name.parent_path()), folder / name);
    }
}

// By whom it will be run as. This also finds what the package lacks of this machine's libraries.
void check_programs(const path& folder, const std::string& number) {
    for (const char* name : {"postgres", "initdb"}) {
        const auto said = run({.arguments = {(folder / "bin" / name).string(), "--version"},
                               .as = account_for({}),
                               .input = {},
                               .log = {}},
                              version_timeout);
        const auto expected = fmt::format("{} (PostgreSQL) {}\n", name, number);
        if (said.exit_status == 0 && said.output == expected) continue;
        throw error(fmt::format("The package's {} does not run here as PostgreSQL {}. It says: {}", name,
                                number, said.output));
    }
}

std::int64_t bytes_in(const path& folder) {
    std::int64_t sum = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && !entry.is_symlink())
            sum += static_cast<std::int64_t>(entry.file_size());
    return sum;
}

std::string with_slash(std::string registry) {
    if (!registry.ends_with('/')) registry += '/';
    return registry;
}

} // namespace

std::vector<engine> list_engines(const path& store) {
    std::vector<engine> out;
    std::error_code ignored;
    const path real = std::filesystem::weakly_canonical(store, ignored);
    for (auto& found : find_installations(store)) {
        engine one{std::move(found)};
        const path folder = std::filesystem::weakly_canonical(one.of.programs, ignored).parent_path();
        one.is_added = !store.empty() && folder.parent_path() == real;
        if (one.is_added) one.bytes = bytes_in(folder);
        out.push_back(std::move(one));
    }
    return out;
}

const engine_package* find_package(int major) {
    const std::string here = machine();
    const auto all = engine_packages();
    const auto found = std::ranges::find_if(
        all, [&](const engine_package& one) { return one.machine == here && one.major == major; });
    return found == all.end() ? nullptr : &*found;
}

std::string why_not_served(int major, const path& store) {
    if (major < oldest_major)
        return fmt::format("Local RDS serves PostgreSQL {} and later: {} has not all that it needs.",
                           oldest_major, major);
    for (const char* program : {"pg_basebackup", "pg_dump"}) {
        if (!find_client(program, major, store).empty()) continue;
        return fmt::format("No {0} on this machine serves PostgreSQL {1}, and without it there are neither "
                           "snapshots nor standbys. "
                           "It has to be as new as the server: install postgresql-client-{1} or later.",
                           program, major);
    }
    return {};
}

path unpack_engine(const path& store, const engine_package& locked, const path& package) {
    const std::string number = number_of(locked);
    const path folder = store / number;
    const path unfinished = store / (number + ".new");
    std::filesystem::remove_all(unfinished);
    std::filesystem::create_directory(unfinished);
    try {
        unpack(package, unfinished);
        settle_modes(unfinished);
        make_links(unfinished);
        check_programs(unfinished, number);
        sync_folder(unfinished);
        replace_file(unfinished, folder);
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove_all(unfinished, ignored);
        throw;
    }
    return folder;
}

path add_engine(const path& store, int major, const engine_source& from) {
    if (const auto lacks = why_not_served(major, store); !lacks.empty()) throw error(lacks);
    const engine_package* const locked = find_package(major);
    if (locked == nullptr)
        throw error(
            fmt::format("There is no package of PostgreSQL {} for this machine ({}).", major, machine()));
    make_store(store);
    const file_lock lock{store / "lock"};
    path folder = store / number_of(*locked);
    if (std::filesystem::exists(folder)) return folder;
    const path package = store / fmt::format("{}.tgz", number_of(*locked));
    download({.url = with_slash(from.registry) + std::string{locked->path},
              .file = package,
              .bytes = locked->bytes,
              .sha512 = std::string{locked->integrity.substr(digest_prefix.size())},
              .progress =
                  [&](std::int64_t done) {
                      if (from.progress) from.progress(done, locked->bytes);
                  },
              .stopping = from.stopping});
    const path out = unpack_engine(store, *locked, package);
    remove_file(package);
    return out;
}

void remove_engine(const path& store, int major, const std::function<std::vector<std::string>()>& users) {
    const auto refuse_users = [&] {
        if (const auto using_it = users(); !using_it.empty()) {
            throw error(fmt::format("PostgreSQL {} is used by {}: delete or upgrade {} first.", major,
                                    fmt::join(using_it, ", "), using_it.size() == 1 ? "it" : "them"));
        }
    };
    std::vector<path> folders;
    for (const engine& one : list_engines(store))
        if (one.is_added && one.of.major == major) folders.push_back(one.of.programs.parent_path());
    if (folders.empty()) throw error(fmt::format("No engine of PostgreSQL {} was added.", major));
    const file_lock lock{store / "lock"};
    refuse_users();
    const auto hidden = [](const path& folder) { return path{folder.string() + ".gone"}; };
    for (const path& folder : folders)
        replace_file(folder, hidden(folder));
    try {
        refuse_users();
    } catch (...) {
        for (const path& folder : folders)
            replace_file(hidden(folder), folder);
        throw;
    }
    for (const path& folder : folders)
        std::filesystem::remove_all(hidden(folder));
}

} // namespace cruddur::cluster
