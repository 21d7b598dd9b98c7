#pragma once

#include "cloud/wire/environment.hpp"

#include <chrono>
#include <string>

namespace cruddur::cloud::wire {

// What is known of every call, whatever protocol it came by. What it asks for and where its answer goes are
// the protocol's: call, json_call and web_call.
struct call_record {
    environment& env;
    ground::state& db;
    std::string service;   // "rds"; "" of a page that is local alone
    std::string operation; // "CreateDBInstance", likewise
    std::string caller;    // the profile whose key signed the request; "" where any key will do, or none
    std::string region;
    std::string request_id;
    std::chrono::system_clock::time_point now;
};

} // namespace cruddur::cloud::wire
