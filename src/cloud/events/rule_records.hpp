#pragma once

#include "cloud/ground/state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cloud::events {

[[nodiscard]] ground::service_migrations event_migrations();

// A rule of a region's default bus.
struct rule {
    std::string region{};
    std::string name{};
    std::string pattern{};
    std::string state = "ENABLED";
    std::string description{};

    [[nodiscard]] std::string arn() const;
    [[nodiscard]] bool is_enabled() const { return state != "DISABLED"; }
    // Whether it also hears of calls that only read.
    [[nodiscard]] bool hears_reads() const;
};

// What a rule's events go to.
struct target {
    std::string id{};
    std::string arn{};
    std::string input{};      // a text in the event's place
    std::string input_path{}; // what of the event
    std::string paths{};      // a transformer's InputPathsMap, as JSON,
    std::string input_template{};
};

[[nodiscard]] std::vector<rule> all_rules(ground::state& db);
[[nodiscard]] std::vector<rule> rules_of(ground::state& db, const std::string& region);
[[nodiscard]] std::optional<rule> find_rule(ground::state& db, const std::string& region,
                                            const std::string& name);
void save_rule(ground::state& db, const rule& made);
void delete_rule(ground::state& db, const rule& gone);

[[nodiscard]] std::vector<target> targets_of(ground::state& db, const rule& of);
void save_target(ground::state& db, const rule& of, const target& made);
bool delete_target(ground::state& db, const rule& of, const std::string& id);

// How far the events of a source have been told.
[[nodiscard]] std::int64_t position_of(ground::state& db, const std::string& source);
void save_position(ground::state& db, const std::string& source, std::int64_t position);

} // namespace cruddur::cloud::events
