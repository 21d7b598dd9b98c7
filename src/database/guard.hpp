#pragma once

#include "database/session.hpp"

#include <functional>
#include <optional>
#include <string>

namespace cruddur::database {

// What a database remembers of itself: the environment that it was made for. It is kept in the comment of the
// database, "[cruddur environment: production]" at its end, which its owner may write without being superuser
// (Amazon RDS), which no schema or dump of tables touches, and which any session of the server can read.
struct database_facts {
    bool exists = false;
    std::optional<environment> marked; // nullopt: it was not made by these commands
    bool owned = false;                // the session's user may comment on it and drop it
};

[[nodiscard]] result<database_facts> read_facts(postgres::plain_connection& session,
                                                const std::string& database);

// Writes the mark of an owned database that has none; another comment stays before it.
[[nodiscard]] result<void> mark(postgres::plain_connection& session, const target& where,
                                const database_facts& facts);

// Refused where the database remembers another environment than the one that the command is meant for: a
// mixed-up URL.
[[nodiscard]] result<void> check_environment(const target& where, const database_facts& facts);

// A session in the target's database with what that remembers; refused where it is of another environment.
struct guarded_session {
    postgres::plain_connection session;
    database_facts facts;
};
[[nodiscard]] result<guarded_session> open_guarded(const target& where, session_params params = {});

// Asked for the database's name before something is done to it that may not be meant: returns what was typed
// or given by --yes, "" for nothing. `why` says why it is asked.
using confirmation = std::function<std::string(const std::string& why)>;

// In production, and of a database on a remote host that does not remember what it is.
[[nodiscard]] bool asks_before_destruction(const target& where, const database_facts& facts);

// check_environment, and then the name where it is asked for. A wrong name, or none, is refused.
[[nodiscard]] result<void> check_destruction(const target& where, const database_facts& facts,
                                             const confirmation& confirm);

// Before a statement of the operator's own writes: asks where check_destruction does.
[[nodiscard]] result<void> check_writing(const target& where, const database_facts& facts,
                                         const confirmation& confirm);

// Before people and posts that nobody wrote come into it: asks for the name in production, and nowhere else.
[[nodiscard]] result<void> check_seeding(const target& where, const confirmation& confirm);

// Refused for postgres, template0 and template1, which belong to the server.
[[nodiscard]] result<void> check_name(const target& where);

} // namespace cruddur::database
