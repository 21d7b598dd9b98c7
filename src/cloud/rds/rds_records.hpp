#pragma once

#include "cloud/ground/state.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cruddur::cloud::rds {

using ground::state;

[[nodiscard]] ground::service_migrations rds_migrations();

// A DB parameter group of one's own; the default ones are made up when they are asked for.
struct parameter_group {
    std::string region;
    std::string name;
    std::string family; // "postgres15"
    std::string description;
};

// A parameter that was given a value.
struct group_parameter {
    std::string name;
    std::string value;
    std::string method; // immediate, pending-reboot
};

[[nodiscard]] std::vector<parameter_group> parameter_groups_of(state& db, const std::string& region);
[[nodiscard]] std::optional<parameter_group> find_parameter_group(state& db, const std::string& region,
                                                                  const std::string& name);
void insert_parameter_group(state& db, const parameter_group& made);
void delete_parameter_group(state& db, const parameter_group& gone); // with its parameters
[[nodiscard]] std::vector<group_parameter> parameters_of(state& db, const parameter_group& group);
void put_parameter(state& db, const parameter_group& group, const group_parameter& given);
void drop_parameter(state& db, const parameter_group& group, const std::string& name);

// What RDS knows of an instance, and its server does not, by its name: "parameter-group". "" where it was
// never said. It stays when the instance goes, whose resource id never comes again.
[[nodiscard]] std::string attribute_of(state& db, const std::string& resource_id, const std::string& name);
void put_attribute(state& db, const std::string& resource_id, const std::string& name,
                   const std::string& value);

} // namespace cruddur::cloud::rds
