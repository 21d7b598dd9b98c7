#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cli::ground {

// "http://host:4566", without the port where it is the scheme's own, of an http or https URL of a host, as
// browsers write it; "" for anything else.
[[nodiscard]] std::string origin_of(std::string_view url);

// Adds the origins of CORS that a variable of that name lists, URLs parted by commas: each without its path,
// as browsers write it. "*" is every origin. Returns what is wrong with the list, for the operator, or "".
[[nodiscard]] std::string add_origins(std::string_view variable, std::string_view list,
                                      std::vector<std::string>& into);

// Those of FRONTEND_URL and BACKEND_URL.
[[nodiscard]] std::string origins_of_environment(std::vector<std::string>& into);
// What to say of a list that lets in every origin, or "".
[[nodiscard]] std::string warning_of(const std::vector<std::string>& origins);

// "http://HOST:PORT", an IPv6 address in brackets.
[[nodiscard]] std::string address_of(std::string_view host, unsigned port);

} // namespace cruddur::cli::ground
