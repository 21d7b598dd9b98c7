#pragma once

#include "cloud/lambda/lambda.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cruddur::cloud::lambda {

// A version of a layer that a function has.
struct used_layer {
    std::string arn;
    std::string digest; // of its zip, or psycopg2_stand_in
    std::int64_t bytes = 0;
};

// Those that Layers names, in its order; an input without it has none. Throws refusal.
[[nodiscard]] std::vector<used_layer> layers_of(const call& in);
// In the form in which the state keeps them, and back.
[[nodiscard]] std::string serialized(const std::vector<used_layer>& layers);
[[nodiscard]] std::vector<used_layer> parse_layers(const std::string& text);
// The key of the folder that they make; "" of none.
[[nodiscard]] std::string key_of(const std::vector<used_layer>& layers);
// As a function's configuration lists them.
[[nodiscard]] json::array listed(const std::vector<used_layer>& layers);

// Whether they can be unpacked beside that code: that they are not too large together, and what stands in for
// one is installed. It reads files and may start a program, so that no loop waits for it. Throws refusal.
void check_layers(const call& in, const std::vector<used_layer>& layers, const std::string& code_sha256);

} // namespace cruddur::cloud::lambda
