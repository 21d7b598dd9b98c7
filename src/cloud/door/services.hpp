#pragma once

#include "cloud/ground/state.hpp"
#include "cloud/wire/service_tables.hpp"

namespace cruddur::cloud::door {

// The services of local AWS: who adds one, adds it here.
[[nodiscard]] wire::service_list all_services();
// Their tables in the state, those of what they share first.
[[nodiscard]] ground::migration_list all_migrations();

} // namespace cruddur::cloud::door
