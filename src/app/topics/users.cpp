#include "app/topics/users.hpp"

#include "db/queries.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <array>

namespace cruddur::app::topics {
namespace {

checked<bound_inputs> handle_input(const http::request& from) {
    if (!input::may_be_handle(from.parameters.at(0))) return refusal{404, {"not_found"}};
    return bound_inputs{{from.parameters.at(0)}};
}

checked<bound_inputs> list_inputs(const http::request& from) {
    if (!input::may_be_handle(from.parameters.at(0))) return refusal{404, {"not_found"}};
    const auto wanted = input::page_of(from);
    if (!wanted) return wanted.error();
    bound_inputs made{wanted->parameters(), *wanted};
    made.parameters.push_back(from.parameters.at(0));
    return made;
}

// A handle is found with and without the at sign that is written before it.
checked<bound_inputs> user_search_inputs(const http::request& from) {
    const auto term = input::search_term_of(from);
    const auto wanted = input::page_of(from);
    if (auto wrong = refused(term, wanted)) return std::move(*wrong);
    const std::string handle = term->starts_with('@') ? term->substr(1) : *term;
    bound_inputs made{wanted->parameters(), *wanted,
                      "term=" + boost::urls::encode(*term, boost::urls::unreserved_chars)};
    made.parameters.push_back(*term);
    made.parameters.push_back(input::may_be_handle(handle) ? handle : "");
    return made;
}

constexpr std::array<endpoint, 4> user_topic{{
    {.method = http::verb::get,
     .pattern = "/api/users/@:handle/short",
     .who = caller_rule::nobody,
     .inputs = handle_input,
     .statement = &queries::show_user_short,
     .kind = answer_kind::document},
    {.method = http::verb::get,
     .pattern = "/api/users/@:handle/followers",
     .who = caller_rule::anybody,
     .inputs = list_inputs,
     .statement = &queries::list_followers,
     .kind = answer_kind::list},
    {.method = http::verb::get,
     .pattern = "/api/users/@:handle/following",
     .who = caller_rule::anybody,
     .inputs = list_inputs,
     .statement = &queries::list_following,
     .kind = answer_kind::list},
    {.method = http::verb::get,
     .pattern = "/api/users/search",
     .who = caller_rule::anybody,
     .inputs = user_search_inputs,
     .statement = &queries::search_users,
     .kind = answer_kind::list},
}};

} // namespace

std::span<const endpoint> user_endpoints() {
    return user_topic;
}

} // namespace cruddur::app::topics
