#pragma once

#include "cloud/wire/environment.hpp"
#include "cloud/wire/identity.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cruddur::cloud::wire {

// The record of one call, whatever protocol it came by: the endpoint makes it once it is known what is asked
// for, and fills it in as the call goes its way. Handlers work by it, and what is logged, counted and
// answered is read from it. What was asked and what is answered are values in the model's own names (see
// codec.hpp).
struct call {
    environment& env;
    ground::state& db;
    std::chrono::system_clock::time_point now;
    std::string request_id;
    std::string service;   // "rds"; "" of a page that is local alone
    std::string operation; // "CreateDBInstance", likewise
    std::string region;    // that the signature names
    std::string caller{};  // the profile whose key signed it; "" where any key will do
    identity whose{};
    bool is_identified = false;  // whether it is known who calls, be it anybody where anybody may
    std::string peer{};          // the address that it came from
    std::string user_agent{};    // what the client calls itself
    boost::json::object input{}; // checked against the operation's model; without nulls
    std::unique_ptr<ground::transaction>
        transaction{};            // of an operation that runs at once; undone with the call
    boost::json::object answer{}; // what its handler returned
    mutable std::vector<std::function<void()>> effects{};

    // What is to happen once all is committed, and only then: starting a server, say. It runs before the
    // answer goes out; it must not block, and what it throws is logged alone.
    void after_commit(std::function<void()> effect) const { effects.push_back(std::move(effect)); }
};

} // namespace cruddur::cloud::wire
