#pragma once

#include "cluster/server.hpp"
#include "postgres/plain_connection.hpp"

#include <initializer_list>
#include <string>

namespace cruddur::cluster {

// A session of the superuser's on the server's database `postgres`. Throws cluster::error.
postgres::plain_connection open_session(const server& on);
postgres::plain_connection open_session(const server_place& on);

// Runs one statement in it. Throws cluster::error with PostgreSQL's message.
postgres::rows execute(postgres::plain_connection& in, const postgres::statement& statement,
                       std::initializer_list<postgres::parameter> parameters = {});

} // namespace cruddur::cluster
