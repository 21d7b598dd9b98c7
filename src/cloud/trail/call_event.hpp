#pragma once

#include "cloud/wire/operation.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::cloud::trail {

// Who called, in CloudTrail's words.
struct caller_facts {
    std::string type{};         // "Root", "IAMUser", "AssumedRole", "Unknown"
    std::string principal_id{}; // "AIDA…", "AROA…:session"
    std::string arn{};
    std::string username{};   // as LookupEvents knows it: of a session its name
    std::string access_key{}; // "" of who has none
    std::string role{};       // of a session, its role: the name,
    std::string role_arn{};
    std::string role_id{};
};

// A call that is over, with all that an event is made of.
struct finished_call {
    const wire::service* of = nullptr;
    const wire::model_operation* operation = nullptr;
    std::chrono::system_clock::time_point at{};
    std::string request_id{};
    std::string region{};
    caller_facts caller{};
    std::string peer{};
    std::string user_agent{};
    boost::json::object input{};
    boost::json::object answer{};
    std::string error_code{}; // "" of one that went well
    std::string error_message{};
    std::size_t body_bytes = 0;
};

struct event_resource {
    std::string type; // "AWS::RDS::DBInstance"
    std::string name;
};

// An event as it is kept.
struct call_event {
    std::int64_t at_ms = 0;
    std::string id{};
    std::string name{};
    std::string source{}; // "rds.amazonaws.com"
    std::string username{};
    std::string access_key{};
    std::string region{};
    bool read_only = false;
    std::vector<event_resource> resources{};
    std::string document{}; // CloudTrail's record, as JSON
};

// An event with its record, for who acts on it.
struct told_event {
    call_event event{};
    boost::json::object record{};
};

// Whether CloudTrail has events of that operation: it leaves out what reads and writes the data of a service.
[[nodiscard]] bool is_management(std::string_view service, std::string_view operation);
// Whether it changes nothing.
[[nodiscard]] bool is_read_only(std::string_view service, std::string_view operation);
// The services whose events are of us-east-1, wherever they were called from.
[[nodiscard]] bool is_global(std::string_view service);

// What is kept of a call. What is secret of its input, its answer and its message is left out, or hidden as
// AWS hides it: by the model, and by the names that such things have. Needs no state: on any thread.
[[nodiscard]] told_event event_of(const finished_call& done);

// The resources that a call names.
[[nodiscard]] std::vector<event_resource> resources_of(const finished_call& done);

// A value of an input or answer as a record has it: by its model, in CloudTrail's names, without its secrets.
// Those go to `hidden`, so that they can be found in a message.
[[nodiscard]] boost::json::object told_values(std::string_view service, const wire::model_shape& shape,
                                              const boost::json::object& values,
                                              std::vector<std::string>& hidden);

} // namespace cruddur::cloud::trail
