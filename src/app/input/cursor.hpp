#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur::app::input {

// Where a page ended: lists are ordered by a time and a uuid, and the next page begins behind this place.
// Posts that come or go meanwhile neither double nor hide another.
struct cursor {
    std::int64_t created_at_us = 0; // since 1970, UTC
    std::string uuid;               // lower case, with hyphens
    unsigned tie = 0;               // in a list where both can be the same: which of those it is

    static constexpr unsigned ties = 4;

    // What stands in `?cursor=`: base64url of a version, both values and a checksum, opaque to clients.
    [[nodiscard]] std::string encode() const;
    // nullopt for a text that encode() did not make.
    static std::optional<cursor> decode(std::string_view text);
    // For a parameter of type timestamptz: "2026-11-30T14:08:36.153980Z".
    [[nodiscard]] std::string created_at() const;

    bool operator==(const cursor&) const = default;
};

// True for 8-4-4-4-12 hexadecimal digits, in either case: what the contract takes for a uuid in a path.
[[nodiscard]] bool is_uuid(std::string_view text);

} // namespace cruddur::app::input
