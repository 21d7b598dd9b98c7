#include "cluster/backup.hpp"

#include "cluster/data_folder.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/process.hpp"
#include "cluster/server_folder.hpp"
#include "cluster/superuser_session.hpp"
#include "db/queries.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace cruddur::cluster {
namespace {

using std::filesystem::path;

int major_in(const path& data) {
    int major = 0;
    const auto version = read_file(data / "PG_VERSION");
    std::from_chars(version.data(), version.data() + version.size(), major);
    if (major == 0) throw error("This is no base backup of PostgreSQL: it holds no PG_VERSION.");
    return major;
}

// To the log's end where it has no commit that is later than the time asked for, of which PostgreSQL makes an
// error.
constexpr std::string_view ended_before = "recovery ended before configured recovery target was reached";

// Recovers the backup in that folder, and gives its superuser the password. A backup of a standby needs
// PostgreSQL's archive recovery, whatever log there is beside it.
void recover(const data_folder_params& params, const path& data, const recovery& how,
             std::chrono::milliseconds at_most) {
    const bool of_standby = std::filesystem::exists(data / "standby.signal");
    if (how.wal.empty() && !of_standby) return set_password(params, data, {}, at_most);
    std::filesystem::remove(data / "standby.signal");
    write_file(data / "recovery.signal", "", 0600);
    give_to(params.owner, data / "recovery.signal");
    // Percent signs are the setting's own.
    const std::string folder = boost::algorithm::replace_all_copy(how.wal.string(), "%", "%%");
    std::vector<std::string> settings = {
        "hot_standby=off", // which would compare its settings with the primary's
        how.wal.empty() ? "restore_command=/bin/false"
                        : fmt::format("restore_command=/bin/cp \"{}/%f\" \"%p\"", folder)};
    if (how.wal.empty()) return set_password(params, data, settings, at_most);
    auto with_target = settings;
    with_target.emplace_back("recovery_target_action=promote");
    const auto since_1970 =
        std::chrono::floor<std::chrono::milliseconds>(how.until.time_since_epoch()).count();
    with_target.push_back(fmt::format("recovery_target_time={:%Y-%m-%d %H:%M:%S}.{:03}+00",
                                      fmt::gmtime(static_cast<std::time_t>(since_1970 / 1000)),
                                      since_1970 % 1000));
    try {
        set_password(params, data, with_target, at_most);
    } catch (const error& failed) {
        if (std::string_view{failed.what()}.find(ended_before) == std::string_view::npos) throw;
        set_password(params, data, settings, at_most);
    }
}

} // namespace

void back_up(const server& primary, const byte_sink& sink, std::chrono::milliseconds at_most) {
    auto session = open_session(primary);
    execute(session, queries::reserve_wal, {fmt::format("backup_{}", random_password().substr(0, 16))});
    auto backup = primary.client("pg_basebackup");
    for (const char* option : {"--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast",
                               "--no-manifest", "--no-password"}) {
        backup.arguments.emplace_back(option);
    }
    const auto done = run_out(backup, at_most, sink);
    if (done.exit_status != 0) {
        throw error(fmt::format("The backup of {} failed: {}", primary.folder().string(), done.output));
    }
}

void restore(const byte_source& source, const server_params& as, const recovery& how,
             std::chrono::milliseconds at_most) {
    const path folder = prepare_server_folder(as.folder);
    const file_lock lock(folder / "lock");
    const path data = folder / "data";
    if (std::filesystem::exists(data)) {
        throw error(fmt::format("{} is there already. A backup is restored into a folder of its own.",
                                data.string()));
    }
    const account owner = account_for(data);
    check_the_way(owner, folder);
    const path unfinished = data.string() + ".new";
    std::filesystem::remove_all(unfinished);
    std::filesystem::create_directory(unfinished);
    std::filesystem::permissions(unfinished, std::filesystem::perms::owner_all);
    give_to(owner, unfinished);
    try {
        const command tar{
            .arguments = {"/bin/tar", "--extract", "--file=-", "--directory=" + unfinished.string()},
            .as = owner,
            .input = {},
            .log = {},
            .stopping = as.stopping};
        const auto done = run_in(tar, at_most, source);
        if (done.exit_status != 0) {
            throw error(fmt::format("The backup cannot be unpacked into {}: {}", data.string(), done.output));
        }
        const auto password = random_password();
        const bool durable =
            std::ranges::find(as.settings, std::pair<std::string, std::string>("fsync", "off")) ==
            as.settings.end();
        recover({data,
                 {},
                 owner,
                 find_installation(major_in(unfinished), as.engines),
                 as.superuser,
                 password,
                 durable,
                 as.stopping,
                 as.locale,
                 as.locales},
                unfinished, how, at_most);
        if (durable) sync_folder(unfinished);
        write_password(owner, folder, as.superuser, password);
        replace_file(unfinished, data);
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove_all(unfinished, ignored);
        throw;
    }
}

} // namespace cruddur::cluster
