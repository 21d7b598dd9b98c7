#include "cloud/ec2/ec2.hpp"
#include "cloud/wire/tag_members.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::ec2 {

namespace {

// Refuses an id that is none of this region's taggable resources, as its own operations would.
void check_resource(const call& in, const std::string& id) {
    if (id.starts_with("sg-")) {
        (void)find_group(in, id);
    } else if (id.starts_with("sgr-")) {
        (void)find_rule(in, id);
    } else if (id.starts_with("vpc-")) {
        (void)find_vpc(in, id);
    } else if (id.starts_with("subnet-")) {
        (void)find_subnet(in, id);
    } else if (id.starts_with("igw-")) {
        (void)find_gateway(in, id);
    } else if (id.starts_with("rtb-")) {
        (void)find_route_table(in, id);
    } else {
        throw refusal{"InvalidID", fmt::format("The ID '{}' is not valid", id)};
    }
}

std::string_view resource_type(std::string_view id) {
    if (id.starts_with("sg-")) return "security-group";
    if (id.starts_with("sgr-")) return "security-group-rule";
    if (id.starts_with("igw-")) return "internet-gateway";
    if (id.starts_with("rtb-")) return "route-table";
    return id.substr(0, id.find('-'));
}

// Other services' resources are known by their ARNs.
bool is_of_ec2(std::string_view id) {
    return !id.starts_with("arn:");
}

} // namespace

ground::tag_list read_tag_specifications(const json::object& input, std::string_view type) {
    const auto sent = objects_of(input, "TagSpecifications");
    if (sent.empty()) return {};
    const std::string asked = text_of(*sent[0], "ResourceType");
    if (sent.size() > 1 || asked != type) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("'{}' is not a valid taggable resource type for this operation.", asked)};
    }
    return wire::read_tags(*sent[0], "Tags");
}

json::object create_tags(const call& in) {
    const ground::tag_list tags = wire::read_tags(in.input, "Tags");
    for (const std::string& id : texts_of(in.input, "Resources")) {
        check_resource(in, id);
        ground::put_tags(in.db, id, in.region, tags);
    }
    return {};
}

json::object delete_tags(const call& in) {
    const auto tags = objects_of(in.input, "Tags");
    for (const std::string& id : texts_of(in.input, "Resources")) {
        check_resource(in, id);
        // Without tags, all of them; a tag without a value whatever its value; with one, only where it is
        // that.
        if (tags.empty()) ground::remove_tags(in.db, id);
        for (const json::object* tag : tags)
            ground::remove_tag(in.db, id, text_of(*tag, "Key"), optional_text(*tag, "Value"));
    }
    return {};
}

json::object describe_tags(const call& in) {
    ec2_filters filters{in.input, {"key", "resource-id", "resource-type", "value"}};
    std::vector<ground::tagged> found = ground::tags_in(in.db, in.region);
    std::erase_if(found, [&](const ground::tagged& one) {
        return !is_of_ec2(one.resource_id) ||
               !filters.match({{"key", one.key},
                               {"resource-id", one.resource_id},
                               {"resource-type", std::string{resource_type(one.resource_id)}},
                               {"value", one.value},
                               {"tag:" + one.key, one.value}});
    });
    return wire::listed("Tags", found, wire::page_by_token(in.input, found.size()),
                        [](const ground::tagged& one) -> json::object {
                            return {{"ResourceId", one.resource_id},
                                    {"ResourceType", resource_type(one.resource_id)},
                                    {"Key", one.key},
                                    {"Value", one.value}};
                        });
}

} // namespace cruddur::cloud::ec2
