#include "cloud/ground/state.hpp"

#include "cluster/files.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

namespace cruddur::cloud {

namespace {

// Each entry brings the schema from its index to the next; an entry that has been released never changes.
constexpr std::array schema = {
    R"sql(
    create table vpc (
        id text primary key,
        region text not null unique,
        cidr text not null
    ) strict;
    create table subnet (
        id text primary key,
        vpc_id text not null references vpc,
        zone text not null unique,
        cidr text not null
    ) strict;
    create table security_group (
        id text primary key,
        vpc_id text not null references vpc,
        region text not null,
        name text not null,
        description text not null,
        unique (vpc_id, name)
    ) strict;
    create table security_group_rule (
        id text primary key,
        group_id text not null references security_group on delete cascade,
        is_egress integer not null,
        protocol text not null,
        from_port integer not null,
        to_port integer not null,
        source text not null,
        referenced_group_id text references security_group,
        description text,
        unique (group_id, is_egress, protocol, from_port, to_port, source)
    ) strict;
    create index security_group_rule_referenced_group_id on security_group_rule (referenced_group_id);
    create table tag (
        resource_id text not null,
        region text not null,
        key text not null,
        value text not null,
        primary key (resource_id, key)
    ) strict;
    create trigger security_group_tags after delete on security_group begin
        delete from tag where resource_id = old.id;
    end;
    create trigger security_group_rule_tags after delete on security_group_rule begin
        delete from tag where resource_id = old.id;
    end;
    )sql",
    R"sql(
    create table user_pool (
        id text primary key,
        region text not null,
        name text not null,
        settings text not null,
        created_at integer not null,
        modified_at integer not null
    ) strict;
    create table user_pool_key (
        kid text primary key,
        pool_id text not null references user_pool on delete cascade,
        pem text not null,
        created_at integer not null
    ) strict;
    create index user_pool_key_pool_id on user_pool_key (pool_id);
    create table user_pool_client (
        id text primary key,
        pool_id text not null references user_pool on delete cascade,
        name text not null,
        secret text,
        settings text not null,
        created_at integer not null,
        modified_at integer not null
    ) strict;
    create index user_pool_client_pool_id on user_pool_client (pool_id);
    create table pool_user (
        pool_id text not null references user_pool on delete cascade,
        username text not null,
        sub text not null unique,
        status text not null,
        enabled integer not null,
        attributes text not null,
        email text not null,
        preferred_username text not null,
        salt text not null,
        verifier text not null,
        failures integer not null,
        locked_until integer not null,
        owes_confirmation integer not null,
        created_at integer not null,
        modified_at integer not null,
        primary key (pool_id, username)
    ) strict;
    create index pool_user_email on pool_user (pool_id, email);
    create index pool_user_preferred_username on pool_user (pool_id, preferred_username);
    create table pool_code (
        pool_id text not null,
        username text not null,
        purpose text not null,
        hash text not null,
        expires_at integer not null,
        failures integer not null,
        sends integer not null,
        window_start integer not null,
        primary key (pool_id, username, purpose),
        foreign key (pool_id, username) references pool_user on delete cascade
    ) strict;
    create table pool_sign_in (
        origin_jti text primary key,
        pool_id text not null,
        username text not null,
        client_id text not null references user_pool_client on delete cascade,
        refresh_hash text not null unique,
        auth_time integer not null,
        expires_at integer not null,
        revoked integer not null,
        foreign key (pool_id, username) references pool_user on delete cascade
    ) strict;
    create index pool_sign_in_username on pool_sign_in (pool_id, username);
    create index pool_sign_in_client_id on pool_sign_in (client_id);
    create table pool_session (
        hash text primary key,
        client_id text not null references user_pool_client on delete cascade,
        challenge text not null,
        data text not null,
        expires_at integer not null
    ) strict;
    )sql",
    R"sql(
    create table db_instance (
        resource_id text primary key,
        region text not null,
        identifier text not null,
        status text not null,
        instance_class text not null,
        engine_version text not null,
        server_major integer not null,
        master_username text not null,
        master_verifier text not null,
        database_name text not null,
        address text not null unique,
        port integer not null,
        allocated_storage integer not null,
        storage_type text not null,
        iops integer,
        storage_throughput integer,
        max_allocated_storage integer,
        availability_zone text not null,
        secondary_zone text not null,
        multi_az integer not null,
        publicly_accessible integer not null,
        backup_retention integer not null,
        backup_window text not null,
        maintenance_window text not null,
        storage_encrypted integer not null,
        kms_key_id text not null,
        performance_insights integer not null,
        performance_insights_retention integer not null,
        deletion_protection integer not null,
        auto_minor_version_upgrade integer not null,
        copy_tags_to_snapshot integer not null,
        created_at integer,
        restart_at integer,
        restored_from text not null,
        unique (region, identifier)
    ) strict;
    create table db_instance_security_group (
        resource_id text not null references db_instance on delete cascade,
        group_id text not null references security_group,
        primary key (resource_id, group_id)
    ) strict;
    create index db_instance_security_group_group_id on db_instance_security_group (group_id);
    create table db_instance_pending (
        resource_id text not null references db_instance on delete cascade,
        name text not null,
        value text not null,
        primary key (resource_id, name)
    ) strict;
    create table db_snapshot (
        folder text primary key,
        region text not null,
        identifier text not null,
        status text not null,
        type text not null,
        created_at integer not null,
        percent integer not null,
        resource_id text not null,
        instance_identifier text not null,
        instance_class text not null,
        engine_version text not null,
        server_major integer not null,
        master_username text not null,
        master_verifier text not null,
        database_name text not null,
        port integer not null,
        allocated_storage integer not null,
        storage_type text not null,
        iops integer,
        storage_throughput integer,
        availability_zone text not null,
        storage_encrypted integer not null,
        kms_key_id text not null,
        instance_created_at integer,
        unique (region, identifier)
    ) strict;
    create table db_event (
        id integer primary key,
        region text not null,
        source_type text not null,
        source text not null,
        category text not null,
        message text not null,
        at integer not null
    ) strict;
    create index db_event_at on db_event (at);
    )sql",
    R"sql(
    alter table user_pool_key rename column created_at to signs_from;
    )sql",
    R"sql(
    create table function (
        arn text primary key,
        region text not null,
        name text not null,
        runtime text not null,
        role text not null,
        handler text not null,
        description text not null,
        timeout_s integer not null,
        memory_mib integer not null,
        environment text not null,
        vpc text not null,
        tags text not null,
        concurrency integer,
        code_sha256 text not null,
        code_bytes integer not null,
        revision text not null,
        modified text not null,
        unique (region, name)
    ) strict;
    create table function_permission (
        arn text not null references function on delete cascade,
        sid text not null,
        statement text not null,
        primary key (arn, sid)
    ) strict;
    create table log_group (
        region text not null,
        name text not null,
        created_ms integer not null,
        retention_days integer,
        tags text not null default '{}',
        primary key (region, name)
    ) strict;
    create table log_stream (
        region text not null,
        group_name text not null,
        name text not null,
        created_ms integer not null,
        primary key (region, group_name, name),
        foreign key (region, group_name) references log_group on delete cascade
    ) strict;
    create table log_event (
        id integer primary key autoincrement,
        region text not null,
        group_name text not null,
        stream_name text not null,
        timestamp_ms integer not null,
        ingested_ms integer not null,
        message text not null,
        foreign key (region, group_name, stream_name) references log_stream on delete cascade
    ) strict;
    create index log_event_stream on log_event (region, group_name, stream_name, id);
    )sql",
    R"sql(
    alter table db_instance add column node integer not null default 0;
    alter table db_instance add column fails_over integer not null default 0;
    )sql",
    R"sql(
    alter table db_snapshot add column backup_retention integer not null default 1;
    )sql",
    R"sql(
    alter table log_group add column class text not null default 'STANDARD';
    alter table log_group add column deletion_protection integer not null default 0;
    drop index log_event_stream;
    create index log_event_stream on log_event (region, group_name, stream_name, timestamp_ms, id);
    create index log_event_group on log_event (region, group_name, timestamp_ms, id);
    )sql",
    // Names that a pool compares without case were kept as an administrator had written them. What was signed
    // in by such a name is dropped, and the password, which is bound to it, has to be set anew.
    R"sql(
    alter table pool_user add column password_at integer not null default 0;
    update pool_user set password_at = modified_at, preferred_username = lower(preferred_username);
    update pool_user set attributes = json_set(attributes, '$.email_verified', lower(attributes ->> '$.email_verified'))
        where attributes ->> '$.email_verified' is not null;
    alter table pool_user add column phone_number text not null default '';
    update pool_user set phone_number = coalesce(attributes ->> '$.phone_number', '');
    create index pool_user_phone_number on pool_user (pool_id, phone_number);
    create temporary table misspelt as select pool_id, username from pool_user where username <> lower(username)
        and pool_id in (select id from user_pool where settings ->> '$.UsernameConfiguration.CaseSensitive' = 0);
    delete from pool_code where (pool_id, username) in (select pool_id, username from misspelt);
    delete from pool_sign_in where (pool_id, username) in (select pool_id, username from misspelt);
    update or ignore pool_user set username = lower(username)
        where (pool_id, username) in (select pool_id, username from misspelt);
    drop table misspelt;
    )sql",
    R"sql(
    alter table db_instance add column keeps_backups integer not null default 0;
    alter table db_instance add column is_partial integer not null default 0;
    )sql",
    R"sql(
    alter table function add column storage_mib integer not null default 512;
    alter table function add column tracing text not null default 'PassThrough';
    )sql",
};

constexpr auto silent_wait = std::chrono::seconds(1);
// Statements run on an event loop. A lock that outlasts this is not waited for again at once: the loop is
// held up for a ninth of its time at most.
constexpr auto loop_patience = std::chrono::milliseconds(250);
constexpr auto impatience = std::chrono::seconds(2);
constexpr auto look_again_after = std::chrono::milliseconds(5);

// Who has locked the database's file, or its write-ahead log's index.
std::string holder_of(sqlite3* database) {
    const char* const name = sqlite3_db_filename(database, "main");
    const std::string file = name == nullptr ? "" : name;
    auto holder = cluster::lock_holder(file);
    if (!holder) holder = cluster::lock_holder(file + "-shm");
    return holder.value_or("Another program");
}

// What it means and what to do, for failures that are the machine's; "" for our own.
std::string_view advice_for(int code) {
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "It goes on when that one ends its transaction";
    case SQLITE_FULL:
        return "There is no room. It goes on when some has been made";
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
        return "The file cannot be read or written. It goes on when it can: look at the disk, its room and "
               "the file's owner";
    default:
        return "";
    }
}

[[noreturn]] void fail(sqlite3* database, std::string_view what) {
    const int code = sqlite3_errcode(database);
    const std::string_view advice = advice_for(code);
    std::string text = fmt::format("local AWS's state: {}: {}", what, sqlite3_errmsg(database));
    if ((code & 0xff) == SQLITE_BUSY) text += fmt::format(". {} has locked the file", holder_of(database));
    if (!advice.empty()) text += fmt::format(". {}", advice);
    throw state_error{text, !advice.empty()};
}

void check(sqlite3_stmt* statement, int result) {
    if (result != SQLITE_OK) fail(sqlite3_db_handle(statement), "binding a parameter");
}

} // namespace

rows::~rows() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

bool rows::next() {
    const int result = sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    if (result == SQLITE_DONE) return false;
    fail(sqlite3_db_handle(statement_), sqlite3_sql(statement_));
}

std::string rows::text(int column) const {
    const auto* const bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return bytes == nullptr
               ? std::string{}
               : std::string{bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t rows::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

bool rows::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

state::state(const std::filesystem::path& folder, state_opening opening)
    : opening_{std::move(opening)}
    , patience_{opening_.patience} {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    // Root's folder is passed through by the user that PostgreSQL runs as; what it holds is closed.
    using std::filesystem::perms;
    const perms others = geteuid() == 0 ? perms::group_exec | perms::others_exec : perms::none;
    if (!failed) std::filesystem::permissions(folder, perms::owner_all | others, failed);
    if (failed) throw state_error{fmt::format("{} cannot be made: {}", folder.string(), failed.message())};

    const std::string path = folder / "state.db";
    lock_ = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0 || ::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        const bool held = lock_ >= 0 && errno == EWOULDBLOCK;
        const std::string why = held ? "another local AWS runs on it: stop that one, or give this one a data "
                                       "folder of its own with --data-dir"
                                     : std::strerror(errno);
        if (lock_ >= 0) ::close(lock_);
        throw state_error{fmt::format("{} cannot be used: {}", folder.string(), why)};
    }
    // SQLite makes its log with the mode of the file, so the file is there before it.
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0) ::close(file);
    try {
        open(path);
        migrate();
    } catch (...) {
        sqlite3_close(database_);
        ::close(lock_);
        throw;
    }
    opening_ = {};
    patience_ = loop_patience;
}

void state::open(const std::string& path) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path.c_str(), &database_, flags, nullptr) != SQLITE_OK) fail(database_, path);
    sqlite3_busy_handler(database_, &state::wait_for_lock, this);
    for (const char* pragma : {"pragma journal_mode = wal", "pragma synchronous = full",
                               "pragma foreign_keys = on", "pragma trusted_schema = off"}) {
        if (sqlite3_exec(database_, pragma, nullptr, nullptr, nullptr) != SQLITE_OK) fail(database_, path);
    }
}

// SQLite's: whether to look again, having waited. Its own busy_timeout would hold up the loop for its whole
// length at each of many statements.
int state::wait_for_lock(void* self, int waits) {
    auto& mine = *static_cast<state*>(self);
    const auto now = std::chrono::steady_clock::now();
    if (waits == 0) mine.wait_begun_ = now;
    if (now < mine.no_wait_before_ || mine.opening_.stopping.stop_requested()) return 0;
    if (mine.opening_.progress && now >= mine.wait_begun_ + silent_wait) {
        std::exchange(mine.opening_.progress, {})(
            fmt::format("Waiting for local AWS's state: {} has locked the file", holder_of(mine.database_)));
    }
    if (now >= mine.wait_begun_ + mine.patience_) {
        mine.no_wait_before_ = now + impatience;
        return 0;
    }
    std::this_thread::sleep_for(look_again_after);
    return 1;
}

state::~state() {
    for (const auto& [text, statement] : statements_)
        sqlite3_finalize(statement);
    sqlite3_close(database_);
    ::close(lock_);
}

void state::rollback() noexcept {
    // It can only fail where SQLite has rolled back by itself, as it does when the disk is full.
    sqlite3_exec(database_, "rollback", nullptr, nullptr, nullptr);
}

void state::migrate() {
    std::int64_t version = 0;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database_, "pragma user_version", -1, &statement, nullptr) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        sqlite3_finalize(statement);
        fail(database_, "reading its version");
    }
    version = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    if (version > static_cast<std::int64_t>(schema.size())) {
        throw state_error{
            fmt::format("local AWS's state is of version {}, written by a newer cruddur than this "
                        "one, which knows {}: run the newer one, or choose another --data-dir",
                        version, schema.size())};
    }
    for (auto next = static_cast<std::size_t>(version); next < schema.size(); ++next) {
        const std::string step =
            fmt::format("begin immediate; {} pragma user_version = {}; commit", schema.at(next), next + 1);
        if (sqlite3_exec(database_, step.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
            fail(database_, fmt::format("bringing it to version {}", next + 1));
        }
    }
}

sqlite3_stmt* state::prepare(std::string_view sql) {
    const auto [found, is_new] = statements_.try_emplace(std::string{sql}, nullptr);
    if (is_new && sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                                     SQLITE_PREPARE_PERSISTENT, &found->second, nullptr) != SQLITE_OK) {
        statements_.erase(found);
        fail(database_, sql);
    }
    return found->second;
}

void state::bind(sqlite3_stmt* statement, int position, std::string_view text) {
    check(statement, sqlite3_bind_text64(statement, position, text.empty() ? "" : text.data(), text.size(),
                                         SQLITE_TRANSIENT, SQLITE_UTF8));
}

void state::bind(sqlite3_stmt* statement, int position, const std::string& text) {
    bind(statement, position, std::string_view{text});
}

void state::bind(sqlite3_stmt* statement, int position, const char* text) {
    bind(statement, position, std::string_view{text});
}

void state::bind(sqlite3_stmt* statement, int position, std::int64_t number) {
    check(statement, sqlite3_bind_int64(statement, position, number));
}

void state::bind(sqlite3_stmt* statement, int position, int number) {
    bind(statement, position, std::int64_t{number});
}

void state::bind(sqlite3_stmt* statement, int position, bool flag) {
    bind(statement, position, std::int64_t{flag ? 1 : 0});
}

void state::bind(sqlite3_stmt* statement, int position, const std::optional<std::string>& text) {
    if (text) bind(statement, position, std::string_view{*text});
}

void state::bind(sqlite3_stmt* statement, int position, const std::optional<std::int64_t>& number) {
    if (number) bind(statement, position, *number);
}

std::int64_t state::changes() const {
    return sqlite3_changes64(database_);
}

transaction::transaction(state& in, purpose what)
    : in_{&in} {
    in.run(what == purpose::writing ? "begin immediate" : "begin");
}

transaction::~transaction() {
    if (in_ != nullptr) in_->rollback();
}

void transaction::commit() {
    in_->run("commit");
    in_ = nullptr;
}

} // namespace cruddur::cloud
