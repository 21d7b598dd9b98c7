#include "cloud/fleet/instance_server.hpp"

#include "cloud/fleet/snapshot_file.hpp"
#include "cloud/ground/certificates.hpp"
#include "cluster/account.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/installation.hpp"
#include "cluster/postmaster.hpp"
#include "cluster/process.hpp"
#include "cluster/replica.hpp"
#include "cluster/socket_folder.hpp"
#include "db/queries.hpp"
#include "postgres/plain_connection.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace cruddur::cloud::fleet {

namespace {

using std::filesystem::path;

constexpr const char* superuser = "rdsadmin";

// Who comes in, and how. The superuser has the Unix socket to itself, in a folder that is closed to others.
std::string access_rules(bool force_ssl) {
    return fmt::format("# Written at each start.\n"
                       "local all {0} scram-sha-256\n"
                       "local replication {0} scram-sha-256\n"
                       "local all all reject\n"
                       "host all {0} all reject\n"
                       "{1} all all all scram-sha-256\n",
                       superuser, force_ssl ? "hostssl" : "host");
}

// The extensions that RDS lets its master user create, and PostgreSQL a superuser alone. Trusted, their
// scripts are run as the superuser, and what they make is the superuser's, as in RDS.
constexpr std::array<std::string_view, 20> trusted_extensions = {
    "amcheck",     "autoinc",        "bloom",           "dblink",      "dict_xsyn",
    "intagg",      "earthdistance",  "insert_username", "moddatetime", "old_snapshot",
    "pg_prewarm",  "pg_buffercache", "pg_freespacemap", "pgrowlocks",  "pg_stat_statements",
    "pgstattuple", "pg_visibility",  "pg_walinspect",   "refint",      "sslinfo"};

std::vector<std::pair<std::string, std::string>> extension_additions() {
    std::vector<std::pair<std::string, std::string>> out;
    out.reserve(trusted_extensions.size() + 2);
    for (const std::string_view name : trusted_extensions)
        out.emplace_back(fmt::format("{}.control", name), "\ntrusted = true\n");
    out.emplace_back("postgres_fdw.control", "\ntrusted = true\n");
    out.emplace_back(
        "postgres_fdw--1.0.sql",
        "\ngrant usage on foreign data wrapper postgres_fdw to rds_superuser with grant option;\n");
    return out;
}

// pg_stat_statements, as RDS has it by default, where the installation brings it.
std::string preloaded(int major, const path& engines) {
    for (const auto& one : cluster::find_installations(engines)) {
        if (one.major != major) continue;
        const bool is_there =
            std::filesystem::exists(one.programs / "../lib/pg_stat_statements.so") ||
            std::filesystem::exists(one.programs / "../lib/postgresql/pg_stat_statements.so");
        return is_there ? "pg_stat_statements" : ""; // the newest is the one that runs
    }
    return {};
}

void make_folder(const path& folder) {
    std::filesystem::create_directories(folder);
    using std::filesystem::perms;
    const perms others = geteuid() == 0 ? perms::group_exec | perms::others_exec : perms::none;
    std::filesystem::permissions(folder, perms::owner_all | others);
}

void must(const postgres::result<postgres::rows>& done, std::string_view what) {
    if (done.has_error()) {
        throw cluster::error{fmt::format("{} failed: {}", what, done.error().describe())};
    }
}

postgres::plain_connection connect(const cluster::server& to) {
    const auto url = postgres::connection_url::parse(to.url("postgres"));
    if (url.has_error()) throw cluster::error{url.error().describe()};
    auto opened = postgres::plain_connection::open(url.value());
    if (opened.has_error()) {
        throw cluster::error{fmt::format("cannot connect to the server of {}: {}", to.folder().string(),
                                         opened.error().describe())};
    }
    return std::move(opened.value());
}

// Whether it belongs to no node, but to the instance.
bool is_instances(const path& name) {
    return name == "second" || name == "tls" || name == "pg_hba.conf" || name == "snapshot_key";
}

void end_node(const path& data) {
    constexpr auto patience = std::chrono::seconds(10);
    for (const int signal : {SIGINT, SIGQUIT, SIGKILL}) {
        const auto pid = cluster::find_postmaster(data);
        if (!pid) return;
        ::kill(*pid, signal);
        if (cluster::wait_until(patience, [&] { return !cluster::is_postmaster_of(*pid, data); })) return;
    }
    throw cluster::error{fmt::format("the server of {} does not end, not even when killed", data.string())};
}

} // namespace

bool instance_process::may_fail_over() const {
    return in_sync && standby && standby->running() && !(server && server->running());
}

path node_folder(const path& instance, int node) {
    return node == 0 ? instance : instance / "second";
}

cluster::server_params node_params(const instance_spec& spec, int node) {
    cluster::server_params out;
    out.folder = node_folder(spec.folder, node);
    out.address = "";
    out.takes_handovers = true;
    out.extension_additions = extension_additions();
    out.superuser = superuser;
    out.major = spec.server_major;
    out.engines = spec.engines;
    out.stopping = spec.stopping;
    out.progress = spec.progress;
    // Small enough for twenty on one machine.
    out.settings = {{"hba_file", (spec.folder / "pg_hba.conf").string()},
                    {"ssl", "on"},
                    {"ssl_cert_file", (spec.folder / "tls" / "server.crt").string()},
                    {"ssl_key_file", (spec.folder / "tls" / "server.key").string()},
                    {"shared_buffers", "16MB"},
                    {"max_connections", std::to_string(spec.connections_max)},
                    {"min_wal_size", "32MB"},
                    {"max_wal_size", "256MB"},
                    // A standby that is away for longer is built anew. One that hangs is let go.
                    {"max_slot_wal_keep_size", "1GB"},
                    {"wal_sender_timeout", "5s"},
                    {"max_parallel_workers_per_gather", "0"},
                    {"superuser_reserved_connections", "3"},
                    {"shared_preload_libraries", preloaded(spec.server_major, spec.engines)},
                    {"rds.force_ssl", spec.force_ssl ? "1" : "0"}};
    return out;
}

std::string version_of(const cluster::server& running) {
    auto connection = connect(running);
    const auto found = connection.execute(queries::rds_server_version);
    must(found, "reading the server's version");
    return std::string{found.value().get(0, 0).value_or("")};
}

void prepare_instance(const cluster::server& in, const instance_spec& spec) {
    auto connection = connect(in);
    must(connection.execute(queries::rds_names, {spec.master_username, spec.master_verifier, spec.database,
                                                 std::string_view{spec.set_password ? "true" : "false"}}),
         "naming the master user");
    must(connection.execute(queries::rds_roles), "making the roles");
    if (!spec.prepare || spec.database.empty()) return; // once made, it is its owner's to drop
    auto there = connection.execute(queries::rds_database_missing);
    must(there, "looking for the database");
    if (!there.value().empty()) must(connection.execute(queries::rds_create_database), "making the database");
    must(connection.execute(queries::rds_name_database), "naming the database");
}

void start_instance(instance_process& in, const instance_spec& spec) {
    make_folder(spec.folder);
    cluster::write_file(spec.folder / "pg_hba.conf", access_rules(spec.force_ssl), 0644);
    const auto owner = cluster::account_for(spec.folder / "data");
    cluster::make_private_folder(owner, spec.folder / "tls");
    const bool is_new =
        ground::keep_certificate(*spec.authority, spec.folder / "tls", {&spec.address, 1}, spec.now);
    if (!spec.restore_from.empty()) restore_snapshot(spec.restore_from, spec.seal, node_params(spec, 0));
    const bool fails_over = cluster::is_fenced(node_folder(spec.folder, spec.node));
    in.standby.reset();
    in.in_sync = false;
    in.server.reset();
    in.node = fails_over ? 1 - spec.node : spec.node;
    in.server.emplace(cluster::server::start(node_params(spec, in.node)));
    if (fails_over) in.server->promote();
    // Nobody stands by yet, and what it commits must not wait for one.
    if (spec.multi_az || fails_over) cluster::make_asynchronous(*in.server);
    if (is_new) in.server->reload(); // it may have been running with the one before
    if (spec.prepare || spec.set_password) prepare_instance(*in.server, spec);
    in.version = version_of(*in.server);
}

void end_instance(const path& folder) {
    for (const int node : {0, 1})
        end_node(node_folder(folder, node) / "data");
}

void remove_node(const path& instance, int node) {
    const path folder = node_folder(instance, node);
    if (!std::filesystem::exists(folder)) return;
    end_node(folder / "data");
    const auto owner = cluster::account_for(folder / "data");
    const path sockets = cluster::socket_folder(owner, folder);
    std::filesystem::remove_all(sockets);
    if (node != 0) {
        std::filesystem::remove_all(folder);
        return;
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (!is_instances(entry.path().filename())) std::filesystem::remove_all(entry.path());
    }
}

} // namespace cruddur::cloud::fleet
