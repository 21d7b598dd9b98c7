#pragma once

#include "aws/error.hpp"

#include <string>
#include <string_view>

namespace cruddur::aws {

// Which addresses may stand in a rule: those that AWS can see on a packet's way in from the internet, or also
// those of a network of one's own (a VPN, a peered VPC), or also this machine's own.
enum class reach : unsigned char { internet, private_network, this_machine };

// An IPv4 or IPv6 address, in its canonical form; "/32" and "/128" may follow. Whatever else the text holds
// is refused, and quoted only in part.
[[nodiscard]] result<std::string> check_address(std::string_view text, reach widest);

// This machine's address as the internet sees it, asked of a service over TLS that answers with an address in
// plain text.
[[nodiscard]] result<std::string> ask_address(const std::string& url, const std::string& ca_file);

// The range of this one address: /32, or /128.
[[nodiscard]] std::string cidr_of(const std::string& address);

} // namespace cruddur::aws
