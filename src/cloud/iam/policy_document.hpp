#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::cloud::iam {

// A policy document that AWS would refuse; the text is the reason, in AWS's words.
class malformed_policy : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// What a document is for: each kind has members of its own that it must have, or may not.
enum class policy_use : std::uint8_t { identity, trust, service_control };

// One line of a Condition: the context's values of `key` against these.
struct policy_condition {
    enum class qualifier : std::uint8_t { none, any_value, all_values };

    std::string test; // "StringLike", without its qualifier and IfExists
    qualifier of = qualifier::none;
    bool if_exists = false;
    std::string key;
    std::vector<std::string> values;
};

struct policy_statement {
    bool allows = false;
    bool not_actions = false;
    bool not_resources = false;
    bool not_principals = false;
    std::vector<std::string> actions;
    std::vector<std::string> resources;
    std::vector<std::pair<std::string, std::string>> principals; // "AWS" and "arn:…", of a trust policy
    std::vector<policy_condition> conditions;
};

// A document as it was written, read once. Immutable.
struct policy_document {
    bool has_variables = false; // of version 2012-10-17: ${aws:username} is replaced
    std::vector<policy_statement> statements;
};

// Throws malformed_policy.
[[nodiscard]] policy_document read_policy(std::string_view text, policy_use use);

} // namespace cruddur::cloud::iam
