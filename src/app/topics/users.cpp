#include "app/topics/users.hpp"

#include "db/queries.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace cruddur::app::topics {
namespace {

constexpr std::size_t handle_characters_max = 50;

// What cannot be a handle is nobody's, and the database need not hear of it.
bool may_be_handle(std::string_view text) {
    return !text.empty() && text.size() <= handle_characters_max && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
               c == '.' || c == '-';
    });
}

checked<bound_inputs> handle_input(const http::request& from) {
    if (!may_be_handle(from.parameters.at(0))) return refusal{404, {"not_found"}};
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
