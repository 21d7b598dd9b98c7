#pragma once

#include "database/guard.hpp"
#include "database/report.hpp"
#include "database/target.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cruddur::content {

// A count that is not what the rows that make it come to.
struct wrong_count {
    std::string of;   // "post", "person", "conversation"
    std::string uuid; // whose it is
    std::string name; // "likes_count"
    std::int64_t stands = 0;
    std::int64_t counted = 0;
};

struct counts_found {
    static constexpr std::size_t named_max = 20;
    std::int64_t posts = 0; // that were looked at, replies among them
    std::int64_t people = 0;
    std::int64_t conversations = 0;
    bool sees_messages = false; // not by a role that the policy of messages holds for: it skips conversations
    std::int64_t wrong = 0;
    std::vector<wrong_count> named; // the first of them
    std::int64_t mended = 0;        // rows whose counts are right again
};

struct counts_options {
    bool mend = false;
    database::confirmation confirm; // of the mending, in production
};

// Holds every count against its rows: those of posts, people and conversations, the entries for likes and
// reposts among the notifications, and what is left of posts that are gone. In batches, a snapshot each,
// while people write; `mend` counts again what is wrong, some rows a transaction, each locked for as long.
// Asks for the name where destroying would, before it mends. Reading needs the right to read, mending the
// owner's.
[[nodiscard]] database::result<counts_found>
check_counts(const database::target& where, const counts_options& options, const database::report& progress);

} // namespace cruddur::content
