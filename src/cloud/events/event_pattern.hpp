#pragma once

#include <boost/json/object.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace cruddur::cloud::events {

// A pattern that EventBridge does not take; the text is the reason, in AWS's words.
class malformed_pattern : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Which events a rule is about: an object whose members are objects again, down to lists of what a field of
// the event may have. It knows exact values, prefix, suffix, anything-but, exists, numeric, cidr,
// equals-ignore-case and wildcard, and $or.
class event_pattern {
public:
    // Throws malformed_pattern.
    static event_pattern parse(std::string_view text);

    [[nodiscard]] bool matches(const boost::json::object& event) const;

private:
    explicit event_pattern(boost::json::object pattern);

    boost::json::object pattern_;
};

} // namespace cruddur::cloud::events
