#pragma once

#include "database/migrate.hpp"
#include "database/target.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cruddur::database {

struct table_status {
    std::string name;
    std::int64_t rows_estimate = 0;
    std::int64_t bytes = 0; // with its indexes
};

struct database_status {
    std::optional<environment> marked; // what the database remembers
    std::string server_version;
    std::string user;
    std::string tls; // "TLSv1.3", or "" for none
    bool standby = false;
    std::int64_t bytes = 0;
    std::int64_t sessions = 0;        // in the database, this one not counted
    std::int64_t server_sessions = 0; // in all of the server's
    std::int64_t sessions_max = 0;
    std::int64_t schema_version = 0; // 0: none
    std::vector<std::string> pending;
    std::string trouble; // why migrate would refuse; "" when it would not
    std::vector<table_status> tables;
};

// Reads, and changes nothing: whichever environment the database is of.
[[nodiscard]] result<database_status> status(const target& where, std::span<const migration> files);

} // namespace cruddur::database
