#pragma once

#include "database/target.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cruddur::database {

// psql's argument list, and what its environment has besides ours.
struct psql_command {
    std::vector<std::string> arguments; // the first is "psql"; no secret is among them
    std::vector<std::pair<std::string, std::string>> environment;
};

// How psql is started for a target: the URL without its password, which goes by PGPASSWORD, and then the
// arguments given. Refused when the URL has a passphrase of a key, which psql takes on its command line only.
[[nodiscard]] result<psql_command> compose_psql(const target& where,
                                                const std::vector<std::string>& arguments);

// A session is opened and closed, so that what is wrong is said here, in time, instead of by psql hanging;
// refused where the database is of another environment.
[[nodiscard]] result<void> check_connection(const target& where);

} // namespace cruddur::database
