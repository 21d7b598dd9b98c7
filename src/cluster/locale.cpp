#include "cluster/locale.hpp"

#include "cluster/data_folder.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/process.hpp"

#include <fmt/format.h>

#include <gnu/libc-version.h>
#include <locale.h> // newlocale
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <sstream>

namespace cruddur::cluster {
namespace {

using std::filesystem::path;
using std::filesystem::perms;

constexpr const char* compiler = "/usr/bin/localedef";
constexpr const char* sources = "/usr/share/i18n";
constexpr auto compiler_timeout = std::chrono::minutes(2);
// glibc looks for en_US.UTF-8 and for en_US.utf8 under this name.
constexpr const char* folder_name = "en_US.utf8";

bool system_has_it() {
    if (std::getenv("LOCPATH") != nullptr) return false; // which PostgreSQL does not get to see
    const locale_t found = ::newlocale(LC_ALL_MASK, english_locale, nullptr);
    if (found == nullptr) return false;
    ::freelocale(found);
    return true;
}

// Another version of glibc may not read what this one has compiled.
path versioned(const path& store) {
    return store / fmt::format("glibc-{}", ::gnu_get_libc_version());
}

bool is_kept(const path& store) {
    return !store.empty() && std::filesystem::exists(versioned(store) / folder_name / "LC_COLLATE");
}

// To everyone's eyes: the servers are of another user where we are root.
void open_to_all(const path& folder) {
    constexpr perms closed = perms::owner_write;
    constexpr perms readable = closed | perms::owner_read | perms::group_read | perms::others_read;
    constexpr perms enterable = readable | perms::owner_exec | perms::group_exec | perms::others_exec;
    std::filesystem::permissions(folder, enterable);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        std::filesystem::permissions(entry, entry.is_directory() ? enterable : readable);
}

// What initdb runs in the place of the system's `locale`.
void write_lister(const path& folder) {
    const path programs = folder / "bin";
    std::filesystem::create_directory(programs);
    write_file(programs / "locale",
               fmt::format("#!/bin/sh\n/usr/bin/locale \"$@\"\n[ \"$1\" != -a ] || echo {}\n", folder_name),
               0755);
}

void compile(const path& into) {
    std::filesystem::create_directory(into);
    const auto done = run({.arguments = {compiler, "--no-archive", "--inputfile=en_US", "--charmap=UTF-8",
                                         (into / folder_name).string()},
                           .input = {},
                           .log = {}},
                          compiler_timeout);
    if (!std::filesystem::exists(into / folder_name / "LC_COLLATE"))
        throw error(
            fmt::format("{} failed with exit status {}: {}", compiler, done.exit_status, done.output));
    write_lister(into);
}

// What `fill` puts into a folder is in the store at once and whole, or not at all.
template<class Fill>
void put(const path& store, Fill fill) {
    const path unfinished = unshared_name(versioned(store));
    try {
        fill(unfinished);
        open_to_all(unfinished);
        std::filesystem::permissions(unfinished / "bin" / "locale", perms{0755});
        sync_folder(unfinished);
        replace_file(unfinished, versioned(store)); // fails where another process was faster
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove_all(unfinished, ignored);
        if (!is_kept(store)) throw;
    }
}

// By the user's cache, as data folders are made: compiling takes a second. Nothing depends on the cache.
void make(const path& store) {
    make_passable_folder(store);
    const path home = default_cache_folder();
    const path cache = home.empty() ? path{} : home / "locale";
    if (is_kept(cache)) return put(store, [&](const path& into) { copy_folder(versioned(cache), into); });
    put(store, compile);
    if (cache.empty()) return;
    try {
        std::filesystem::create_directories(cache);
        put(cache, [&](const path& into) { copy_folder(versioned(store), into); });
    } catch (const std::exception&) {
    }
}

} // namespace

std::string keep_english_locale(const path& store) {
    if (has_english_locale(store)) return {};
    if (::access(compiler, X_OK) != 0 || !std::filesystem::exists(path{sources} / "locales" / "en_US")) {
        return fmt::format(
            "This machine has no locale {}, and nothing to make it of: apt-get install locales",
            english_locale);
    }
    try {
        static std::mutex one_at_a_time; // it is the work of a second, which the others would do as well
        const std::lock_guard lock{one_at_a_time};
        if (!is_kept(store)) make(store);
    } catch (const std::exception& failed) {
        return fmt::format("The locale {} could not be made: {}", english_locale, failed.what());
    }
    return {};
}

bool has_english_locale(const path& store) {
    return is_kept(store) || system_has_it();
}

std::vector<std::string> locale_environment(const path& store) {
    if (!is_kept(store)) return {};
    return {"LOCPATH=" + versioned(store).string()};
}

std::vector<std::string> initdb_environment(const path& store) {
    auto out = locale_environment(store);
    if (!out.empty())
        out.push_back(
            fmt::format("PATH={}:/usr/local/bin:/usr/bin:/bin", (versioned(store) / "bin").string()));
    return out;
}

std::string locale_of(const path& data) {
    // initdb has written it down, and what `alter system` changes stands in another file.
    std::istringstream settings{read_file(data / "postgresql.conf")};
    constexpr std::string_view setting = "lc_monetary = ";
    for (std::string line; std::getline(settings, line);) {
        if (!line.starts_with(setting)) continue;
        line.erase(0, setting.size());
        line.erase(std::min(line.find_first_of(" \t#"), line.size()));
        std::erase(line, '\'');
        return line;
    }
    return plain_locale;
}

} // namespace cruddur::cluster
