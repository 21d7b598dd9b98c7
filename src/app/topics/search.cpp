#include "app/topics/search.hpp"

#include "app/input/search_query.hpp"
#include "db/queries.hpp"
#include "postgres/array_text.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <array>

namespace cruddur::app::topics {
namespace {

std::string array_of(const std::vector<std::string>& texts) {
    postgres::array_text all;
    for (const std::string& each : texts)
        all.add(each);
    return std::string{all.close()};
}

checked<bound_inputs> search_inputs(const http::request& from) {
    const auto term = input::search_term_of(from);
    const auto wanted = input::page_of(from);
    const auto seen = input::seen_of(from);
    if (auto wrong = refused(term, wanted, seen)) return std::move(*wrong);
    const auto query = input::search_query_of(*term);
    bound_inputs made{wanted->parameters(), *wanted,
                      "term=" + boost::urls::encode(*term, boost::urls::unreserved_chars) +
                          "&seen=" + std::to_string(*seen + wanted->limit)};
    made.parameters.push_back(std::to_string(input::search_results_max - *seen));
    made.parameters.push_back(query.words);
    made.parameters.push_back(array_of(query.marks));
    made.parameters.push_back(array_of(query.authors));
    return made;
}

constexpr std::array<endpoint, 1> search_topic{{
    {.method = http::verb::get,
     .pattern = "/api/activities/search",
     .who = caller_rule::anybody,
     .inputs = search_inputs,
     .statement = &queries::search_activities,
     .kind = answer_kind::activities,
     .slow = true},
}};

} // namespace

std::span<const endpoint> search_endpoints() {
    return search_topic;
}

} // namespace cruddur::app::topics
