#pragma once

#include "database/migration.hpp"
#include "database/target.hpp"

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace cruddur::database {

// One step of the way to a database that works.
struct check {
    enum class state { passed, failed, not_tried };
    std::string name; // "name resolution", "TCP", "TLS", "authentication", "database", "environment",
                      // "schema", "privileges"; and "counts", of content/counts.hpp
    state what = state::not_tried;
    std::string found; // what is there, or why it fails
    std::string mend;  // what to do, with the command; "" where it passed
};

struct diagnosis {
    std::vector<check> checks; // every step, in order
    bool reached = false;      // a session was opened
    [[nodiscard]] bool healthy() const;
};

// Tries each step in turn, none longer than `each` (names and hosts one by one). `heard` gets each as it is
// known. What comes after a failure that it needs is not tried. `files` are the migrations that the schema is
// to have. Changes nothing.
[[nodiscard]] diagnosis examine(const target& where, std::span<const migration> files,
                                std::chrono::milliseconds each,
                                const std::function<void(const check&)>& heard);

} // namespace cruddur::database
