#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cli::ground {

// Whether a descriptor is a terminal that may be coloured: NO_COLOR and TERM=dumb say no.
[[nodiscard]] bool coloured(int descriptor);

// "== db-create" on standard output, in cyan on a terminal.
void print_label(std::string_view name);

// Columns as wide as their longest value, under their names. Control characters are shown as '?'.
[[nodiscard]] std::string table(const std::vector<std::string>& names,
                                const std::vector<std::vector<std::string>>& rows);

// A word of a shell's: within single quotes it takes everything as it is, but for the quote itself.
[[nodiscard]] std::string shell_quoted(std::string_view text);

// "812 kB", as PostgreSQL writes sizes; "3 min", as people say how long.
[[nodiscard]] std::string size_text(std::int64_t bytes);
[[nodiscard]] std::string duration_text(std::int64_t seconds);

} // namespace cruddur::cli::ground
