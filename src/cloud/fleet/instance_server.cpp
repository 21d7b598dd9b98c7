#include "cloud/fleet/instance_server.hpp"

#include "cloud/fleet/instance_extensions.hpp"
#include "cloud/fleet/instance_settings.hpp"
#include "cloud/fleet/replica_server.hpp"
#include "cloud/fleet/snapshot_file.hpp"
#include "cloud/ground/certificates.hpp"
#include "cluster/account.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/installation.hpp"
#include "cluster/locale.hpp"
#include "cluster/postmaster.hpp"
#include "cluster/process.hpp"
#include "cluster/replica.hpp"
#include "cluster/socket_folder.hpp"
#include "db/queries.hpp"
#include "postgres/plain_connection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace cruddur::cloud::fleet {

namespace {

using std::filesystem::path;

constexpr const char* superuser = "rdsadmin";
constexpr const char* rules_file = "pg_hba.conf";
constexpr const char* map_file = "pg_ident.conf";

// Members of rds_iam sign in by tokens alone, which nobody is to read on the way. They are judged by LDAP, in
// the name "RESOURCE-ID/USER".
std::string token_rules(const instance_spec& spec) {
    if (!spec.iam_authentication) return {};
    std::string out;
    if (spec.sign_in_port != 0 && cluster::has_ldap(spec.server_major, spec.engines)) {
        out =
            fmt::format("hostssl all +rds_iam all ldap ldapserver=127.0.0.1 ldapport={} ldapprefix=\"{}/\"\n",
                        spec.sign_in_port, spec.folder.filename().string());
    }
    return out + "host all +rds_iam all reject\n";
}

// Who comes in, and how. The superuser has the Unix socket to itself, in a folder that is closed to others:
// it is who runs the service or the server, which the kernel says of each connection, without the 4,096
// hashes that a password is. Where passwords are kept as MD5 makes them, they are admitted that way, besides
// SCRAM's.
std::string access_rules(const instance_spec& spec) {
    constexpr int grantors_are_members =
        16; // the master user, to grant rds_iam: he has a password all the same
    const std::string asked = value_of(spec.settings, "rds.force_ssl");
    const bool force_ssl = asked.empty() ? spec.force_ssl : asked == "1";
    const auto by_password = [&](std::string_view user) {
        return fmt::format("{} all {} all {}\n", force_ssl ? "hostssl" : "host", user,
                           value_of(spec.settings, "password_encryption") == "md5" ? "md5" : "scram-sha-256");
    };
    const std::string master = spec.iam_authentication && spec.server_major >= grantors_are_members
                                   ? by_password('"' + spec.master_username + '"')
                                   : "";
    return fmt::format("# Written at each start.\n"
                       "local all {0} peer map=service\n"
                       "local replication {0} peer map=service\n"
                       "local all all reject\n"
                       "host all {0} all reject\n"
                       "{1}{2}{3}",
                       superuser, master, token_rules(spec), by_password("all"));
}

// Who may be the superuser.
std::string superuser_map(const instance_spec& spec) {
    return fmt::format("# Written at each start.\n"
                       "service \"{1}\" {0}\n"
                       "service \"{2}\" {0}\n",
                       superuser, cluster::name_of(geteuid()),
                       cluster::account_for(spec.folder / "data").name);
}

bool write_when_new(const path& file, const std::string& text) {
    const bool is_new = cluster::read_file(file) + "\n" != text;
    if (is_new) cluster::write_file(file, text, 0644);
    return is_new;
}

// Whether what is written down of who comes in is new.
bool write_access_rules(const instance_spec& spec) {
    const bool map_is_new = write_when_new(spec.folder / map_file, superuser_map(spec));
    return write_when_new(spec.folder / rules_file, access_rules(spec)) || map_is_new;
}

// Log files as RDS has them: one an hour, in UTC.
std::vector<std::pair<std::string, std::string>> log_settings(const path& node) {
    return {{"logging_collector", "on"},
            {"log_destination", "stderr"},
            {"log_directory", instance_log_folder(node).string()},
            {"log_filename", "postgresql.log.%Y-%m-%d-%H"},
            {"log_rotation_age", "60"},
            {"log_rotation_size", "0"},
            {"log_file_mode", "0640"},
            {"log_timezone", "UTC"},
            {"log_line_prefix", "%t:%r:%u@%d:[%p]:"}};
}

// Whether the certificate that the server shows is a new one.
bool show_certificate(const instance_spec& spec) {
    const auto& issuer = spec.trusted->named(value_of(spec.settings, authority_setting));
    return ground::keep_certificate(issuer, spec.folder / "tls", {&spec.address, 1}, spec.now);
}

// pg_stat_statements, as RDS has it by default, where the installation brings it.
std::string preloaded(const instance_spec& spec) {
    const auto there = preload_libraries(spec.server_major, spec.engines);
    return std::ranges::find(there, "pg_stat_statements") == there.end() ? "" : "pg_stat_statements";
}

// A standby follows no server that allows more connections than it does, whose class may be changed.
constexpr int replica_connections_max = 200;

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

// Those of IAM database authentication are made where that is asked for: a replica has its source's.
bool may_make_roles(const cluster::server& in, const instance_spec& spec) {
    return spec.iam_authentication && !spec.is_replica && !in.is_standby();
}

constexpr auto reload_patience = std::chrono::seconds(5);

// When the server has read its configuration last, by its clock.
std::string load_time(const cluster::server& of) {
    const auto found = connect(of).execute(queries::rds_load_time);
    must(found, "reading when the configuration was loaded");
    return std::string{found.value().get(0, 0).value_or("")};
}

// Whether it belongs to no node, but to the instance.
bool is_instances(const path& name) {
    return name == "second" || name == "tls" || name == rules_file || name == map_file ||
           name == "snapshot_key";
}

} // namespace

bool instance_process::may_fail_over() const {
    return in_sync && standby && standby->running() && !(server && server->running());
}

path node_folder(const path& instance, int node) {
    return node == 0 ? instance : instance / "second";
}

path instance_log_folder(const path& node) {
    return node / "log" / "error";
}

cluster::server_params node_params(const instance_spec& spec, int node) {
    cluster::server_params out;
    out.folder = node_folder(spec.folder, node);
    out.address = "";
    out.takes_handovers = true;
    out.extension_additions = extension_additions(spec);
    out.superuser = superuser;
    out.major = spec.server_major;
    out.engines = spec.engines;
    out.locale = cluster::has_english_locale(spec.locales) ? cluster::english_locale : cluster::plain_locale;
    out.locales = spec.locales;
    out.stopping = spec.stopping;
    out.progress = spec.progress;
    // Small enough for twenty on one machine.
    out.settings = {{"hba_file", (spec.folder / rules_file).string()},
                    {"ident_file", (spec.folder / map_file).string()},
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
                    // A standby, fifteen replicas, and the backups of all of them at once.
                    {"max_wal_senders", "40"},
                    {"max_replication_slots", "40"},
                    {"max_parallel_workers_per_gather", "0"},
                    {"superuser_reserved_connections", "3"},
                    {"shared_preload_libraries", preloaded(spec)},
                    {"rds.force_ssl", spec.force_ssl ? "1" : "0"},
                    {"rds.extensions",
                     fmt::format("{}", fmt::join(offered_extensions(spec.server_major, spec.engines), ","))}};
    for (const auto& [name, value] : log_settings(out.folder))
        out.settings.emplace_back(name, value);
    // The last of a name holds.
    out.settings.insert(out.settings.end(), spec.settings.begin(), spec.settings.end());
    if (spec.is_replica)
        out.settings.emplace_back("max_connections", std::to_string(replica_connections_max));
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

namespace {

// Collations that are not RDS's are told of, where the data is new; what is there needs those it was made by.
void keep_locale(const instance_spec& spec) {
    const std::string lacks = cluster::keep_english_locale(spec.locales);
    if (lacks.empty()) return;
    const path data = node_folder(spec.folder, spec.node) / "data";
    if (std::filesystem::exists(data) && cluster::locale_of(data) == cluster::english_locale)
        throw cluster::error{lacks};
    if (spec.prepare && spec.notify) {
        spec.notify(fmt::format("The databases collate by {}, and not by {} as in RDS. {}",
                                cluster::plain_locale, cluster::english_locale, lacks));
    }
}

} // namespace

void start_instance(instance_process& in, const instance_spec& spec) {
    make_folder(spec.folder);
    keep_locale(spec);
    const bool has_new_rules = write_access_rules(spec);
    const auto owner = cluster::account_for(spec.folder / "data");
    cluster::make_private_folder(owner, spec.folder / "tls");
    const bool is_new = show_certificate(spec);
    if (!spec.restore_from.empty())
        restore_snapshot(spec.restore_from, spec.seal, node_params(spec, 0), spec.restore_to);
    const bool fails_over = !spec.is_replica && cluster::is_fenced(node_folder(spec.folder, spec.node));
    in.standby.reset();
    in.in_sync = false;
    in.server.reset();
    in.node = fails_over ? 1 - spec.node : spec.node;
    in.server.emplace(spec.is_replica ? start_replica(spec)
                                      : cluster::server::start(node_params(spec, in.node)));
    if (fails_over) in.server->promote();
    // Nobody stands by yet, and what it commits must not wait for one.
    if (spec.multi_az || fails_over) cluster::make_asynchronous(*in.server);
    if (is_new || has_new_rules) in.server->reload(); // it may have been running with those before
    if (spec.prepare || spec.set_password || may_make_roles(*in.server, spec))
        prepare_instance(*in.server, spec);
    in.version = version_of(*in.server);
    in.settings = spec.settings_number;
    in.takes_all_settings = spec.takes_all_settings;
    if (!spec.prepare) drop_foreign_slots(*in.server, spec);
    if (spec.is_replica) (void)await_replication(in, spec);
}

void apply_settings(instance_process& to, const instance_spec& spec) {
    const bool has_new_rules = write_access_rules(spec);
    (void)show_certificate(spec); // which the server reads again with all else
    if (may_make_roles(to.server.value(), spec)) prepare_instance(*to.server, spec);
    const std::string before = has_new_rules ? load_time(*to.server) : "";
    to.server->configure(node_params(spec, to.node));
    // A session that begins once a newer time is told goes by the new rules.
    if (has_new_rules) cluster::wait_until(reload_patience, [&] { return load_time(*to.server) != before; });
    if (to.standby) to.standby->configure(node_params(spec, 1 - to.node));
    to.settings = spec.settings_number;
    to.takes_all_settings = false;
}

void end_instance(const path& folder) {
    for (const int node : {0, 1})
        cluster::end_postmaster(node_folder(folder, node) / "data");
}

void remove_node(const path& instance, int node) {
    const path folder = node_folder(instance, node);
    if (!std::filesystem::exists(folder)) return;
    cluster::end_postmaster(folder / "data");
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
