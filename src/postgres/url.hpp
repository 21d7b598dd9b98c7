#pragma once

#include "postgres/error.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::postgres {

// A connection URL (or keyword string), parsed by libpq itself (PQconninfoParse), with libpq's defaults and
// PG* environment variables filled in: several hosts and ports, percent-encoding and options all mean what
// they mean to psql. An immutable value; safe to share between threads. `service=` is refused; PGSERVICE is
// honoured. A URL's `?secret=NAME` and `?iam=true` are ours: who keeps the password (password_source.hpp).
class connection_url {
public:
    // Fails with failure::usage and a message that never quotes the password.
    static result<connection_url> parse(std::string_view text);

    // The user's name where no database is given, as libpq does.
    [[nodiscard]] std::string database() const;
    [[nodiscard]] std::string user() const;
    // "" where none is given: libpq may still find one in ~/.pgpass.
    [[nodiscard]] std::string password() const;
    // Each host with its port, in the order libpq would try them; at least one. A host that begins with '/'
    // is a socket's folder; one that is empty, with no hostaddr, is libpq's own socket folder.
    struct endpoint {
        std::string host;
        std::string hostaddr;
        std::string port;
    };
    [[nodiscard]] std::vector<endpoint> endpoints() const;
    // True when some host is neither local socket nor loopback, by its name or, a tunnel's end, by hostaddr.
    [[nodiscard]] bool remote() const;
    // The value of a libpq keyword ("sslmode"), or "" where unset.
    [[nodiscard]] std::string_view get(std::string_view keyword) const;

    // Whether the text itself, or with(), says that keyword: by no default, and not by the environment.
    [[nodiscard]] bool given(std::string_view keyword) const;

    // The same place with one keyword changed ("dbname", "postgres" gives the maintenance database).
    [[nodiscard]] connection_url with(std::string_view keyword, std::string value) const;
    // For a remote host, TLS that is verified (sslmode=verify-full, and a root bundle: ca_file, or the
    // system's) unless the text itself said otherwise. A local URL is returned as it is, unless a ca_file is
    // named, which asks for the same.
    [[nodiscard]] connection_url with_verified_tls(std::string_view ca_file = {}) const;

    // For PQconnectStartParams: keyword and value pairs that are set, in libpq's order.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> keywords() const;
    // As a URL again, percent-encoded; `redacted` shows *** for the password and is what may be printed or
    // logged.
    [[nodiscard]] std::string to_string() const;
    [[nodiscard]] std::string redacted() const;

private:
    struct setting {
        std::string keyword;
        std::string value;
        bool given = false;  // by the text or with(), not by a default or the environment
        bool secret = false; // libpq's own mark: not to be displayed
    };
    [[nodiscard]] std::string format(bool with_secrets) const;

    std::vector<setting> settings_;
};

} // namespace cruddur::postgres
