#pragma once

#include "cloud/iam/policy_document.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::iam {

// What is known of a call while policies are asked of it: the values of condition keys, whose names do not
// tell capitals from small letters. A key that is not there is not known.
class condition_context {
public:
    void put(std::string_view key, std::string value);
    void put(std::string_view key, std::vector<std::string> values);
    [[nodiscard]] const std::vector<std::string>* find(std::string_view key) const;

private:
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// Whether AWS has a condition operator of that name.
[[nodiscard]] bool is_condition_test(std::string_view name);
// Throws malformed_policy for a value that no such operator compares with.
void check_values(const policy_condition& of);

// A text of a policy with its variables replaced, each special character that came out of one escaped, for
// wire::matches_wildcard; nullopt where a variable has no value. Without variables it only escapes.
[[nodiscard]] std::optional<std::string> as_pattern(std::string_view text, bool has_variables,
                                                    const condition_context& in);

// Whether the condition holds.
[[nodiscard]] bool holds(const policy_condition& what, bool has_variables, const condition_context& in);

// Whether an ARN is matched by a pattern, part by part; what a short pattern leaves out is any.
[[nodiscard]] bool matches_arn(std::string_view pattern, std::string_view arn);

} // namespace cruddur::cloud::iam
