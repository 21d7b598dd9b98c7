#pragma once

#include "cloud/ground/refusal.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::cloud::wire {

using ground::refusal;

// The pairs of an application/x-www-form-urlencoded text, decoded, in order. Throws refusal
// (MalformedQueryString) for a broken escape, for text that is no UTF-8, and for control characters, which
// XML could not carry back.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parse_form(std::string_view form);

// The parameters of one request of the query protocol, as a tree: "Filter.1.Value.2" is the second element of
// the list Value in the first of the list Filter. An immutable value; what it returns lives as long as it
// does. The readers throw refusal (InvalidParameterValue) for a value that is not of the type asked for.
class parameters {
public:
    static constexpr std::size_t count_max = 4'000;
    static constexpr std::size_t depth_max = 12;

    parameters() = default;
    // Throws refusal where parse_form does, and for more than count_max parameters or depth_max levels.
    static parameters parse(std::string_view form);

    // The member of that name, or nullptr.
    [[nodiscard]] const parameters* find(std::string_view name) const;
    // Where the parameter stands in the request, "Filter.1.Value": for messages.
    [[nodiscard]] const std::string& path() const { return path_; }
    // The last step of path(): the name of a member, the number of a list's element.
    [[nodiscard]] std::string_view name() const;
    [[nodiscard]] const std::vector<parameters>& members() const { return members_; }

    // What the parameter itself holds.
    [[nodiscard]] const std::string& text() const;
    [[nodiscard]] std::int64_t integer() const;
    [[nodiscard]] bool boolean() const;
    // The elements of a list by their numbers: "Name.1", and with the element's own name between,
    // "Name.member.1" or "Filters.Filter.1".
    [[nodiscard]] std::vector<const parameters*> elements() const;

private:
    std::string path_;
    std::string value_;
    std::vector<parameters> members_;
};

} // namespace cruddur::cloud::wire
