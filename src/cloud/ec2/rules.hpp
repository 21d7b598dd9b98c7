#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::ec2 {

// An IPv4 or IPv6 network. IPv4 stands as its mapped IPv6 form (::ffff:a.b.c.d), so that a peer that came
// through a socket of either family is one and the same.
class network {
public:
    // "203.0.113.7/32", "2001:db8::/32": an address with the length of its prefix. Host bits are cleared, as
    // AWS does. nullopt where it is malformed.
    static std::optional<network> parse(std::string_view cidr);
    // A single address, with no prefix.
    static std::optional<network> of_address(std::string_view address);

    [[nodiscard]] bool is_ipv4() const;
    [[nodiscard]] bool contains(const network& other) const;
    [[nodiscard]] unsigned prefix_length() const; // of an IPv4 network from 0 to 32
    [[nodiscard]] std::string to_string() const;  // canonical, as AWS shows it

    friend bool operator==(const network&, const network&) = default;

private:
    network(const std::array<std::uint8_t, 16>& address, unsigned prefix)
        : address_{address}
        , prefix_{prefix} {}

    std::array<std::uint8_t, 16> address_;
    unsigned prefix_; // in bits of the mapped form
};

// What an inbound rule of a security group admits: a network, or the members of a security group.
struct inbound_rule {
    std::string protocol; // "tcp", "udp", "icmp", "icmpv6", a number, or "-1" for every protocol and port
    std::int64_t from_port = -1;
    std::int64_t to_port = -1;
    std::optional<network> source;
    std::string source_group; // where there is no network
};

// Who asks for a connection: where it comes from, and the security groups it is a member of.
struct peer {
    network address;
    std::vector<std::string> groups;
};

// Whether one of the rules admits a TCP connection from this peer to this port. No rule admits nothing.
[[nodiscard]] bool admits(std::span<const inbound_rule> rules, const peer& from, std::uint16_t port);

} // namespace cruddur::cloud::ec2
