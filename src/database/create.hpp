#pragma once

#include "database/report.hpp"
#include "database/target.hpp"

namespace cruddur::database {

[[nodiscard]] result<bool> exists(const target& where);

// CREATE DATABASE, in UTF-8, marked with the target's environment. A database that exists is an error, 42P04.
[[nodiscard]] result<void> create(const target& where, const report& progress);

} // namespace cruddur::database
