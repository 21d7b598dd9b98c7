#include "cluster/backup.hpp"

#include "cluster/data_folder.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/process.hpp"
#include "cluster/server_folder.hpp"
#include "cluster/superuser_session.hpp"
#include "db/queries.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>

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

void restore(const byte_source& source, const server_params& as, std::chrono::milliseconds at_most) {
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
        // It recovers the backup, too.
        set_password({data,
                      {},
                      owner,
                      find_installation(major_in(unfinished), as.engines),
                      as.superuser,
                      password,
                      durable,
                      as.stopping},
                     unfinished);
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
