#pragma once

#include "cloud/ground/state.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cruddur::cloud::lambda {

inline constexpr std::string_view latest_version = "$LATEST";

// The version to which a qualifier leads: "" and $LATEST to the function itself, a number to what was
// published by it, a name to its alias's, and by chance to the other that its routing names, as often as that
// says where `routed`. nullopt where there is none.
[[nodiscard]] std::optional<std::string> version_of(ground::state& db, const std::string& function_arn,
                                                    const std::string& qualifier, bool routed = false);

// An ARN without its qualifier, and that, or "".
struct qualified_arn {
    std::string arn;
    std::string qualifier;
};
[[nodiscard]] qualified_arn split_arn(const std::string& arn);

} // namespace cruddur::cloud::lambda
