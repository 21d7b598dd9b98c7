#include "app/identity/client_address.hpp"

#include "http/text.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace cruddur::app::identity {

namespace ip = boost::asio::ip;

namespace {

// An IPv4 address that was written as one of IPv6 is that IPv4 address.
std::optional<ip::address> address_of(std::string_view text) {
    boost::system::error_code failed;
    ip::address made = ip::make_address(text, failed);
    if (failed) return std::nullopt;
    if (made.is_v6() && made.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, made.to_v6());
    return made;
}

// An entry of X-Forwarded-For, which may have a port: 192.0.2.1:4711, [2001:db8::1]:4711.
std::optional<ip::address> address_of_entry(std::string_view entry) {
    if (entry.starts_with('[')) {
        const auto end = entry.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        entry = entry.substr(1, end - 1);
    } else if (std::ranges::count(entry, ':') == 1) {
        entry = entry.substr(0, entry.find(':'));
    }
    return address_of(entry);
}

[[noreturn]] void refuse(std::string_view entry, std::string_view reason) {
    throw std::invalid_argument{
        fmt::format("CRUDDUR_TRUSTED_PROXIES (--trusted-proxies) lists networks and addresses, parted by "
                    "commas, such as 10.0.0.0/8,fd00::/8: {} {}.",
                    entry.empty() ? "an entry" : fmt::format("\"{}\"", entry), reason)};
}

template<class Network>
Network checked_network(std::string_view entry, const Network& made,
                        const boost::system::error_code& failed) {
    if (failed) refuse(entry, "is none");
    if (made.canonical() != made)
        refuse(entry, fmt::format("has bits beyond its prefix, {} has none", made.canonical().to_string()));
    return made;
}

// Takes the last entry off a list parted by commas.
std::string_view take_last(std::string_view& list) {
    const auto comma = list.rfind(',');
    const auto entry = list.substr(comma == std::string_view::npos ? 0 : comma + 1);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(0, comma);
    return http::trim(entry);
}

} // namespace

struct client_address::networks {
    std::vector<ip::network_v4> v4;
    std::vector<ip::network_v6> v6;

    void add(std::string_view entry) {
        if (entry.empty()) refuse(entry, "is empty");
        const bool is_network = entry.find('/') != std::string_view::npos;
        const bool is_v6 = entry.find(':') != std::string_view::npos;
        const std::string text =
            is_network ? std::string{entry} : fmt::format("{}/{}", entry, is_v6 ? 128 : 32);
        boost::system::error_code failed;
        if (is_v6) {
            const auto made = ip::make_network_v6(text, failed);
            v6.push_back(checked_network(entry, made, failed));
        } else {
            const auto made = ip::make_network_v4(text, failed);
            v4.push_back(checked_network(entry, made, failed));
        }
    }

    [[nodiscard]] bool contain(const ip::address& one) const {
        const auto holds = [](const auto& these, const auto& address) {
            return std::ranges::any_of(these, [&](const auto& network) {
                return std::remove_cvref_t<decltype(network)>{address, network.prefix_length()}.canonical() ==
                       network;
            });
        };
        return one.is_v4() ? holds(v4, one.to_v4()) : holds(v6, one.to_v6());
    }
};

client_address::client_address(std::string_view proxies)
    : trusted_{[&proxies] {
        auto made = std::make_unique<networks>();
        while (!proxies.empty()) {
            const bool more = proxies.find(',') != std::string_view::npos;
            made->add(take_last(proxies));
            if (more && proxies.empty()) refuse("", "is empty");
        }
        return made;
    }()} {}

client_address::client_address(client_address&&) noexcept = default;
client_address::~client_address() = default;

bool client_address::trusts_none() const {
    return trusted_->v4.empty() && trusted_->v6.empty();
}

std::string client_address::of(const http::request& request) const {
    const auto peer = address_of(request.peer);
    if (!peer || !trusted_->contain(*peer)) return "";
    std::optional<ip::address> client;
    for (const auto& [name, value] : request.fields | std::views::reverse) {
        if (!http::equals_ignoring_case(name, "x-forwarded-for")) continue;
        for (std::string_view list = value; !list.empty();) {
            const auto entry = address_of_entry(take_last(list));
            if (!entry) return client ? client->to_string() : "";
            client = entry;
            if (!trusted_->contain(*entry)) return client->to_string();
        }
    }
    return client ? client->to_string() : "";
}

std::string counted_as(std::string_view address) {
    const auto made = address_of(address);
    if (!made) return std::string{address};
    if (made->is_v4()) return made->to_string();
    return ip::network_v6{made->to_v6(), 64}.canonical().to_string();
}

bool is_loopback(std::string_view address) {
    return address == "127.0.0.1" || address == "::1" || address.starts_with("127.") ||
           address.starts_with("::ffff:127.");
}

} // namespace cruddur::app::identity
