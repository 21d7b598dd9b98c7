#pragma once

#include "database/guard.hpp"
#include "database/report.hpp"
#include "database/target.hpp"

#include <cstdint>

namespace cruddur::content {

struct demo_options {
    std::uint32_t people = 1'000;
    std::uint32_t posts = 10'000; // replies among them
    std::uint64_t seed = 1;
    bool again = false; // beside the people of an earlier run
    database::confirmation confirm;
};

struct demo_rows {
    std::int64_t people = 0;
    std::int64_t posts = 0;
    std::int64_t replies = 0;
    std::int64_t likes = 0;
    std::int64_t reposts = 0;
    std::int64_t follows = 0;
    std::int64_t notifications = 0;
    std::int64_t conversations = 0;
    std::int64_t messages = 0;
    std::int64_t duration_ms = 0;
};

// Fills a database that has the schema with people and what they wrote, in one transaction: as a dump is
// loaded, by COPY, with the tables' indexes, foreign keys and triggers put aside and put back. Others who
// read or write those tables wait. The same options make the same rows, but for the time: all of it happened
// in the last seven days. Their cognito_user_ids are demo-1, demo-2 and so on. Asks for the name in
// production; refused where such people are there already, unless they are to be more. Needs the tables'
// owner.
[[nodiscard]] database::result<demo_rows> fill(const database::target& where, const demo_options& options,
                                               const database::report& progress);

} // namespace cruddur::content
