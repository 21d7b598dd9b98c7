#pragma once

#include "cluster/server.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

struct pg_conn;

namespace cruddur::test {

// A new folder that everyone may pass through, removed with all that is in it.
class temporary_folder {
public:
    temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder();
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

// The settings that make a server fast whose data may be lost.
std::vector<std::pair<std::string, std::string>> fast_settings();

// The one real PostgreSQL server of this test program: started when first asked for, stopped when the program
// ends. Throws, so that the test fails, when there is no PostgreSQL.
cluster::server& shared_server();

// A connection that is opened when it is first used, and again where it has been cut off. Any thread may
// call.
class session {
public:
    explicit session(std::string url)
        : url_{std::move(url)} {}
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    ~session();

    // As sql() below.
    std::string query(const std::string& text);

private:
    std::string url_;
    std::mutex mutex_;
    pg_conn* connection_ = nullptr;
};

// A database of a test's own on the shared server, dropped at its end whoever is connected. `with_schema`
// clones one that db/schema.sql has been loaded into; `empty` is as CREATE DATABASE makes it.
class database {
public:
    enum class content { with_schema, empty };
    explicit database(content wanted = content::with_schema);
    database(const database&) = delete;
    database& operator=(const database&) = delete;
    ~database();

    [[nodiscard]] const std::string& name() const { return name_; }
    // The superuser's, with the password.
    [[nodiscard]] std::string url() const;
    // As sql() below on the database, by one connection: to open one takes longer than most statements.
    std::string query(const std::string& text) const { return session_->query(text); }

private:
    std::string name_;
    std::unique_ptr<session> session_;
};

// A server of a test's own, in a folder of its own: for tests that stop, restart and kill it.
class private_server {
public:
    explicit private_server(std::vector<std::pair<std::string, std::string>> settings = fast_settings());
    cluster::server* operator->() { return &server_; }
    cluster::server& operator*() { return server_; }

private:
    temporary_folder folder_;
    cluster::server server_;
};

// Runs SQL, several statements too, on a connection of its own. Returns the last result's rows as psql -At
// prints them: columns separated by '|', rows by line breaks. Throws std::runtime_error with PostgreSQL's
// message.
std::string sql(const std::string& url, const std::string& text);

} // namespace cruddur::test
