#pragma once

#include <string_view>

namespace cruddur::postgres {

// The condition name that PostgreSQL's manual, appendix A, gives this SQLSTATE, or "" for a code that it does
// not name.
[[nodiscard]] std::string_view condition_of(std::string_view sqlstate);

// What a person can do about this SQLSTATE, in one sentence: the code's own hint, else its class's, else "".
[[nodiscard]] std::string_view hint_of(std::string_view sqlstate);

} // namespace cruddur::postgres
