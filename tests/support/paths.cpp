#include "support/paths.hpp"

namespace cruddur::test {

const std::string program_path = CRUDDUR_PROGRAM;
const std::string function_path = CRUDDUR_FUNCTION;
const std::string checkout_folder = CRUDDUR_SOURCE_DIR;
const std::string node_path = CRUDDUR_NODE;

} // namespace cruddur::test
