#include "cluster/data_folder.hpp"

#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/locale.hpp"
#include "cluster/process.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <gnu/libc-version.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace cruddur::cluster {
namespace {

using std::filesystem::path;

constexpr auto initdb_timeout = std::chrono::minutes(2);

std::vector<std::string> initdb_options(const data_folder_params& params) {
    return {"--username=" + params.superuser,
            "--encoding=UTF8",
            "--locale=" + params.locale,
            "--lc-messages=C",
            "--text-search-config=simple",
            "--data-checksums",
            fmt::format("--wal-segsize={}", params.wal_segment_mib),
            "--auth=scram-sha-256",
            "--no-instructions",
            "--no-sync"};
}

// A name for what initdb would make: the same for the same version and options.
std::string template_name(const data_folder_params& params) {
    // Collations are of the C library's version.
    std::string inputs = params.programs.version + '\n' + ::gnu_get_libc_version();
    for (const auto& option : initdb_options(params))
        inputs += '\n' + option;
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(inputs.data()), inputs.size(), digest.data());
    std::string name = fmt::format("data-folder-{}-", params.programs.major);
    for (std::size_t i = 0; i < 8; ++i)
        name += fmt::format("{:02x}", digest[i]);
    return name;
}

void must(const outcome& done, const char* program) {
    if (done.exit_status == 0) return;
    throw error(fmt::format("{} failed with exit status {}:\n{}", program, done.exit_status, done.output));
}

// initdb wants a password for SCRAM; this one is forgotten at once, and set_password gives each folder its
// own.
void run_initdb(const data_folder_params& params, const path& data) {
    command initdb{
        .arguments = {params.programs.program("initdb"), "--pgdata=" + data.string(), "--pwfile=/dev/stdin"},
        .as = params.owner,
        .input = random_password() + "\n",
        .log = {},
        .environment = initdb_environment(params.locales),
        .stopping = params.stopping};
    for (auto& option : initdb_options(params))
        initdb.arguments.push_back(std::move(option));
    must(run(initdb, initdb_timeout), "initdb");
}

std::string identifier(const std::string& name) {
    std::string quoted = "\"";
    for (const char c : name)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

// Nothing depends on it: a cache that cannot be written is one that is not there.
void keep_as_template(const path& data, const path& kept) {
    const path unfinished = unshared_name(kept);
    try {
        std::filesystem::create_directories(kept.parent_path());
        copy_folder(data, unfinished);
        sync_folder(unfinished);
        replace_file(unfinished, kept); // fails where another was faster
    } catch (const std::exception&) {
        std::error_code ignored;
        std::filesystem::remove_all(unfinished, ignored);
    }
}

} // namespace

// In single-user mode, before anyone can connect. The statement comes on standard input and is never logged.
// Of memory for a hundred sessions, which has to be laid out at a start, it needs little.
void set_password(const data_folder_params& params, const path& data,
                  const std::vector<std::string>& settings, std::chrono::milliseconds at_most) {
    command postgres{
        .arguments = {params.programs.program("postgres"), "--single", "-D", data.string(), "-c",
                      "exit_on_error=on", "-c", "log_min_error_statement=panic", "-c", "fsync=off", "-c",
                      "password_encryption=scram-sha-256", "-c", "shared_buffers=16MB", "-c",
                      "max_connections=10"},
        .as = params.owner,
        .input = fmt::format("ALTER ROLE {} PASSWORD '{}'\n", identifier(params.superuser), params.password),
        .log = {},
        .environment = locale_environment(params.locales),
        .stopping = params.stopping};
    for (const std::string& setting : settings)
        postgres.arguments.insert(postgres.arguments.end(), {"-c", setting});
    postgres.arguments.emplace_back("template1");
    must(run(postgres, at_most), "Setting the superuser's password");
}

void make_data_folder(const data_folder_params& params) {
    const path unfinished = params.data.string() + ".new";
    std::filesystem::remove_all(unfinished);
    const path kept = params.cache.empty() ? path() : params.cache / template_name(params);
    if (!kept.empty() && std::filesystem::exists(kept / "PG_VERSION")) {
        copy_folder(kept, unfinished);
        give_to(params.owner, unfinished);
    } else {
        std::filesystem::create_directory(unfinished);
        std::filesystem::permissions(unfinished, std::filesystem::perms::owner_all);
        give_to(params.owner, unfinished);
        run_initdb(params, unfinished);
        if (!kept.empty()) keep_as_template(unfinished, kept);
    }
    set_password(params, unfinished);
    if (params.durable) sync_folder(unfinished);
    replace_file(unfinished, params.data);
}

path default_cache_folder() {
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache == '/')
        return path(cache) / "cruddur";
    if (const char* home = std::getenv("HOME"); home && *home == '/') return path(home) / ".cache/cruddur";
    return {};
}

} // namespace cruddur::cluster
