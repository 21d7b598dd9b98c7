#include "aws/address.hpp"

#include "aws/http.hpp"

#include <boost/algorithm/string/trim.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cruddur::aws {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t quoted_max = 45; // the longest address

bool within(const ip::address& address, const std::array<const char*, 6>& networks) {
    return std::ranges::any_of(networks, [&](const char* network) {
        if (address.is_v4() && std::string_view{network}.find(':') == std::string_view::npos) {
            const auto range = ip::make_network_v4(network);
            return ip::network_v4{address.to_v4(), range.prefix_length()}.canonical() == range;
        }
        if (address.is_v6() && std::string_view{network}.find(':') != std::string_view::npos) {
            const auto range = ip::make_network_v6(network);
            return ip::network_v6{address.to_v6(), range.prefix_length()}.canonical() == range;
        }
        return false;
    });
}

bool is_private(const ip::address& address) {
    return within(address, {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                            "169.254.0.0/16", "fc00::/7"}) ||
           (address.is_v6() && address.to_v6().is_link_local());
}

// Printable, and no longer than an address: the text may be a whole page.
std::string in_quotes(std::string_view text) {
    std::string shown{text.substr(0, quoted_max)};
    std::ranges::replace_if(
        shown, [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
    return shown;
}

} // namespace

result<std::string> check_address(std::string_view text, reach widest) {
    std::string bare = boost::trim_copy(std::string{text});
    const std::size_t slash = bare.find('/');
    const std::string prefix = slash == std::string::npos ? std::string{} : bare.substr(slash + 1);
    boost::system::error_code failed;
    auto address = ip::make_address(bare.substr(0, slash), failed);
    if (!failed && address.is_v6() && address.to_v6().is_v4_mapped())
        address = ip::make_address_v4(ip::v4_mapped, address.to_v6());
    if (failed || bare.find('%') != std::string::npos) {
        return misconfigured(fmt::format("'{}' is no IP address", in_quotes(bare)),
                             "An address looks like 203.0.113.7.");
    }
    if (slash != std::string::npos && prefix != (address.is_v4() ? "32" : "128")) {
        return misconfigured(
            fmt::format("'{}' is a range, and a rule here admits one address", in_quotes(bare)),
            "Give the address alone; `aws ec2 authorize-security-group-ingress` admits ranges.");
    }
    if (address.is_unspecified() || address.is_multicast()) {
        return misconfigured(fmt::format("{} is the address of no machine", address.to_string()),
                             "Give the address that this machine has on the internet.");
    }
    if (address.is_loopback() && widest < reach::this_machine) {
        return misconfigured(
            fmt::format("{} is this machine's own address, and AWS never sees it", address.to_string()),
            "Give the address that this machine has on the internet.");
    }
    if (is_private(address) && widest < reach::private_network) {
        return misconfigured(
            fmt::format("{} is an address of a private network, and AWS sees another", address.to_string()),
            "Give an address as an argument: cruddur rds allow-ip ADDRESS");
    }
    return address.to_string();
}

result<std::string> ask_address(const std::string& url, const std::string& ca_file) {
    constexpr std::chrono::milliseconds timeout{10'000};
    if (!url.starts_with("https://")) {
        return misconfigured(
            "The address service is not asked over TLS",
            "Anyone on the way could answer, and be let into the database: name an https URL.");
    }
    const auto answer = send({.url = url, .ca_file = ca_file, .timeout = timeout});
    if (!answer) {
        auto failed = answer.error();
        failed.hint = "Give the address yourself: cruddur rds allow-ip ADDRESS, or set GITPOD_IP.";
        return failed;
    }
    auto checked = check_address(answer->body, reach::internet);
    if (answer->status == 200 && checked) return checked;
    const std::string why =
        answer->status != 200 ? fmt::format("HTTP status {}", answer->status) : checked.error().message;
    return error{.kind = failure::failed,
                 .message = fmt::format("{} does not tell this machine's address: {}", url, why),
                 .hint = "Give the address yourself: cruddur rds allow-ip ADDRESS, or set GITPOD_IP."};
}

std::string cidr_of(const std::string& address) {
    return address + (address.find(':') == std::string::npos ? "/32" : "/128");
}

} // namespace cruddur::aws
