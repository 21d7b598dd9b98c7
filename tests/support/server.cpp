#include "support/server.hpp"

#include "db/files.hpp"

#include <libpq-fe.h>

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace cruddur::test {
namespace {

constexpr auto template_database = "with_schema";

cluster::server start_in(const std::filesystem::path& folder,
                         std::vector<std::pair<std::string, std::string>> settings) {
    cluster::server_params params;
    params.folder = folder / "server";
    params.settings = std::move(settings);
    params.dies_with_us = true;
    return cluster::server::start(std::move(params));
}

struct shared {
    temporary_folder folder;
    cluster::server server = start_in(folder.path(), fast_settings());
    session administration{server.url("postgres")};

    shared() {
        administration.query(std::string("CREATE DATABASE ") + template_database);
        if (!cruddur::sql::schema.text.empty())
            sql(server.url(template_database), std::string(cruddur::sql::schema.text));
        // Its session leaves in a file what each session needs to begin.
        sql(server.url(template_database), "SELECT");
    }
};

shared& the_shared() {
    static shared one;
    return one;
}

// What PostgreSQL says against it, else the result's text in `out`.
std::string run(PGconn* connection, const std::string& text, std::optional<std::string>& out) {
    if (PQstatus(connection) != CONNECTION_OK) return PQerrorMessage(connection);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection, text.c_str()), &PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) return PQerrorMessage(connection);
    out.emplace();
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        if (row > 0) *out += '\n';
        for (int column = 0; column < PQnfields(result.get()); ++column) {
            if (column > 0) *out += '|';
            *out += PQgetvalue(result.get(), row, column);
        }
    }
    return {};
}

} // namespace

temporary_folder::temporary_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "cruddur-test-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp: " + pattern);
    path_ = pattern;
    std::filesystem::permissions(path_, std::filesystem::perms{0711});
}

temporary_folder::~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::vector<std::pair<std::string, std::string>> fast_settings() {
    return {{"fsync", "off"},           {"synchronous_commit", "off"}, {"full_page_writes", "off"},
            {"shared_buffers", "32MB"}, {"max_connections", "200"},    {"max_wal_size", "1GB"},
            {"autovacuum", "off"}};
}

cluster::server& shared_server() {
    return the_shared().server;
}

session::~session() {
    PQfinish(connection_);
}

std::string session::query(const std::string& text) {
    const std::lock_guard held{mutex_};
    for (bool is_new = !connection_;; is_new = true) {
        if (is_new) {
            connection_ = PQconnectdb(url_.c_str());
            PQsetNoticeProcessor(
                connection_, [](void*, const char*) {}, nullptr);
        }
        std::optional<std::string> out;
        const std::string failed = run(connection_, text, out);
        const bool is_cut_off = PQstatus(connection_) != CONNECTION_OK;
        // What is left in a transaction is nobody's.
        if (is_cut_off || PQtransactionStatus(connection_) != PQTRANS_IDLE)
            PQfinish(std::exchange(connection_, nullptr));
        if (out) return *out;
        if (is_new || !is_cut_off) throw std::runtime_error(failed);
    }
}

database::database(content wanted) {
    static std::atomic<int> counter = 0;
    name_ = "test_" + std::to_string(++counter);
    const std::string from = wanted == content::with_schema ? template_database : "template0";
    // With all files, that one too: a database's first session takes a third less.
    the_shared().administration.query("CREATE DATABASE " + name_ + " TEMPLATE " + from +
                                      " STRATEGY FILE_COPY");
    session_ = std::make_unique<session>(url());
}

database::~database() {
    try {
        session_.reset();
        the_shared().administration.query("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
    } catch (const std::exception&) { // a server that the test has killed: its folder goes anyway
    }
}

std::string database::url() const {
    return shared_server().url(name_);
}

private_server::private_server(std::vector<std::pair<std::string, std::string>> settings)
    : server_(start_in(folder_.path(), std::move(settings))) {}

std::string sql(const std::string& url, const std::string& text) {
    return session{url}.query(text);
}

} // namespace cruddur::test
