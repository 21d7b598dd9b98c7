#pragma once

#include "aws/call.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cruddur::aws {

// Something that is not as it should be: where, what, what it means, and the commands that mend it.
struct audit_finding {
    std::string check{}; // "deletion-protection"
    std::string subject{};
    std::string what{};
    std::string meaning{};
    std::vector<std::string> commands{};
};

// A check that could not be made, and why.
struct audit_gap {
    std::string check{};
    std::string why{};
};

struct audit_report {
    std::string region{};
    std::vector<std::string> instances{};
    std::vector<audit_finding> findings{};
    std::vector<audit_gap> gaps{};
    std::vector<std::string> passed{}; // the checks that found nothing, and could be made
};

// Looks at the DB instances of the region, or at that one alone, and at what the account does about them: by
// the practices for a managed PostgreSQL, from encryption to alerts. Changes nothing. What the caller may not
// ask is a gap. Fails where AWS cannot be reached or there is no such instance.
[[nodiscard]] result<audit_report> audit(client& by, const std::string& instance);

} // namespace cruddur::aws
