#pragma once

#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::cloud::wire {

// One page of a list. The token of the next page is opaque to callers and survives a restart.
struct page {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string next;                  // empty on the last page
    std::string_view token = "Marker"; // as what it goes out
};

// A page as it is answered: under that name, what is shown, each as `described` has it, and the next token.
template<class List, class Describe>
boost::json::object listed(std::string_view name, const List& all, const page& shown, Describe described) {
    boost::json::array list;
    for (std::size_t i = shown.begin; i < shown.end; ++i)
        list.emplace_back(described(all[i]));
    boost::json::object out{{name, std::move(list)}};
    if (!shown.next.empty()) out[shown.token] = shown.next;
    return out;
}

// RDS: MaxRecords (20 to 100, default 100) and Marker.
[[nodiscard]] page page_by_marker(const boost::json::object& input, std::size_t size);
// The same of a list that is sorted by these keys, each once: what is deleted or made between two pages
// shifts nothing, since the marker holds the last key that was shown.
[[nodiscard]] page page_by_key(const boost::json::object& input, const std::vector<std::string>& keys);
// EC2: MaxResults (5 to 1000; without it everything) and NextToken.
[[nodiscard]] page page_by_token(const boost::json::object& input, std::size_t size);
// The `most` from the place on that the token of a page before holds; nullopt where it holds none.
[[nodiscard]] std::optional<page> page_at(const std::optional<std::string>& token, std::size_t most,
                                          std::size_t size);

// A filter of a Describe operation: the resource has the attribute with one of the values.
struct filter {
    std::string name;
    std::vector<std::string> values; // in EC2 with the wildcards * and ?, and \ before a literal one
};

// The request's Filters.
[[nodiscard]] std::vector<filter> read_filters(const boost::json::object& input);
// EC2's wildcards: * is any text, ? any character, \ takes the next as it is.
[[nodiscard]] bool matches_wildcard(std::string_view pattern, std::string_view text);

} // namespace cruddur::cloud::wire
