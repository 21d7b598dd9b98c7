#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace cruddur::cloud::ground {

// The state's file cannot be opened, is of a newer version, or is in use; or a statement failed. The text is
// for the operator.
class state_error : public std::runtime_error {
public:
    explicit state_error(const std::string& text, bool may_pass = false)
        : std::runtime_error{text}
        , may_pass_{may_pass} {}

    // Whether the file was busy, full or not to be written or read, so that the same may go well later.
    [[nodiscard]] bool may_pass() const { return may_pass_; }

private:
    bool may_pass_;
};

// The rows of one running statement. Its views live until the next call of next(). When it goes, the
// statement is reset for its next use.
class rows {
public:
    explicit rows(sqlite3_stmt* running)
        : statement_{running} {}
    rows(const rows&) = delete;
    rows& operator=(const rows&) = delete;
    ~rows();

    // Steps to the next row; false when there is none. Throws state_error.
    [[nodiscard]] bool next();
    [[nodiscard]] std::string text(int column) const; // NULL is empty
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] bool is_null(int column) const;

private:
    sqlite3_stmt* statement_;
};

// A step of a service's tables. One that has been released never changes what it comes to.
struct migration {
    int common_version; // that it brought the file to while one list held all; 0 of what is younger
    std::string_view sql;
};
// A service's tables, as they came to be: each step brings them from its index to the next. They are its own:
// no other service's statements name them, nor do its name those of others.
struct service_migrations {
    std::string_view service;
    std::span<const migration> steps;
};
using migration_list = std::span<const service_migrations>;

// Which file a state is of, in its folder; whether what has been committed outlives a power cut, or the
// program's own death alone; and the pages of a new one, of which a row that is large should not fill most.
struct state_file {
    std::string name = "state.db";
    bool outlives_power_cuts = true;
    int page_bytes = 4096;
};

// How a state that another program has locked is waited for while it is opened.
struct state_opening {
    std::chrono::seconds patience{5};
    std::stop_token stopping = {};                         // ends the wait
    std::function<void(const std::string&)> progress = {}; // told once what is waited for
};

// Everything that local AWS remembers, in one SQLite file of mode 0600: write-ahead log, synchronous=FULL and
// foreign keys, so that what has been committed is there after kill -9 or a power cut. A lock beside it keeps
// a second process out. Another one (`state_file`) may stand in a folder of its own. Statements are prepared
// once, by their text, and their parameters always bound. A file that somebody else has locked is waited for,
// but only so long and so often that a loop which calls this goes on. Used by one thread at a time.
class state {
public:
    // Opens or creates `folder`/state.db (and the folder, mode 0700) and brings its schema up to date. Waits
    // as long as `opening` says for a file that is locked. `all`: of every service that has tables in it; a
    // file that knows of another one, or of another step, is of a newer version. Throws state_error.
    explicit state(const std::filesystem::path& folder, migration_list all, state_opening opening = {},
                   const state_file& file = {});
    // Opens the file of a state once more, to read it on another thread while that one is open. Throws
    // state_error.
    struct reader_of {
        std::filesystem::path folder;
        state_file file;
    };
    explicit state(const reader_of& opened);
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state();

    // Runs a statement that returns rows. At most one `rows` of the same text at a time.
    template<class... Values>
    [[nodiscard]] rows query(std::string_view sql, const Values&... values) {
        sqlite3_stmt* const statement = prepare(sql);
        int position = 0;
        (bind(statement, ++position, values), ...);
        return rows{statement};
    }
    // Runs a statement to its end; returns the number of rows it changed.
    template<class... Values>
    std::int64_t run(std::string_view sql, const Values&... values) {
        rows all = query(sql, values...);
        while (all.next()) {
        }
        return changes();
    }

private:
    sqlite3_stmt* prepare(std::string_view sql);
    static void bind(sqlite3_stmt* statement, int position, std::string_view text);
    static void bind(sqlite3_stmt* statement, int position, const std::string& text);
    static void bind(sqlite3_stmt* statement, int position, const char* text);
    static void bind(sqlite3_stmt* statement, int position, std::int64_t number);
    static void bind(sqlite3_stmt* statement, int position, int number);
    static void bind(sqlite3_stmt* statement, int position, bool flag);
    static void bind(sqlite3_stmt* statement, int position, double number);
    static void bind(sqlite3_stmt* statement, int position, const std::optional<std::string>& text);
    static void bind(sqlite3_stmt* statement, int position, const std::optional<std::int64_t>& number);
    [[nodiscard]] std::int64_t changes() const;
    void open(const std::filesystem::path& folder, const state_file& file);
    void close();
    void execute(const std::string& sql, std::string_view what);
    void part_versions(migration_list all, std::int64_t common_version);
    void migrate(migration_list all);
    static int wait_for_lock(void* self, int waits);
    void rollback() noexcept;
    friend class transaction;

    int lock_ = -1;
    sqlite3* database_ = nullptr;
    state_opening opening_;              // without effect once it is open
    std::chrono::milliseconds patience_; // with a file that is locked
    std::chrono::steady_clock::time_point wait_begun_{};
    std::chrono::steady_clock::time_point no_wait_before_{}; // it has just been waited for in vain
    std::unordered_map<std::string, sqlite3_stmt*> statements_;
};

// A transaction: undone when it goes without commit(). They do not nest.
class transaction {
public:
    // One that reads may go on to write, but what only reads needs no lock that somebody else may have.
    enum class purpose : std::uint8_t { writing, reading };

    explicit transaction(state& in, purpose what = purpose::writing);
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    ~transaction();

    // Durable when it returns. Throws state_error, and then nothing of it has happened.
    void commit();

private:
    state* in_;
};

} // namespace cruddur::cloud::ground
