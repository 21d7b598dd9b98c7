#pragma once

#include "cloud/wire/call.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace cruddur::cloud::door {

// What callers asked for that local AWS does not have, and how often: each is logged once. Beyond names_max,
// further ones are counted together. On the loop's thread.
class missing_operations {
public:
    static constexpr std::size_t names_max = 1'000;

    void count(const wire::call& in);
    // {"missing": [{"service", "operation", "times"}]}, in the order of their names.
    [[nodiscard]] std::string to_json() const;
    // A line each, "3 × iam ListUsers", those first that were asked for the most often; beyond lines_max, one
    // that counts the others.
    [[nodiscard]] std::vector<std::string> lines(std::size_t lines_max) const;

private:
    std::map<std::pair<std::string, std::string>, std::uint64_t> times_;
};

} // namespace cruddur::cloud::door
