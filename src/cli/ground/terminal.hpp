#pragma once

#include <string>
#include <string_view>

namespace cruddur::cli::ground {

// Asks on the terminal and reads one line, which is not shown while it is typed. Where there is no terminal,
// reads a line of standard input. "" at its end.
std::string read_secret(std::string_view question);

// Whether a person can be asked.
bool can_ask();
// Asks on the terminal for one line. "" at its end.
std::string read_answer(std::string_view question);

} // namespace cruddur::cli::ground
