#include "cloud/rds/rds_catalogue.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace cruddur::cloud::rds {

namespace {

constexpr std::array known_families = {engine_family{12, 2, 22}, engine_family{13, 1, 22},
                                       engine_family{14, 1, 19}, engine_family{15, 2, 14},
                                       engine_family{16, 1, 10}, engine_family{17, 1, 6}};

// "14.6" is 14 and 6; "14" has no minor.
std::optional<std::pair<int, std::optional<int>>> parse_version(std::string_view text) {
    const auto number = [](std::string_view digits) -> std::optional<int> {
        int value = 0;
        const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (failed != std::errc{} || end != digits.data() + digits.size() || value < 0) return std::nullopt;
        return value;
    };
    const std::size_t dot = text.find('.');
    const auto major = number(text.substr(0, dot));
    if (!major) return std::nullopt;
    if (dot == std::string_view::npos) return std::pair{*major, std::optional<int>{}};
    const auto minor = number(text.substr(dot + 1));
    if (!minor) return std::nullopt;
    return std::pair{*major, minor};
}

} // namespace

std::span<const engine_family> engine_families() {
    return known_families;
}

std::optional<std::string> full_version(std::string_view asked) {
    const auto parsed = parse_version(asked);
    if (!parsed) return std::nullopt;
    const auto family = std::ranges::find(known_families, parsed->first, &engine_family::major);
    if (family == known_families.end()) return std::nullopt;
    const int minor = parsed->second.value_or(family->last_minor);
    if (minor < family->first_minor || minor > family->last_minor) return std::nullopt;
    return fmt::format("{}.{}", family->major, minor);
}

int major_of(std::string_view version) {
    const auto parsed = parse_version(version);
    return parsed ? parsed->first : 0;
}

int minor_of(std::string_view version) {
    const auto parsed = parse_version(version);
    return parsed ? parsed->second.value_or(-1) : -1;
}

std::string parameter_group_family(std::string_view version) {
    return fmt::format("postgres{}", major_of(version));
}

} // namespace cruddur::cloud::rds
