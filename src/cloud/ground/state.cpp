#include "cloud/ground/state.hpp"

#include "cluster/files.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <thread>
#include <utility>

namespace cruddur::cloud::ground {

namespace {

// The file's version since each service has its own; before, one list went up to version 11.
constexpr std::int64_t parted_version = 12;

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

[[noreturn]] void refuse_newer(const std::string& version) {
    throw state_error{
        fmt::format("local AWS's state is of {}, which a newer cruddur than this one has written: "
                    "run the newer one, or choose another --data-dir",
                    version)};
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

double rows::real(int column) const {
    return sqlite3_column_double(statement_, column);
}

bool rows::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

state::state(const std::filesystem::path& folder, migration_list all, state_opening opening,
             const state_file& file)
    : opening_{std::move(opening)}
    , patience_{opening_.patience} {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    // Root's folder is passed through by the user that PostgreSQL runs as; what it holds is closed.
    using std::filesystem::perms;
    const perms others = geteuid() == 0 ? perms::group_exec | perms::others_exec : perms::none;
    if (!failed) std::filesystem::permissions(folder, perms::owner_all | others, failed);
    if (failed) throw state_error{fmt::format("{} cannot be made: {}", folder.string(), failed.message())};

    const std::string path = folder / file.name;
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
    const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (made >= 0) ::close(made);
    try {
        open(folder, file);
        migrate(all);
    } catch (...) {
        close();
        throw;
    }
    opening_ = {};
    patience_ = loop_patience;
}

state::state(const reader_of& opened)
    : patience_{loop_patience} {
    try {
        open(opened.folder, opened.file);
        execute("pragma query_only = on", opened.file.name);
    } catch (...) {
        close();
        throw;
    }
}

void state::open(const std::filesystem::path& folder, const state_file& file) {
    const std::string path = folder / file.name;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path.c_str(), &database_, flags, nullptr) != SQLITE_OK) fail(database_, path);
    sqlite3_busy_handler(database_, &state::wait_for_lock, this);
    const char* const synchronous =
        file.outlives_power_cuts ? "pragma synchronous = full" : "pragma synchronous = normal";
    for (const std::string& pragma :
         {fmt::format("pragma page_size = {}", file.page_bytes), std::string{"pragma journal_mode = wal"},
          std::string{synchronous}, std::string{"pragma foreign_keys = on"},
          std::string{"pragma trusted_schema = off"}}) {
        if (sqlite3_exec(database_, pragma.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            fail(database_, path);
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
    close();
}

void state::close() {
    for (const auto& [text, statement] : statements_)
        sqlite3_finalize(statement);
    sqlite3_close(database_);
    if (lock_ >= 0) ::close(lock_);
}

void state::rollback() noexcept {
    // It can only fail where SQLite has rolled back by itself, as it does when the disk is full.
    sqlite3_exec(database_, "rollback", nullptr, nullptr, nullptr);
}

void state::execute(const std::string& sql, std::string_view what) {
    if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(database_, what);
}

// What one list of migrations had brought to some version, each service counts for itself from here on.
void state::part_versions(migration_list all, std::int64_t common_version) {
    std::string sql = "begin immediate; create table schema_version (service text primary key, "
                      "version integer not null) strict;";
    for (const service_migrations& each : all) {
        const auto done = std::ranges::count_if(each.steps, [&](const migration& step) {
            return step.common_version != 0 && step.common_version <= common_version;
        });
        sql += fmt::format("insert into schema_version values ('{}', {});", each.service, done);
    }
    execute(sql + fmt::format("pragma user_version = {}; commit", parted_version), "parting its versions");
}

void state::migrate(migration_list all) {
    std::int64_t common_version = 0;
    if (rows found = query("pragma user_version"); found.next()) common_version = found.integer(0);
    if (common_version > parted_version) refuse_newer(fmt::format("version {}", common_version));
    if (common_version < parted_version) part_versions(all, common_version);

    std::map<std::string, std::size_t, std::less<>> versions;
    rows every = query("select service, version from schema_version");
    while (every.next())
        versions.emplace(every.text(0), static_cast<std::size_t>(every.integer(1)));
    for (const auto& [service, version] : versions) {
        const auto known = std::ranges::find(all, service, &service_migrations::service);
        if (known == all.end() || version > known->steps.size())
            refuse_newer(fmt::format("version {} of '{}'", version, service));
    }
    // A step may put another table in the place of one that others refer to: what they refer to is looked at
    // once it is done, and not while the old table goes (SQLite's "Making Other Kinds Of Table Schema
    // Changes").
    execute("pragma foreign_keys = off", "its references");
    for (const service_migrations& each : all) {
        for (std::size_t next = versions[std::string{each.service}]; next < each.steps.size(); ++next) {
            const std::string what = fmt::format("bringing its {} to version {}", each.service, next + 1);
            execute(
                fmt::format("begin immediate; {} insert into schema_version values ('{}', {}) on conflict do "
                            "update set version = excluded.version",
                            each.steps[next].sql, each.service, next + 1),
                what);
            if (rows dangling = query("pragma foreign_key_check"); dangling.next()) {
                throw state_error{
                    fmt::format("{}: a row of {} would refer to nothing", what, dangling.text(0))};
            }
            execute("commit", what);
        }
    }
    execute("pragma foreign_keys = on", "its references");
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

void state::bind(sqlite3_stmt* statement, int position, double number) {
    check(statement, sqlite3_bind_double(statement, position, number));
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

} // namespace cruddur::cloud::ground
