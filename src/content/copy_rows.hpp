#pragma once

#include "content/demo.hpp"
#include "content/world.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::content {

// The rows of one table, for COPY: `more` appends some of them to the text, and returns false once there were
// none left.
struct copied_table {
    std::string_view name;
    std::int64_t demo_rows::*count; // null: they are not told by themselves
    std::string_view copy;          // the statement
    std::function<bool(std::string&)> more;
};

// Each table's rows, in the order in which they are copied: with the counts and the entries that the schema's
// triggers would write. `of` outlives them.
[[nodiscard]] std::vector<copied_table> tables_of(const world& of);

} // namespace cruddur::content
