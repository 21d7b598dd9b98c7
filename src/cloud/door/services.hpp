#pragma once

#include "cloud/ground/state.hpp"
#include "cloud/wire/service_tables.hpp"

namespace cruddur::cloud {

// The services of local AWS: who adds one, adds it here.
[[nodiscard]] service_list all_services();
// Their tables in the state, those of what they share first.
[[nodiscard]] migration_list all_migrations();

} // namespace cruddur::cloud
