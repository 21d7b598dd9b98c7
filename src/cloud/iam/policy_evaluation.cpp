#include "cloud/iam/policy_evaluation.hpp"

#include "cloud/wire/listing.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/core.h>

#include <algorithm>

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
namespace cruddur::cloud::iam {

namespace {

bool names_action(const policy_statement& in, const std::string& action) {
    const std::string folded = boost::to_lower_copy(action);
    const bool any = std::ranges::any_of(in.actions, [&](const std::string& each) {
        return wire::matches_wildcard(boost::to_lower_copy(each), folded);
    });
    return any != in.not_actions;
}

bool names_resource(const policy_statement& in, bool has_variables, const access_request& asked) {
    if (in.resources.empty()) return true; // a trust policy's is the role that has it
    if (asked.resource.empty()) {
        const bool all = std::ranges::find(in.resources, "*") != in.resources.end() && !in.not_resources;
        return in.allows || all;
    }
    const bool any = std::ranges::any_of(in.resources, [&](const std::string& each) {
        const auto glob = as_pattern(each, has_variables, asked.context);
        return glob && std::ranges::any_of(asked.resource, [&](const std::string& named) {
                   return matches_arn(*glob, named);
               });
    });
    return any != in.not_resources;
}

bool applies(const policy_statement& in, bool has_variables, const access_request& asked) {
    if (!names_action(in, asked.action) || !names_resource(in, has_variables, asked)) return false;
    // Of an input that could not be read nothing is known that a condition might ask for.
    if (asked.resource.empty() && !in.conditions.empty()) return in.allows;
    return std::ranges::all_of(in.conditions, [&](const policy_condition& each) {
        return holds(each, has_variables, asked.context);
    });
}

} // namespace

verdict evaluate(std::span<const policy_document> policies, const access_request& asked) {
    verdict out = verdict::silent;
    for (const policy_document& document : policies) {
        for (const policy_statement& each : document.statements) {
            if (!applies(each, document.has_variables, asked)) continue;
            if (!each.allows) return verdict::denied;
            out = verdict::allowed;
        }
    }
    return out;
}

decision decide(const policy_set& policies, const access_request& asked) {
    std::vector<verdict> levels;
    levels.reserve(policies.service_control.size());
    for (const auto& level : policies.service_control)
        levels.push_back(evaluate(level, asked));
    const verdict own = evaluate(policies.identity, asked);
    const verdict session = evaluate(policies.session, asked);
    if (std::ranges::find(levels, verdict::denied) != levels.end()) return decision::service_control_denies;
    if (own == verdict::denied) return decision::identity_denies;
    if (session == verdict::denied) return decision::session_denies;
    if (std::ranges::find(levels, verdict::silent) != levels.end()) return decision::service_control_silent;
    if (own == verdict::silent) return decision::identity_silent;
    if (policies.has_session && session == verdict::silent) return decision::session_silent;
    return decision::allowed;
}

std::string reason_of(decision why, const std::string& action) {
    switch (why) {
    case decision::identity_silent:
        return fmt::format("because no identity-based policy allows the {} action", action);
    case decision::identity_denies:
        return "with an explicit deny in an identity-based policy";
    case decision::service_control_silent:
        return fmt::format("because no service control policy allows the {} action", action);
    case decision::service_control_denies:
        return "with an explicit deny in a service control policy";
    case decision::session_silent:
        return fmt::format("because no session policy allows the {} action", action);
    case decision::session_denies:
        return "with an explicit deny in a session policy";
    case decision::allowed:
        break;
    }
    return {};
}

} // namespace cruddur::cloud::iam
