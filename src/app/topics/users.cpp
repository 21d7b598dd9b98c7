#include "app/topics/users.hpp"

#include "db/queries.hpp"

#include <array>

namespace cruddur::app::topics {
namespace {

checked<bound_inputs> handle_input(const http::request& from) {
    if (!input::may_be_handle(from.parameters.at(0))) return refusal{404, {"not_found"}};
    return bound_inputs{{from.parameters.at(0)}};
}

constexpr std::array<endpoint, 1> user_topic{{
    {.method = http::verb::get,
     .pattern = "/api/users/@:handle/short",
     .who = caller_rule::nobody,
     .inputs = handle_input,
     .statement = &queries::show_user_short,
     .kind = answer_kind::document},
}};

} // namespace

std::span<const endpoint> user_endpoints() {
    return user_topic;
}

} // namespace cruddur::app::topics
