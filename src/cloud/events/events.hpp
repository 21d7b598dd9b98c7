#pragma once

#include "cloud/events/event_bus.hpp"
#include "cloud/events/rule_records.hpp"
#include "cloud/wire/input.hpp"
#include "cloud/wire/operation.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace cruddur::cloud::events {

namespace json = boost::json;
using ground::refusal;
using wire::call;
using wire::optional_integer;
using wire::optional_text;
using wire::text_of;

// EventBridge.
[[nodiscard]] const wire::service& events_service();

// The rule that a member names, which is there; on the default bus, which is the only one.
[[nodiscard]] rule existing_rule(const call& in, std::string_view member);
void check_bus(const call& in);
[[noreturn]] void refuse_validation(std::string message);
// The bus hears of changed rules once they are committed.
void read_rules_again(const call& in);

// The operations, by file.
json::object delete_rule_operation(const call& in);
json::object describe_rule(const call& in);
json::object disable_rule(const call& in);
json::object enable_rule(const call& in);
json::object list_rule_names_by_target(const call& in);
json::object list_rules(const call& in);
json::object put_rule(const call& in);

json::object list_targets_by_rule(const call& in);
json::object put_targets(const call& in);
json::object remove_targets(const call& in);

json::object put_events(const call& in);
json::object test_event_pattern(const call& in);

} // namespace cruddur::cloud::events
