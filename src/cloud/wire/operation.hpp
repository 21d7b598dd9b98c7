#pragma once

#include "cloud/ground/state.hpp"
#include "cloud/wire/call_record.hpp"
#include "cloud/wire/model.hpp"
#include "cloud/wire/query_protocol.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::wire {

// One call of an operation. It runs in a transaction of its own on `db`, undone when it throws.
struct call : call_record {
    const parameters& input;
    element result; // where the response's members go
    std::vector<std::function<void()>>& effects;

    // What is to happen once the transaction has been committed, and only then: starting a server, say. It
    // runs before the answer goes out; it must not block, and what it throws is logged alone.
    void after_commit(std::function<void()> effect) const { effects.push_back(std::move(effect)); }
};

struct operation {
    std::string_view name;
    // Those of its model that it serves, as they are sent, a space between each two; every EC2 operation has
    // DryRun, too. What AWS has beside them is refused.
    std::string_view members;
    void (*run)(const call&);
};

// A service of the query protocol: all that it can do stands in its table.
struct query_service {
    service_identity identity;
    std::span<const operation> operations;
    const service_model& model;
};

} // namespace cruddur::cloud::wire
