#include "cloud/ec2/ec2.hpp"
#include "cloud/ground/regions.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::ec2 {

json::object describe_availability_zones(const call& in) {
    const ec2_filters filters{in.input,
                              {"group-long-name", "group-name", "message", "opt-in-status", "parent-zone-id",
                               "parent-zone-name", "region-name", "state", "zone-id", "zone-name",
                               "zone-type"}};
    const auto names = texts_of(in.input, "ZoneNames");
    const auto ids = texts_of(in.input, "ZoneIds");
    const std::string_view letters = ground::find_region(in.region)->zones;
    const auto is_known = [&](const std::string& asked, bool by_id) {
        return std::ranges::any_of(letters, [&](char letter) {
            return asked ==
                   (by_id ? ground::zone_id(in.region, letter) : fmt::format("{}{}", in.region, letter));
        });
    };
    for (const std::string& name : names) {
        if (!is_known(name, false))
            throw refusal{"InvalidParameterValue", fmt::format("Invalid availability zone: [{}]", name)};
    }
    for (const std::string& id : ids) {
        if (!is_known(id, true))
            throw refusal{"InvalidParameterValue", fmt::format("Invalid availability zone-id: [{}]", id)};
    }
    json::array zones;
    for (const char letter : letters) {
        const std::string name = fmt::format("{}{}", in.region, letter);
        const std::string id = ground::zone_id(in.region, letter);
        if (!is_asked_for(names, name) || !is_asked_for(ids, id) ||
            !filters.match({{"group-name", in.region},
                            {"opt-in-status", "opt-in-not-required"},
                            {"region-name", in.region},
                            {"state", "available"},
                            {"zone-id", id},
                            {"zone-name", name},
                            {"zone-type", "availability-zone"}})) {
            continue;
        }
        zones.push_back({{"State", "available"},
                         {"OptInStatus", "opt-in-not-required"},
                         {"Messages", json::array{}},
                         {"RegionName", in.region},
                         {"ZoneName", name},
                         {"ZoneId", id},
                         {"GroupName", in.region},
                         {"NetworkBorderGroup", in.region},
                         {"ZoneType", "availability-zone"}});
    }
    return {{"AvailabilityZones", std::move(zones)}};
}

json::object describe_regions(const call& in) {
    const ec2_filters filters{in.input, {"endpoint", "opt-in-status", "region-name"}};
    const auto names = texts_of(in.input, "RegionNames");
    for (const std::string& name : names) {
        if (ground::find_region(name) == nullptr) {
            throw refusal{"InvalidParameterValue", fmt::format("Invalid region provided: [{}]", name)};
        }
    }
    json::array regions;
    for (const ground::region& one : ground::all_regions()) {
        const std::string name{one.name};
        const std::string endpoint = fmt::format("ec2.{}.amazonaws.com", name);
        const std::string opt_in = one.is_opted_into ? "opted-in" : "opt-in-not-required";
        if (!is_asked_for(names, name) ||
            !filters.match({{"endpoint", endpoint}, {"opt-in-status", opt_in}, {"region-name", name}})) {
            continue;
        }
        regions.push_back({{"RegionName", name}, {"Endpoint", endpoint}, {"OptInStatus", opt_in}});
    }
    return {{"Regions", std::move(regions)}};
}

} // namespace cruddur::cloud::ec2
