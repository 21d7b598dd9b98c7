#pragma once

#include "http/compressor.hpp"
#include "http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::http {

// What a reply depends on beside its request and response.
struct reply_params {
    const std::vector<std::string>& allowed_origins;
    std::size_t compress_bytes_min;
    std::string_view date;
    bool close;       // the connection ends with it
    bool version_1_0; // to which keeping alive is said aloud, and which knows no chunks
};

// Ready to be sent: the status, and the body's bytes, which live as long as the response does.
struct reply {
    unsigned status;
    std::string_view body;
};

// Appends the status line and all fields to `head`, and chooses what follows them: the best encoding
// (compressed now where the response is not finished), nothing for HEAD, 304 where If-None-Match names the
// entity tag.
[[nodiscard]] reply compose(std::string& head, const request& request, response& answer,
                            const reply_params& with, compressor& press);

// What answers OPTIONS of a path with these methods; to a browser's preflight it tells what CORS lets it
// send.
[[nodiscard]] response answer_options(const request& request, std::string allow);

// "Sun, 06 Nov 1994 08:49:37 GMT" for seconds since the epoch.
[[nodiscard]] std::string format_date(std::int64_t seconds);

} // namespace cruddur::http
