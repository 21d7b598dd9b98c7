#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace cruddur::cloud {

// The state's file cannot be opened, is of a newer version, or is in use; or a statement failed. The text is
// for the operator.
class state_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
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
    [[nodiscard]] bool is_null(int column) const;

private:
    sqlite3_stmt* statement_;
};

// Everything that local AWS remembers, in one SQLite file of mode 0600: write-ahead log, synchronous=FULL and
// foreign keys, so that what has been committed is there after kill -9 or a power cut. A lock beside it keeps
// a second process out. Statements are prepared once, by their text, and their parameters always bound. Used
// by one thread at a time.
class state {
public:
    // Opens or creates `folder`/state.db (and the folder, mode 0700) and brings its schema up to date. Throws
    // state_error.
    explicit state(const std::filesystem::path& folder);
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

    // How many rows have ever been changed through this object: tells whether anything was.
    [[nodiscard]] std::int64_t changes_in_all() const;

private:
    sqlite3_stmt* prepare(std::string_view sql);
    static void bind(sqlite3_stmt* statement, int position, std::string_view text);
    static void bind(sqlite3_stmt* statement, int position, const std::string& text);
    static void bind(sqlite3_stmt* statement, int position, const char* text);
    static void bind(sqlite3_stmt* statement, int position, std::int64_t number);
    static void bind(sqlite3_stmt* statement, int position, int number);
    static void bind(sqlite3_stmt* statement, int position, bool flag);
    static void bind(sqlite3_stmt* statement, int position, const std::optional<std::string>& text);
    static void bind(sqlite3_stmt* statement, int position, const std::optional<std::int64_t>& number);
    [[nodiscard]] std::int64_t changes() const;
    void migrate();
    void rollback() noexcept;
    friend class transaction;

    int lock_ = -1;
    sqlite3* database_ = nullptr;
    std::unordered_map<std::string, sqlite3_stmt*> statements_;
};

// A transaction that writes: undone when it goes without commit(). They do not nest.
class transaction {
public:
    explicit transaction(state& in);
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    ~transaction();

    // Durable when it returns. Throws state_error, and then nothing of it has happened.
    void commit();

private:
    state* in_;
};

} // namespace cruddur::cloud
