#pragma once

#include "app/input/validation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cruddur::app::input {

// What a search asks for: all of its words and marks, by any of its authors.
struct search_query {
    std::string words;                // for to_tsquery; "" where there are none
    std::vector<std::string> marks;   // "#tag", "@handle"; with a '*' behind it, all that begin so
    std::vector<std::string> authors; // handles, as they were written

    bool operator==(const search_query&) const = default;
};

// Reads a term: words, `word*` for all that begin so, `"a phrase"`, `#tag`, `@handle` and `from:handle`.
// Nothing in it is an operator: whatever else is typed is quoted, and finds the words that are in it.
[[nodiscard]] search_query search_query_of(std::string_view term);

// A search shows its newest 1,000 results and no more. How many of them came before this page, ?seen=, is
// told by the link that leads to it: cursor_invalid for what no link says.
constexpr unsigned search_results_max = 1'000;
[[nodiscard]] checked<unsigned> seen_of(const http::request& from);

} // namespace cruddur::app::input
