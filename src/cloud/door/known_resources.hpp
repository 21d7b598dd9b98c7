#pragma once

#include "cloud/iam/access_control.hpp"

namespace cruddur::cloud::door {

// What the services' rooms know of resources that policies are asked about: RDS's instances and snapshots,
// and the ARNs of secrets and keys that are called by another name.
class known_resources : public iam::resource_directory {
public:
    [[nodiscard]] std::optional<iam::resource_facts> find(ground::state& db, std::string_view service,
                                                          const std::string& region,
                                                          std::string_view named) const override;
};

} // namespace cruddur::cloud::door
