#pragma once

#include "cloud/fleet/instance_records.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cruddur::cloud::fleet {

// As many of one source as RDS allows for PostgreSQL.
constexpr std::size_t replicas_max = 15;

// That a DB instance is a read replica of another: both by their resource ids. It is there for as long as the
// replica follows; a source that has been deleted is not.
struct replica_link {
    std::string replica;
    std::string source;
    bool promotes = false; // it is to become an instance of its own
};

[[nodiscard]] std::optional<replica_link> find_replica(state& db, const std::string& replica);
[[nodiscard]] std::vector<replica_link> replicas_of(state& db, const std::string& source);
void insert_replica(state& db, const std::string& replica, const std::string& source);
void ask_for_promotion(state& db, const std::string& replica);
void delete_replica_link(state& db, const std::string& replica);

} // namespace cruddur::cloud::fleet
