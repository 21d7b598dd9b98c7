#include "cloud/ec2/rules.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>

namespace cruddur::cloud::ec2 {

namespace {

namespace ip = boost::asio::ip;

constexpr unsigned mapped_bits = 96;
constexpr unsigned address_bits = 128;

ip::network_v6 range_of(const std::array<std::uint8_t, 16>& address, unsigned prefix) {
    return ip::network_v6{ip::address_v6{address}, static_cast<unsigned short>(prefix)};
}

} // namespace

std::optional<network> network::of_address(std::string_view address) {
    boost::system::error_code failed;
    const auto found = ip::make_address(address, failed);
    if (failed || address.find('%') != std::string_view::npos) return std::nullopt;
    const auto whole = found.is_v4() ? ip::make_address_v6(ip::v4_mapped, found.to_v4()) : found.to_v6();
    return network{whole.to_bytes(), address_bits};
}

std::optional<network> network::parse(std::string_view cidr) {
    const std::size_t slash = cidr.find('/');
    auto out = of_address(cidr.substr(0, slash));
    boost::system::error_code failed;
    const auto length = cidr.find(':') == std::string_view::npos
                            ? ip::make_network_v4(cidr, failed).prefix_length() + mapped_bits
                            : ip::make_network_v6(cidr, failed).prefix_length();
    if (!out || failed) return std::nullopt;
    return network{range_of(out->address_, length).canonical().address().to_bytes(), length};
}

bool network::is_ipv4() const {
    return prefix_ >= mapped_bits && ip::address_v6{address_}.is_v4_mapped();
}

bool network::contains(const network& other) const {
    // ::/0 is all of IPv6, and no IPv4, though a mapped address would fall within it.
    return is_ipv4() == other.is_ipv4() && prefix_ <= other.prefix_ &&
           range_of(other.address_, prefix_).canonical() == range_of(address_, prefix_);
}

unsigned network::prefix_length() const {
    return is_ipv4() ? prefix_ - mapped_bits : prefix_;
}

std::string network::to_string() const {
    if (!is_ipv4()) return range_of(address_, prefix_).to_string();
    return ip::network_v4{ip::make_address_v4(ip::v4_mapped, ip::address_v6{address_}),
                          static_cast<unsigned short>(prefix_ - mapped_bits)}
        .to_string();
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
