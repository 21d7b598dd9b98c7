#pragma once

#include "cloud/iam/policy_conditions.hpp"
#include "cloud/iam/policy_document.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cruddur::cloud::iam {

// What somebody wants to do, as policies are asked of it.
struct access_request {
    std::string action; // "rds:CreateDBInstance"
    // The resource's ARN, "*" of an action that has none, and other ways in which policies write it. Empty
    // where it is not known yet: then what allows the action on some resource matches, and what denies it on
    // some does not.
    std::vector<std::string> resource;
    condition_context context;
};

enum class verdict : std::uint8_t { silent, allowed, denied };

// What policies of one kind say together: a statement that denies goes before all that allow.
[[nodiscard]] verdict evaluate(std::span<const policy_document> policies, const access_request& asked);

// Everything that bears upon a caller, by its kind.
struct policy_set {
    std::vector<policy_document> identity;
    // The service control policies, a list for the organization's root and each level below it; none where
    // the account is in no organization that has enabled them.
    std::vector<std::vector<policy_document>> service_control;
    bool has_session = false; // of a session's caller who gave it policies: they allow no more than those
    std::vector<policy_document> session;
};

enum class decision : std::uint8_t {
    allowed,
    identity_silent,
    identity_denies,
    service_control_silent,
    service_control_denies,
    session_silent,
    session_denies
};

// As AWS does: a denial anywhere; then each level of the service control policies, the caller's own policies
// and the session's must allow it.
[[nodiscard]] decision decide(const policy_set& policies, const access_request& asked);
// Why, as the end of AWS's message: "because no identity-based policy allows the rds:… action".
[[nodiscard]] std::string reason_of(decision why, const std::string& action);

} // namespace cruddur::cloud::iam
