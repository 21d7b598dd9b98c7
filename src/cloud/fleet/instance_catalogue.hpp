#pragma once

#include "cloud/fleet/instance_records.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::fleet {

// What a DB instance can be made of, as AWS documents it: instance classes and storage types.

struct instance_class {
    std::string name; // "db.t3.micro"
    int vcpus;
    int memory_mib;
    int newest_major; // of the engine that it runs
};

[[nodiscard]] const std::vector<instance_class>& instance_classes();
[[nodiscard]] const instance_class* find_class(std::string_view name); // nullptr for none
// What RDS gives an instance of that memory, bounded by what one machine bears.
[[nodiscard]] int connections_max(const instance_class& of);

struct storage_type {
    std::string_view name;
    std::int64_t gib_min;
    std::int64_t gib_max;
    bool takes_iops;
    std::int64_t iops_min;
    std::int64_t iops_max;
};

[[nodiscard]] std::span<const storage_type> storage_types();
[[nodiscard]] const storage_type* find_storage_type(std::string_view name); // nullptr for none
// gp3 below this size has the baseline and takes neither IOPS nor throughput.
constexpr std::int64_t gp3_striped_gib = 400;
// IOPS and throughput as the storage's type and size have them, where nothing else was asked for.
void settle_storage(db_instance& of);

} // namespace cruddur::cloud::fleet
