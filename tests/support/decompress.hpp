#pragma once

#include <string>

namespace cruddur::test {

// The text of a body of at most a megabyte, whole or the test fails.
std::string unzip(const std::string& bytes);
std::string unbrotli(const std::string& bytes);

} // namespace cruddur::test
