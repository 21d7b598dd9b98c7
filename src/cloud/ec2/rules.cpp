#include "cloud/ec2/rules.hpp"

#include <fmt/core.h>

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace cruddur::cloud::ec2 {

namespace {

constexpr std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned mapped_bits = 96;
constexpr unsigned address_bits = 128;

} // namespace

std::optional<network> network::of_address(std::string_view address) {
    const std::string text{address};
    network out;
    out.prefix_ = address_bits;
    if (::inet_pton(AF_INET6, text.c_str(), out.address_.data()) == 1) return out;
    std::ranges::copy(mapped, out.address_.begin());
    if (::inet_pton(AF_INET, text.c_str(), out.address_.data() + mapped.size()) == 1) return out;
    return std::nullopt;
}

std::optional<network> network::parse(std::string_view cidr) {
    const std::size_t slash = cidr.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const std::string_view length = cidr.substr(slash + 1);
    auto out = of_address(cidr.substr(0, slash));
    unsigned bits = 0;
    const auto [end, failed] = std::from_chars(length.data(), length.data() + length.size(), bits);
    if (!out || failed != std::errc{} || end != length.data() + length.size()) return std::nullopt;
    const bool ipv4 = cidr.substr(0, slash).find(':') == std::string_view::npos;
    if (bits > (ipv4 ? address_bits - mapped_bits : address_bits)) return std::nullopt;
    out->prefix_ = ipv4 ? bits + mapped_bits : bits;
    for (unsigned bit = out->prefix_; bit < address_bits; ++bit) {
        out->address_.at(bit / 8) &= static_cast<std::uint8_t>(~(0x80U >> bit % 8));
    }
    return out;
}

bool network::is_ipv4() const {
    return prefix_ >= mapped_bits && std::equal(mapped.begin(), mapped.end(), address_.begin());
}

bool network::contains(const network& other) const {
    // ::/0 is all of IPv6, and no IPv4, though a mapped address would fall within it.
    if (is_ipv4() != other.is_ipv4() || other.prefix_ < prefix_) return false;
    for (unsigned bit = 0; bit < prefix_; ++bit) {
        const auto differs = static_cast<unsigned>(address_.at(bit / 8) ^ other.address_.at(bit / 8));
        if ((differs & (0x80U >> bit % 8)) != 0) return false;
    }
    return true;
}

std::string network::to_string() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (is_ipv4()) {
        ::inet_ntop(AF_INET, address_.data() + mapped.size(), text.data(), text.size());
        return fmt::format("{}/{}", text.data(), prefix_ - mapped_bits);
    }
    ::inet_ntop(AF_INET6, address_.data(), text.data(), text.size());
    return fmt::format("{}/{}", text.data(), prefix_);
}

bool admits(std::span<const inbound_rule> rules, const peer& from, std::uint16_t port) {
    return std::ranges::any_of(rules, [&](const inbound_rule& rule) {
        const bool every_port = rule.protocol == "-1";
        const bool this_port = rule.protocol == "tcp" && rule.from_port <= port && port <= rule.to_port;
        if (!every_port && !this_port) return false;
        if (rule.source) return rule.source->contains(from.address);
        return std::ranges::find(from.groups, rule.source_group) != from.groups.end();
    });
}

} // namespace cruddur::cloud::ec2
