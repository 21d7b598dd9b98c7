#include "cloud/wire/tag_input.hpp"

#include "cloud/ground/refusal.hpp"

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

} // namespace

ground::tag_list read_tags(const parameters& input, std::string_view member) {
    ground::tag_list out;
    for (const parameters* sent : input.list(member)) {
        std::string key = sent->text("Key").value_or("");
        std::string value = sent->text("Value").value_or("");
        check_tag(key, value);
        if (std::ranges::find(out, key, &ground::tag_list::value_type::first) != out.end()) {
            throw refusal{"InvalidParameterValue", fmt::format("Duplicate tag key '{}' specified.", key)};
        }
        out.emplace_back(std::move(key), std::move(value));
    }
    if (out.size() > ground::tags_max) {
        throw refusal{"TagLimitExceeded", fmt::format("More than {} tags specified", ground::tags_max)};
    }
    return out;
}

} // namespace cruddur::cloud::wire
