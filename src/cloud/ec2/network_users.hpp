#pragma once

#include "cloud/ground/state.hpp"

#include <string>
#include <vector>

namespace cruddur::cloud::ec2 {

// A service whose resources stand in subnets and are members of security groups. On the loop's thread.
class network_user {
public:
    network_user() = default;
    network_user(const network_user&) = delete;
    network_user& operator=(const network_user&) = delete;
    virtual ~network_user() = default;

    // Whether one of its resources is a member of that security group, or stands in that subnet, so that it
    // has to stay.
    [[nodiscard]] virtual bool uses(ground::state& db, const std::string& id) const = 0;
    // Whether one of those in that subnet has a public address.
    [[nodiscard]] virtual bool is_public_in(ground::state& /*db*/, const std::string& /*subnet*/) const {
        return false;
    }
    // The groups' rules or the routes have changed, and that is committed: what enforces them reads them
    // before the change is answered. It throws nothing.
    virtual void read_rules() {}
};

// A part of the environment: all that there are, as the door knows them.
struct network_users {
    std::vector<network_user*> all;
};

} // namespace cruddur::cloud::ec2
