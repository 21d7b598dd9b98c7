#pragma once

#include "http/message.hpp"
#include "http/router.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cruddur::http {

// Tells the programs of this machine from the pages of anybody: a browser reaches a port of loopback for
// every page that it shows, and says for which in Host, Origin and Sec-Fetch-Site, which no page can set.
// For listeners that serve this machine alone. A value, safe on any thread.
class caller_check {
public:
    // `bound` is the host that the listener was given: an address or a name. An unspecified address (0.0.0.0,
    // ::) stands for every address.
    explicit caller_check(std::string bound);

    // Why the request was meant for another host, for its sender; nullopt where Host, and the authority of an
    // absolute target, name the bound one, loopback, localhost or a name below it, or a name without dots.
    [[nodiscard]] std::optional<std::string> refuse_host(const request& request) const;
    // Why a page of another origin sent it; nullopt for a page of this listener's, and for no page at all.
    [[nodiscard]] static std::optional<std::string> refuse_page(const request& request);

private:
    [[nodiscard]] bool names_us(std::string_view authority) const;

    std::string bound_;
    bool any_address_;
};

// Both rules, as server_params::admit takes them, for a listener that offers pages of others nothing.
[[nodiscard]] shortcut own_callers_only(std::string bound);

// Whether it is localhost, a name below it, or a loopback address, with or without brackets.
[[nodiscard]] bool is_loopback_name(std::string_view host);
// Whether it is http or https of such a host, with any port.
[[nodiscard]] bool is_loopback_origin(std::string_view origin);
// A person followed a link or typed the address: whatever site led there, its pages cannot see the answer.
[[nodiscard]] bool is_visit(const request& request);
// The body has a type that a form can send to any host without asking it first.
[[nodiscard]] bool has_form_content(const request& request);
// Every Content-Type of it is application/x-www-form-urlencoded, and there is one.
[[nodiscard]] bool has_urlencoded_content(const request& request);

} // namespace cruddur::http
