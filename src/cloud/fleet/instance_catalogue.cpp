#include "cloud/fleet/instance_catalogue.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cruddur::cloud::fleet {

namespace {

constexpr std::array storages = {
    storage_type{"gp2", 20, 65'536, false, 0, 0},
    storage_type{"gp3", 20, 65'536, true, 12'000, 64'000},
    storage_type{"io1", 100, 65'536, true, 1'000, 256'000},
    storage_type{"io2", 100, 65'536, true, 1'000, 256'000},
    storage_type{"standard", 5, 3'072, false, 0, 0},
};

struct size {
    std::string_view name;
    int vcpus;
};
constexpr std::array sizes = {size{"large", 2},     size{"xlarge", 4},   size{"2xlarge", 8},
                              size{"4xlarge", 16},  size{"8xlarge", 32}, size{"12xlarge", 48},
                              size{"16xlarge", 64}, size{"24xlarge", 96}};

struct class_family {
    std::string_view name;
    int gib_per_vcpu;
    std::size_t sizes_count;
    int newest_major;
};
constexpr std::array class_families = {
    class_family{"m4", 4, 4, 12},  class_family{"m5", 4, 8, 17},  class_family{"m6g", 4, 7, 17},
    class_family{"m6i", 4, 8, 17}, class_family{"m7g", 4, 7, 17}, class_family{"m7i", 4, 8, 17},
    class_family{"r4", 8, 5, 12},  class_family{"r5", 8, 8, 17},  class_family{"r6g", 8, 7, 17},
    class_family{"r6i", 8, 8, 17}, class_family{"r7g", 8, 7, 17}, class_family{"r7i", 8, 8, 17},
};

struct burstable {
    std::string_view name;
    int vcpus;
    int memory_mib;
};
constexpr std::array burstables = {burstable{"micro", 2, 1'024},   burstable{"small", 2, 2'048},
                                   burstable{"medium", 2, 4'096},  burstable{"large", 2, 8'192},
                                   burstable{"xlarge", 4, 16'384}, burstable{"2xlarge", 8, 32'768}};

std::vector<instance_class> make_classes() {
    std::vector<instance_class> out;
    for (const auto& [family, newest_major] :
         {std::pair{"t2", 12}, std::pair{"t3", 17}, std::pair{"t4g", 17}}) {
        for (const burstable& one : burstables) {
            out.push_back(
                {fmt::format("db.{}.{}", family, one.name), one.vcpus, one.memory_mib, newest_major});
        }
    }
    for (const class_family& family : class_families) {
        for (const size& one : std::span{sizes}.first(family.sizes_count)) {
            out.push_back({fmt::format("db.{}.{}", family.name, one.name), one.vcpus,
                           one.vcpus * family.gib_per_vcpu * 1'024, family.newest_major});
        }
    }
    return out;
}

} // namespace

const std::vector<instance_class>& instance_classes() {
    static const std::vector<instance_class> all = make_classes();
    return all;
}

const instance_class* find_class(std::string_view name) {
    const auto& all = instance_classes();
    const auto found = std::ranges::find(all, name, &instance_class::name);
    return found == all.end() ? nullptr : &*found;
}

int connections_max(const instance_class& of) {
    constexpr std::int64_t bytes_each = 9'531'392; // DBInstanceClassMemory / 9531392
    constexpr int most = 200;
    return static_cast<int>(std::min<std::int64_t>(of.memory_mib * 1024LL * 1024 / bytes_each, most));
}

std::span<const storage_type> storage_types() {
    return storages;
}

void settle_storage(db_instance& of) {
    const storage_type* const type = find_storage_type(of.storage_type);
    if (type == nullptr) return;
    if (!type->takes_iops) of.iops.reset();
    if (type->name != "gp3") {
        of.storage_throughput.reset();
        return;
    }
    constexpr std::int64_t baseline_iops = 3'000;
    constexpr std::int64_t baseline_throughput = 125;
    constexpr std::int64_t striped_throughput = 500;
    if (of.allocated_storage < gp3_striped_gib) {
        of.iops = baseline_iops;
        of.storage_throughput = baseline_throughput;
        return;
    }
    of.iops = std::max(of.iops.value_or(0), type->iops_min);
    of.storage_throughput = std::max(of.storage_throughput.value_or(0), striped_throughput);
}

const storage_type* find_storage_type(std::string_view name) {
    const auto found = std::ranges::find(storages, name, &storage_type::name);
    return found == storages.end() ? nullptr : &*found;
}

} // namespace cruddur::cloud::fleet
