#include "cloud/wire/tag_members.hpp"

#include "cloud/ground/refusal.hpp"
#include "cloud/wire/input.hpp"

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::wire {

namespace {

constexpr std::size_t key_characters_max = 128;
constexpr std::size_t value_characters_max = 256;

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

void check_tag(const std::string& key, const std::string& value) {
    if (key.empty() || characters(key) > key_characters_max) {
        throw ground::refusal{
            "InvalidParameterValue",
            fmt::format("Tag key '{}' is invalid: it must have 1 to {} characters", key, key_characters_max)};
    }
    if (characters(value) > value_characters_max) {
        throw ground::refusal{
            "InvalidParameterValue",
            fmt::format("The value of tag '{}' has more than {} characters", key, value_characters_max)};
    }
    if (key.starts_with("aws:")) {
        throw ground::refusal{"InvalidParameterValue",
                              "Tag keys starting with 'aws:' are reserved for internal use"};
    }
}

} // namespace

ground::tag_list read_tags(const boost::json::object& input, std::string_view member) {
    ground::tag_list out;
    for (const boost::json::object* sent : objects_of(input, member)) {
        std::string key = text_of(*sent, "Key");
        std::string value = text_of(*sent, "Value");
        check_tag(key, value);
        if (std::ranges::find(out, key, &ground::tag_list::value_type::first) != out.end()) {
            throw ground::refusal{"InvalidParameterValue",
                                  fmt::format("Duplicate tag key '{}' specified.", key)};
        }
        out.emplace_back(std::move(key), std::move(value));
    }
    if (out.size() > ground::tags_max) {
        throw ground::refusal{"TagLimitExceeded",
                              fmt::format("More than {} tags specified", ground::tags_max)};
    }
    return out;
}

boost::json::array write_tags(const ground::tag_list& tags) {
    boost::json::array out;
    for (const auto& [key, value] : tags)
        out.push_back({{"Key", key}, {"Value", value}});
    return out;
}

} // namespace cruddur::cloud::wire
