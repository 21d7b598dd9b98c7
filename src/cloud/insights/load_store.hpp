#pragma once

#include "cloud/ground/state.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace cruddur::cloud::insights {

// What an active session is told apart by, in this order.
enum class dimension : std::uint8_t {
    wait_type,
    wait,
    sql_id,
    sql,
    token_id,
    token,
    database_id, // the statement's, as the server counts it: pg_stat_activity.query_id
    user,
    database,
    application,
    host
};
constexpr std::size_t dimensions_count = 11;

struct session_group {
    std::array<std::string, dimensions_count> values;

    std::string& operator[](dimension of) { return values[static_cast<std::size_t>(of)]; }
    const std::string& operator[](dimension of) const { return values[static_cast<std::size_t>(of)]; }
    auto operator<=>(const session_group&) const = default;
};

// What was seen of one group within one span of time: so many sessions, counted at each look together.
struct load_point {
    std::int64_t at_s = 0;
    std::int64_t group = 0;
    double sessions = 0;
};

// The load of databases, in an SQLite file of its own: who was active at each second, and waited for what. By
// second it is kept for two hours, by minute for seven days, and by hour for as long as the instance's
// retention says. A file that is full takes no more until something of it is too old. On the loop's thread
// alone.
class load_store {
public:
    static constexpr std::array<std::int64_t, 3> spans_s{1, 60, 3600};
    static constexpr std::int64_t file_bytes_max = 1L << 30;
    static constexpr std::int64_t groups_max = 10'000; // of an instance; beyond them statements have no text
    static constexpr std::chrono::hours seconds_kept{2};
    static constexpr std::chrono::days minutes_kept{7};

    // Opens or creates it in that folder, which is its own. Throws ground::state_error.
    explicit load_store(const std::filesystem::path& folder);

    // One look at an instance, which is kept here until the next flush.
    void add(const std::string& instance, std::int64_t at_s, const std::map<session_group, int>& active);
    // Writes down what was added. What cannot be written is tried again at the next one; of what is owed for
    // longer than `owed_max` looks, the oldest is lost.
    void flush();

    // Everything from `begin_s` to before `end_s`, by spans of that length.
    [[nodiscard]] std::vector<load_point> read(const std::string& instance, std::int64_t span_s,
                                               std::int64_t begin_s, std::int64_t end_s);
    // How many looks each of those spans had; of a time without one nothing is known.
    [[nodiscard]] std::map<std::int64_t, double> looks(const std::string& instance, std::int64_t span_s,
                                                       std::int64_t begin_s, std::int64_t end_s);
    [[nodiscard]] std::map<std::int64_t, session_group> groups_of(const std::string& instance);

    // Forgets what is too old: `kept_days` of each instance that is there, and all of others once their hours
    // are older than a week.
    void prune(std::int64_t now_s, const std::map<std::string, std::int64_t>& kept_days);

private:
    static constexpr std::size_t owed_max = 3'600;

    struct look {
        std::string instance;
        std::int64_t at_s = 0;
        std::map<session_group, int> active;
    };
    std::int64_t group_id(const std::string& instance, session_group of);

    ground::state db_;
    std::vector<look> unwritten_;
};

} // namespace cruddur::cloud::insights
