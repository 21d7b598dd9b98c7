#pragma once

#include "cloud/ground/state.hpp"

#include <string>
#include <vector>

namespace cruddur::cloud::ec2 {

// What a resource is reached through in a subnet, as DescribeNetworkInterfaces shows it.
struct network_interface {
    std::string of;          // whose it is: its id follows from that and from its subnet
    std::string type;        // "interface", "lambda"
    std::string owner;       // the service that keeps it, as AWS calls it
    std::string description; // by which people and programs find it
    std::string subnet_id;
    std::vector<std::string> groups;
    std::string address;
    bool is_public = false; // whether the internet knows it by that address
};

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
    // Those of all that stand in a subnet of that region.
    [[nodiscard]] virtual std::vector<network_interface> interfaces(ground::state& db,
                                                                    const std::string& region) const = 0;
    // The groups' rules or the routes have changed, and that is committed: what enforces them reads them
    // before the change is answered. It throws nothing.
    virtual void read_rules() {}
};

// A part of the environment: all that there are, as the door knows them.
struct network_users {
    std::vector<network_user*> all;
};

} // namespace cruddur::cloud::ec2
