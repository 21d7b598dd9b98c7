#pragma once

#include <string>

namespace cruddur::test {

// What the tests start and read, by full path: nothing is looked up.
extern const std::string program_path;    // the program built here
extern const std::string function_path;   // post-confirmation, built here
extern const std::string checkout_folder; // the sources
extern const std::string node_path;       // Node.js

} // namespace cruddur::test
