#pragma once

#include "cloud/ground/state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cruddur::cloud::iam {

using ground::state;

// The rows of AWS Organizations: one organization, of one account.
struct organization {
    std::string id{};      // "o-…"
    std::string root_id{}; // "r-…"
    std::int64_t created_ms = 0;
    bool has_service_control = false; // its service control policies are enabled

    [[nodiscard]] std::string arn() const;
    [[nodiscard]] std::string arn_of_account() const;
    [[nodiscard]] std::string arn_of_root() const;
    [[nodiscard]] std::string arn_of_policy(const std::string& policy_id) const;
};
[[nodiscard]] std::optional<organization> find_organization(state& db);
void insert_organization(state& db, const organization& made);
void set_service_control(state& db, bool enabled);
void delete_organization(state& db);

struct control_policy {
    std::string id{}; // "p-…"
    std::string name{};
    std::string description{};
    std::string content{};
    std::int64_t created_ms = 0;
};
// Those of the organization, by name, AWS's own before them.
[[nodiscard]] std::vector<control_policy> control_policies(state& db);
[[nodiscard]] std::optional<control_policy> find_control_policy(state& db, const std::string& id);
void insert_control_policy(state& db, const control_policy& made);
void save_control_policy(state& db, const control_policy& changed);
void delete_control_policy(state& db, const std::string& id);

// What is attached to a target, which is the root or the account; and what a policy is attached to.
[[nodiscard]] std::vector<std::string> attached_to(state& db, const std::string& target);
[[nodiscard]] std::vector<std::string> targets_of(state& db, const std::string& policy_id);
void attach_control_policy(state& db, const std::string& policy_id, const std::string& target);
bool detach_control_policy(state& db, const std::string& policy_id, const std::string& target);

} // namespace cruddur::cloud::iam
