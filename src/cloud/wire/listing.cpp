#include "cloud/wire/listing.hpp"

#include "cloud/ground/refusal.hpp"
#include "cloud/wire/input.hpp"

#include <boost/algorithm/hex.hpp>
#include <boost/json/array.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace cruddur::cloud::wire {

namespace {

using boost::json::object;

std::string next_token(std::size_t offset) {
    return fmt::format("offset-{:08x}", offset);
}

std::optional<std::size_t> token_offset(std::string_view token, std::size_t size) {
    constexpr std::string_view prefix = "offset-";
    if (token.size() != prefix.size() + 8 || !token.starts_with(prefix)) return std::nullopt;
    std::size_t offset = 0;
    const auto [end, failed] =
        std::from_chars(token.data() + prefix.size(), token.data() + token.size(), offset, 16);
    if (failed != std::errc{} || end != token.data() + token.size()) return std::nullopt;
    return std::min(offset, size);
}

page page_from(std::size_t begin, std::size_t length, std::size_t size) {
    const std::size_t end = length < size - begin ? begin + length : size;
    return {begin, end, end < size ? next_token(end) : std::string{}};
}

// MaxRecords.
std::size_t records_max(const object& input) {
    const std::int64_t length = optional_integer(input, "MaxRecords").value_or(100);
    if (length < 20 || length > 100) {
        throw ground::refusal{
            "InvalidParameterValue",
            fmt::format("Invalid value {} for MaxRecords. Must be between 20 and 100", length)};
    }
    return static_cast<std::size_t>(length);
}

[[noreturn]] void no_marker(const std::string& sent) {
    throw ground::refusal{"InvalidParameterValue", "Unable to find a valid marker: " + sent};
}

} // namespace

page page_by_marker(const object& input, std::size_t size) {
    const std::size_t length = records_max(input);
    const std::string marker = text_of(input, "Marker");
    const auto begin = marker.empty() ? 0 : token_offset(marker, size);
    if (!begin) no_marker(marker);
    return page_from(*begin, length, size);
}

std::optional<page> page_at(const std::optional<std::string>& token, std::size_t most, std::size_t size) {
    const auto begin = token ? token_offset(*token, size) : std::size_t{0};
    if (!begin) return std::nullopt;
    return page_from(*begin, most, size);
}

page page_by_key(const object& input, const std::vector<std::string>& keys) {
    constexpr std::string_view prefix = "after-";
    const std::size_t length = records_max(input);
    const std::string marker = text_of(input, "Marker");
    std::size_t begin = 0;
    if (!marker.empty()) {
        std::string last;
        try {
            if (!marker.starts_with(prefix)) no_marker(marker);
            last = boost::algorithm::unhex(marker.substr(prefix.size()));
        } catch (const boost::algorithm::hex_decode_error&) {
            no_marker(marker);
        }
        begin = static_cast<std::size_t>(std::ranges::upper_bound(keys, last) - keys.begin());
    }
    page out = page_from(begin, length, keys.size());
    if (!out.next.empty()) out.next = std::string{prefix} + boost::algorithm::hex(keys[out.end - 1]);
    return out;
}

page page_by_token(const object& input, std::size_t size) {
    const auto length = optional_integer(input, "MaxResults");
    if (length && (*length < 5 || *length > 1'000)) {
        throw ground::refusal{
            "InvalidParameterValue",
            fmt::format("Value ( {} ) for parameter maxResults is invalid. Expecting a value {} than {}.",
                        *length, *length < 5 ? "greater" : "less", *length < 5 ? "5" : "1000")};
    }
    const std::string token = text_of(input, "NextToken");
    const auto begin = token.empty() ? 0 : token_offset(token, size);
    if (!begin) throw ground::refusal{"InvalidNextToken", "The token '" + token + "' is invalid."};
    page out = page_from(*begin, length ? static_cast<std::size_t>(*length) : size, size);
    out.token = "NextToken";
    return out;
}

std::vector<filter> read_filters(const object& input) {
    std::vector<filter> out;
    for (const object* sent : objects_of(input, "Filters")) {
        filter one{text_of(*sent, "Name"), texts_of(*sent, "Values")};
        if (one.name.empty()) {
            throw ground::refusal{"InvalidParameterValue",
                                  fmt::format("The filter number {} has no name", out.size() + 1)};
        }
        if (one.values.size() > 200) {
            throw ground::refusal{"FilterLimitExceeded",
                                  "The filter '" + one.name + "' has more than 200 values."};
        }
        out.push_back(std::move(one));
    }
    return out;
}

bool matches_wildcard(std::string_view pattern, std::string_view text) {
    // The last * seen, and how much of the text it has taken so far: linear in space, no recursion.
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0;
    while (t < text.size()) {
        const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.size() &&
                   (escaped ? pattern[p + 1] == text[t] : pattern[p] == '?' || pattern[p] == text[t])) {
            p += escaped ? 2 : 1;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace cruddur::cloud::wire
