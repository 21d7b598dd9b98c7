#include "cloud/tags.hpp"

#include "cloud/ec2.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud {

namespace {

constexpr std::size_t tags_max = 50;
constexpr std::size_t key_characters_max = 128;
constexpr std::size_t value_characters_max = 256;

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

void check_tag(const std::string& key, const std::string& value) {
    if (key.empty() || characters(key) > key_characters_max) {
        throw refusal{
            "InvalidParameterValue",
            fmt::format("Tag key '{}' is invalid: it must have 1 to {} characters", key, key_characters_max)};
    }
    if (characters(value) > value_characters_max) {
        throw refusal{
            "InvalidParameterValue",
            fmt::format("The value of tag '{}' has more than {} characters", key, value_characters_max)};
    }
    if (key.starts_with("aws:")) {
        throw refusal{"InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"};
    }
}

// Refuses an id that is none of this region's taggable resources, as its own operations would.
void check_resource(const call& in, const std::string& id) {
    if (id.starts_with("sg-")) {
        (void)find_group(in, id);
    } else if (id.starts_with("sgr-")) {
        (void)find_rule(in, id);
    } else if (id.starts_with("vpc-")) {
        check_vpc(in, id);
    } else if (id.starts_with("subnet-")) {
        check_subnet(in, id);
    } else {
        throw refusal{"InvalidID", fmt::format("The ID '{}' is not valid", id)};
    }
}

std::string_view resource_type(std::string_view id) {
    if (id.starts_with("sg-")) return "security-group";
    if (id.starts_with("sgr-")) return "security-group-rule";
    return id.substr(0, id.find('-'));
}

} // namespace

tag_list read_tags(const parameters& input, std::string_view member) {
    tag_list out;
    for (const parameters* sent : input.list(member)) {
        std::string key = sent->text("Key").value_or("");
        std::string value = sent->text("Value").value_or("");
        check_tag(key, value);
        if (std::ranges::find(out, key, &tag_list::value_type::first) != out.end()) {
            throw refusal{"InvalidParameterValue", fmt::format("Duplicate tag key '{}' specified.", key)};
        }
        out.emplace_back(std::move(key), std::move(value));
    }
    if (out.size() > tags_max) {
        throw refusal{"TagLimitExceeded", fmt::format("More than {} tags specified", tags_max)};
    }
    return out;
}

tag_list read_tag_specifications(const parameters& input, std::string_view type) {
    const auto sent = input.list("TagSpecification");
    if (sent.empty()) return {};
    const std::string asked = sent[0]->text("ResourceType").value_or("");
    if (sent.size() > 1 || asked != type) {
        throw refusal{"InvalidParameterValue",
                      fmt::format("'{}' is not a valid taggable resource type for this operation.", asked)};
    }
    return read_tags(*sent[0], "Tag");
}

void put_tags(state& db, const std::string& resource_id, const std::string& region, const tag_list& tags) {
    for (const auto& [key, value] : tags) {
        db.run("insert into tag (resource_id, region, key, value) values (?, ?, ?, ?) "
               "on conflict (resource_id, key) do update set value = excluded.value",
               resource_id, region, key, value);
    }
    if (tags_of(db, resource_id).size() > tags_max) {
        throw refusal{"TagLimitExceeded", fmt::format("More than {} tags on '{}'", tags_max, resource_id)};
    }
}

tag_list tags_of(state& db, const std::string& resource_id) {
    tag_list out;
    rows all = db.query("select key, value from tag where resource_id = ? order by key", resource_id);
    while (all.next())
        out.emplace_back(all.text(0), all.text(1));
    return out;
}

void add_tag_set(const element& to, const tag_list& tags) {
    const element set = to.add("tagSet");
    for (const auto& [key, value] : tags) {
        const element item = set.add("item");
        item.add("key", key);
        item.add("value", value);
    }
}

void create_tags(const call& in) {
    const tag_list tags = read_tags(in.input, "Tag");
    for (const std::string& id : in.input.texts("ResourceId")) {
        check_resource(in, id);
        put_tags(in.db, id, in.region, tags);
    }
    in.result.add("return", true);
}

void delete_tags(const call& in) {
    const auto tags = in.input.list("Tag");
    for (const std::string& id : in.input.texts("ResourceId")) {
        check_resource(in, id);
        // Without tags, all of them; a tag without a value whatever its value; with one, only where it is
        // that.
        if (tags.empty()) in.db.run("delete from tag where resource_id = ?", id);
        for (const parameters* tag : tags) {
            in.db.run("delete from tag where resource_id = ?1 and key = ?2 and (?3 is null or value = ?3)",
                      id, tag->text("Key").value_or(""), tag->text("Value"));
        }
    }
    in.result.add("return", true);
}

void describe_tags(const call& in) {
    struct described {
        std::string resource_id, key, value;
    };
    ec2_filters filters{in.input, {"key", "resource-id", "resource-type", "value"}};
    std::vector<described> found;
    rows all = in.db.query(
        "select resource_id, key, value from tag where region = ? and resource_id not like 'arn:%' "
        "order by resource_id, key",
        in.region);
    while (all.next()) {
        described one{all.text(0), all.text(1), all.text(2)};
        if (filters.match({{"key", one.key},
                           {"resource-id", one.resource_id},
                           {"resource-type", std::string{resource_type(one.resource_id)}},
                           {"value", one.value},
                           {"tag:" + one.key, one.value}})) {
            found.push_back(std::move(one));
        }
    }
    const page shown = page_by_token(in.input, found.size());
    const element set = in.result.add("tagSet");
    for (std::size_t i = shown.begin; i < shown.end; ++i) {
        const element item = set.add("item");
        item.add("resourceId", found[i].resource_id);
        item.add("resourceType", std::string{resource_type(found[i].resource_id)});
        item.add("key", found[i].key);
        item.add("value", found[i].value);
    }
    if (!shown.next.empty()) in.result.add("nextToken", shown.next);
}

} // namespace cruddur::cloud
