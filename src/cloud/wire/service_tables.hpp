#pragma once

#include "cloud/wire/json_protocol.hpp"
#include "cloud/wire/model.hpp"
#include "cloud/wire/operation.hpp"
#include "cloud/wire/web.hpp"

#include <span>
#include <string_view>

namespace cruddur::cloud::wire {

// What one service answers: its table in the protocol that it speaks, and the paths that it has beside that.
struct service_tables {
    const query_service* query = nullptr;
    const json_service* json = nullptr;
    std::span<const web_route> routes{};
    std::string_view routes_scope{};      // of the credentials that the routes take; "" takes any
    const service_model* model = nullptr; // what AWS's own service is asked
};

// All that local AWS answers, but for the preflight of "/": the door has the list, and hands it to whoever
// reads it. Its tables live as long as the program.
using service_list = std::span<const service_tables>;

} // namespace cruddur::cloud::wire
