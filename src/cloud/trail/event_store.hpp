#pragma once

#include "cloud/ground/state.hpp"
#include "cloud/trail/call_event.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cruddur::cloud::trail {

inline constexpr std::int64_t events_kept_ms = std::int64_t{90} * 86'400'000;

// How much is kept: whichever of them comes first, the oldest events go. The bytes are their records'.
struct event_limits {
    std::int64_t events = 1'000'000;
    std::int64_t bytes = std::int64_t{2} * 1024 * 1024 * 1024;
};

// How far a trail's events have been written into its files.
struct trail_delivery {
    std::int64_t started_ms = 0; // the beginning of logging that it is of
    std::int64_t position = 0;   // the last event that was looked at
    std::int64_t at_ms = 0;      // when files were last written; 0 for never
    std::string error{};         // of the last attempt; "" where it went well
};

// An event as it is read back; its id is its place among all.
struct kept_event {
    std::int64_t id = 0;
    std::int64_t at_ms = 0;
    std::string event_id{};
    std::string name{};
    std::string source{};
    std::string username{};
    std::string access_key{};
    bool read_only = false;
    std::vector<event_resource> resources{};
    std::string document{};
};

// What LookupEvents asks for.
struct event_query {
    std::string region{};
    std::string attribute{}; // "EventName"; "" for all
    std::string value{};
    std::int64_t start_ms = 0;
    std::int64_t end_ms = 0;
    std::int64_t before_ms = 0; // of the event behind which it goes on,
    std::int64_t before_id = 0; // its place
    std::int64_t limit = 50;
};

// The events of the last 90 days in a SQLite file of their own, `folder`/calls.db, so that recording neither
// waits for the state nor fails it. One thread writes. What was committed is there after kill -9. What reads
// or writes throws state_error.
class event_store {
public:
    explicit event_store(const std::filesystem::path& folder, event_limits limit = {});

    // Writes all of them or none, and forgets what is beyond the limits.
    void add(std::span<const call_event> events, std::int64_t now_ms);

    [[nodiscard]] std::optional<trail_delivery> delivery_of(const std::string& trail_arn);
    void save_delivery(const std::string& trail_arn, const trail_delivery& now);
    // The place behind which the events of that time begin.
    [[nodiscard]] std::int64_t place_before(std::int64_t at_ms);

    [[nodiscard]] ground::state& db() { return db_; }

private:
    void prune(std::int64_t now_ms);

    ground::state db_;
    event_limits limit_;
    std::int64_t next_ageing_ms_ = 0;
};

// Reads the same file on another thread.
class event_reader {
public:
    explicit event_reader(const std::filesystem::path& folder);

    // Newest first.
    [[nodiscard]] std::vector<kept_event> find(const event_query& asked);
    [[nodiscard]] std::optional<trail_delivery> delivery_of(const std::string& trail_arn);
    [[nodiscard]] ground::state& db() { return db_; }

private:
    ground::state db_;
};

// An event behind a place, for what carries them on, and the place before those of a time.
struct carried_event {
    std::int64_t id = 0;
    std::int64_t at_ms = 0;
    std::string region{};
    std::string source{};
    std::string document{};
};
[[nodiscard]] std::vector<carried_event> events_after(ground::state& db, std::int64_t position,
                                                      std::int64_t limit);
[[nodiscard]] std::int64_t find_place_before(ground::state& db, std::int64_t at_ms);
[[nodiscard]] std::optional<trail_delivery> find_delivery(ground::state& db, const std::string& trail_arn);

} // namespace cruddur::cloud::trail
