#include "cluster/replica.hpp"

#include "cluster/account.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/process.hpp"
#include "cluster/server_folder.hpp"
#include "cluster/superuser_session.hpp"
#include "db/queries.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace cruddur::cluster {
namespace {

using std::filesystem::path;

constexpr auto backup_timeout = std::chrono::minutes(30);
constexpr auto reload_timeout = std::chrono::seconds(10);
constexpr std::size_t name_characters_max = 63;

void check_name(const std::string& name) {
    if (!name.empty() && name.size() <= name_characters_max &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos) {
        return;
    }
    throw error(fmt::format("'{}' cannot name a standby: 1 to 63 characters of a to z, 0 to 9 and _.", name));
}

// A primary's settings: which standbys it waits for. Read again without a restart.
void wait_for_standbys(server& primary, const std::string& names) {
    write_file(replication_file(primary.folder()),
               fmt::format("synchronous_standby_names = {}\n", config_value(names)), 0644);
    primary.reload();
    auto session = open_session(primary);
    const bool holds = wait_until(
        reload_timeout, [&] { return execute(session, queries::synchronous_standbys).get(0, 0) == names; });
    if (!holds) {
        throw error(
            fmt::format("The server of {} does not read its settings again.", primary.folder().string()));
    }
}

std::optional<replication_state> state_in(postgres::plain_connection& session, const std::string& name) {
    const auto found = execute(session, queries::replication_state, {name});
    if (found.empty()) return std::nullopt;
    replication_state out;
    out.state = found.get(0, 0).value_or("");
    out.is_synchronous = found.get(0, 1) == "t";
    const auto lag = found.get(0, 2).value_or("0");
    std::from_chars(lag.data(), lag.data() + lag.size(), out.replay_lag_bytes);
    return out;
}

std::string standby_settings(const server_place& primary, const path& folder, const std::string& name) {
    // Of libpq's, which quotes as PostgreSQL's settings do, but for a quote within.
    const auto quoted = [](const std::string& value) {
        std::string out = "'";
        for (const char c : value) {
            if (c == '\'' || c == '\\') out += '\\';
            out += c;
        }
        return out + "'";
    };
    const std::string connection =
        fmt::format("application_name={} passfile={} host={} port='{}' user={}", name,
                    quoted((folder / "passfile").string()), quoted(primary.sockets.string()), primary.port,
                    quoted(primary.superuser));
    // A standby that has lost its primary looks for it again after this time, and where it has just lost it a
    // second time it sleeps so long before it heeds a promotion: by default five seconds.
    constexpr const char* retry = "wal_retrieve_retry_interval = '50ms'\n";
    return fmt::format("primary_conninfo = {}\nprimary_slot_name = {}\n{}", config_value(connection),
                       config_value(name), retry);
}

void copy_data(const server_place& primary, const path& to, const std::string& name, bool durable,
               const std::stop_token& stopping) {
    auto backup = client_of(primary, "pg_basebackup", stopping);
    for (const auto& option :
         {"--pgdata=" + to.string(), std::string("--format=plain"), std::string("--wal-method=stream"),
          "--slot=" + name, std::string("--checkpoint=fast"), std::string("--no-manifest"),
          std::string("--no-password")}) {
        backup.arguments.push_back(option);
    }
    if (!durable) backup.arguments.emplace_back("--no-sync");
    const auto done = run(backup, backup_timeout);
    if (done.exit_status != 0) {
        throw error(
            fmt::format("Copying {} for its standby failed: {}", primary.folder.string(), done.output));
    }
}

} // namespace

server start_standby(const server_place& primary, server_params params, const std::string& name) {
    check_name(name);
    {
        const path folder = prepare_server_folder(params.folder);
        const file_lock lock(folder / "lock");
        const account owner = account_for(primary.folder / "data");
        check_the_way(owner, folder);
        const path data = folder / "data";
        const path unfinished = data.string() + ".new";
        std::filesystem::remove_all(unfinished);
        std::filesystem::create_directory(unfinished);
        std::filesystem::permissions(unfinished, std::filesystem::perms::owner_all);
        give_to(owner, unfinished);
        {
            // One that is there may have been cut off, and keeps nothing any more.
            auto session = open_session(primary);
            execute(session, queries::drop_slot, {name});
            execute(session, queries::create_slot, {name});
        }
        const bool durable =
            std::ranges::find(params.settings, std::pair<std::string, std::string>("fsync", "off")) ==
            params.settings.end();
        copy_data(primary, unfinished, name, durable, params.stopping);
        write_file(unfinished / "standby.signal", "", 0600);
        give_to(owner, unfinished / "standby.signal");
        write_password(owner, folder, params.superuser, read_file(primary.folder / "password"));
        write_file(replication_file(folder), standby_settings(primary, folder, name), 0644);
        std::filesystem::remove_all(data);
        replace_file(unfinished, data);
        remove_file(folder / "fenced");
    }
    return server::start(std::move(params));
}

server start_standby(const server& primary, server_params params, const std::string& name) {
    return start_standby(primary.place(), std::move(params), name);
}

void keep_slot(const server_place& primary, const std::string& name) {
    check_name(name);
    auto session = open_session(primary);
    execute(session, queries::create_slot, {name});
}

void follow(const server_place& primary, const path& standby, const std::string& name) {
    check_name(name);
    write_file(replication_file(standby), standby_settings(primary, standby, name), 0644);
}

void follow_nobody(const path& standby) {
    write_file(replication_file(standby), "", 0644);
}

slot_state slot_of(const server_place& primary, const std::string& name) {
    auto session = open_session(primary);
    const auto found = execute(session, queries::slot_state, {name});
    slot_state out;
    if (found.empty()) return out;
    out.is_there = true;
    out.is_lost = found.get(0, 0) == "lost";
    out.streams = found.get(0, 1) == "streaming";
    const auto lag = found.get(0, 2).value_or("0");
    std::int64_t milliseconds = 0;
    std::from_chars(lag.data(), lag.data() + lag.size(), milliseconds);
    out.replay_lag = std::chrono::milliseconds(milliseconds);
    return out;
}

std::optional<replication_state> replication_of(const server& primary, const std::string& name) {
    auto session = open_session(primary);
    return state_in(session, name);
}

void make_synchronous(server& primary, const std::string& name, std::chrono::milliseconds at_most) {
    check_name(name);
    bool streams = false;
    {
        auto session = open_session(primary);
        streams = wait_until(at_most, [&] {
            const auto now = state_in(session, name);
            return now && now->state == "streaming";
        });
    }
    if (!streams) {
        throw error(fmt::format("The standby {} does not stream from {}: see the standby's log.", name,
                                primary.folder().string()));
    }
    wait_for_standbys(primary,
                      '"' + name + '"'); // a name may be a word of the setting's own, such as "first"
    // The setting is read at once; the standby counts from its next answer on.
    auto session = open_session(primary);
    const bool counts = wait_until(at_most, [&] {
        const auto now = state_in(session, name);
        return now && now->is_synchronous;
    });
    if (!counts) {
        throw error(fmt::format("The standby {} streams from {}, and does not confirm what it has.", name,
                                primary.folder().string()));
    }
}

void make_asynchronous(server& primary) {
    wait_for_standbys(primary, "");
}

void drop_standby(const server& primary, const std::string& name) {
    drop_standby(primary.place(), name);
}

void drop_standby(const server_place& primary, const std::string& name) {
    auto session = open_session(primary);
    execute(session, queries::drop_slot, {name});
}

void drop_other_slots(const server_place& primary, const std::string& prefix,
                      const std::vector<std::string>& kept) {
    auto session = open_session(primary);
    execute(session, queries::drop_other_slots, {prefix, fmt::format("{}", fmt::join(kept, ","))});
}

void fail_over(server& primary, server& standby) {
    if (!standby.is_standby() || !standby.running()) {
        throw error(fmt::format("The server of {} is no running standby, and cannot take over.",
                                standby.folder().string()));
    }
    primary.fence();
    standby.promote();
    // It follows nobody any more, and nobody follows it yet.
    write_file(replication_file(standby.folder()), "", 0644);
    standby.reload();
}

} // namespace cruddur::cluster
