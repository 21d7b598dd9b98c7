#pragma once

#include <cstdint>
#include <string_view>

namespace cruddur::http {

enum class encoding : std::uint8_t { identity, gzip, brotli };

// The encoding that Accept-Encoding likes best among those there are; of equals, Brotli before gzip before
// identity. Nothing acceptable is identity all the same: a body in the wrong encoding serves better than a
// 406.
[[nodiscard]] encoding choose_encoding(std::string_view accept_encoding, bool gzip, bool brotli);

// Whether If-None-Match names this entity tag, compared weakly (RFC 9110, 13.1.2); "*" names any.
[[nodiscard]] bool names_tag(std::string_view if_none_match, std::string_view tag);

// A request id that may be taken over and logged: 1 to 64 of letters, digits, '.', '_' and '-'.
[[nodiscard]] bool is_request_id(std::string_view value);

// A traceparent of version 00 (W3C Trace Context), with neither id all zeros.
[[nodiscard]] bool is_traceparent(std::string_view value);

// Whether a body of this type gets smaller by compression.
[[nodiscard]] bool is_compressible(std::string_view content_type);

} // namespace cruddur::http
