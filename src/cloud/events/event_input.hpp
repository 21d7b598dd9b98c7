#pragma once

#include "cloud/events/rule_records.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace boost::json {
class object;
}

namespace cruddur::cloud::events {

// A path or template that EventBridge does not take.
class malformed_input : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// What of an event a target is sent: its Input, the part at its InputPath ("$.detail.eventName"), its
// transformer's template with what the paths find in the event, or the whole.
[[nodiscard]] std::string input_of(const target& of, const boost::json::object& event);

// Throws malformed_input.
void check_input(const target& of);

} // namespace cruddur::cloud::events
