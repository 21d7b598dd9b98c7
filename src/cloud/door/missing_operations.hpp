#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace cruddur::cloud::door {

// What callers asked for that local AWS does not have, and how often: each is logged once. Beyond names_max,
// further ones are counted together. On the loop's thread.
class missing_operations {
public:
    static constexpr std::size_t names_max = 1'000;

    void count(const std::string& service, const std::string& operation);
    // {"missing": [{"service", "operation", "times"}]}, in the order of their names.
    [[nodiscard]] std::string to_json() const;

private:
    std::map<std::pair<std::string, std::string>, std::uint64_t> times_;
};

} // namespace cruddur::cloud::door
