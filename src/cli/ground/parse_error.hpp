#pragma once

#include "cli/ground/exit_code.hpp"

#include <CLI/App.hpp>
#include <CLI/Error.hpp>

#include <cstddef>
#include <iosfwd>
#include <string_view>

namespace cruddur::cli::ground {

// The number of characters to insert, remove or change to make one word of the other.
std::size_t distance(std::string_view one, std::string_view other);

// Prints what CLI11 stopped with. Asking for --help or --version is done; anything else is wrong usage, told
// in one line, with the flag or command that was probably meant and where the help is.
exit_code report(const CLI::App& app, const CLI::ParseError& stopped, std::ostream& out, std::ostream& err);

} // namespace cruddur::cli::ground
