#pragma once

#include "http/message.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace cruddur::app::identity {

// Whose request it is: the peer's or, where the peer is a trusted proxy, that of whoever the last entry of
// X-Forwarded-For names that no trusted proxy is. What a client wrote into that field itself stands before
// that entry and means nothing. An entry that is no address ends the search: the request is then the
// proxy's that took it over. A value, safe on any thread.
class client_address {
public:
    // `proxies` lists networks (10.0.0.0/8, fd00::/8) and addresses, parted by commas; "" trusts none. Throws
    // std::invalid_argument, whose text is for the operator.
    explicit client_address(std::string_view proxies);
    client_address(client_address&&) noexcept;
    ~client_address();

    // "" where it is the peer.
    [[nodiscard]] std::string of(const http::request& request) const;
    [[nodiscard]] bool trusts_none() const;

private:
    struct networks;
    std::unique_ptr<const networks> trusted_;
};

// Whom an address's requests are counted for: itself and, as an IPv6 network's customer has at least a /64 of
// addresses, that.
[[nodiscard]] std::string counted_as(std::string_view address);
// Whether a peer is of this machine.
[[nodiscard]] bool is_loopback(std::string_view address);

} // namespace cruddur::app::identity
