#pragma once

#include "cloud/query_protocol.hpp"
#include "cloud/state.hpp"

#include <span>
#include <string>
#include <string_view>

namespace cruddur::cloud {

// One call of an operation. It runs in a transaction of its own on `db`, undone when it throws.
struct call {
    state& db;
    const parameters& input;
    element result; // where the response's members go
    std::string_view action;
    std::string region;
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

[[nodiscard]] const query_service& ec2_service();
[[nodiscard]] const query_service& sts_service();

} // namespace cruddur::cloud
