#pragma once

#include "cloud/ground/state.hpp"
#include "cloud/wire/environment.hpp"
#include "cloud/wire/query_protocol.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::wire {

// One call of an operation. It runs in a transaction of its own on `db`, undone when it throws.
struct call {
    ground::state& db;
    const parameters& input;
    element result; // where the response's members go
    std::string_view action;
    std::string region;
    environment& env;
    std::vector<std::function<void()>>& effects;
    std::string caller; // the profile whose key signed the request; "" where any key will do

    // What is to happen once the transaction has been committed, and only then: starting a server, say. It
    // runs before the answer goes out; it must not block, and what it throws is logged alone.
    void after_commit(std::function<void()> effect) const { effects.push_back(std::move(effect)); }
};

struct operation {
    std::string_view name;
    std::span<const member> members; // beside Action and Version; every EC2 operation has DryRun, too
    void (*run)(const call&);
};

// A service of the query protocol: all that it can do stands in its table.
struct query_service {
    service_identity identity;
    std::span<const operation> operations;
};

} // namespace cruddur::cloud::wire
