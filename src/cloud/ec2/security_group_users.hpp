#pragma once

#include "cloud/ground/state.hpp"

#include <string>
#include <vector>

namespace cruddur::cloud::ec2 {

// A service whose resources are members of security groups. On the loop's thread.
class security_group_user {
public:
    security_group_user() = default;
    security_group_user(const security_group_user&) = delete;
    security_group_user& operator=(const security_group_user&) = delete;
    virtual ~security_group_user() = default;

    // Whether one of its resources is a member, so that the group has to stay.
    [[nodiscard]] virtual bool uses(ground::state& db, const std::string& group_id) const = 0;
    // The groups' rules have changed, and that is committed: what enforces them reads them before the change
    // is answered. It throws nothing.
    virtual void read_rules() {}
};

// A part of the environment: all that there are, as the door knows them.
struct security_group_users {
    std::vector<security_group_user*> all;
};

} // namespace cruddur::cloud::ec2
