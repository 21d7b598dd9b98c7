#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/verb.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::http {

using boost::beast::http::verb;

// One parsed request. Every view points into the session's buffer and lives until the handler's response is
// made; what must live longer is copied by the handler.
struct request {
    verb method = verb::get;
    std::string_view target; // as sent: path and query
    std::string_view path;   // still percent-encoded; path parameters below are decoded
    std::string_view query;  // without '?', still percent-encoded
    std::string_view body;
    std::string_view peer;  // the client's address: the connection's or, by server_params::client, another
    bool forwarded = false; // it is another
    std::string_view id;    // the request id: X-Request-Id where a well-formed one came in, else a new one
    std::string_view traceparent; // a well-formed W3C traceparent that came in, for logs, or ""
    std::vector<std::pair<std::string_view, std::string_view>> fields; // as sent, in order
    std::vector<std::string> parameters; // the values of the route's :names, percent-decoded, in order

    // The first field of that name, case-insensitively; nullopt where there is none.
    [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const;
    // The first query parameter of that name, percent- and plus-decoded; nullopt where there is none or it is
    // malformed: a broken escape, or not UTF-8.
    [[nodiscard]] std::optional<std::string> query_parameter(std::string_view name) const;
};

// Bytes and whoever keeps them alive: a PostgreSQL result, a snapshot, static storage (no owner) or a string.
struct body_bytes {
    std::shared_ptr<const void> owner;
    std::string_view bytes;

    static body_bytes of(std::string text);
};

// A body that stands finished in several encodings, with its entity tag: a feed snapshot or a static file.
// Immutable and shared between loops. An empty view means that the encoding is not there.
struct rendered {
    std::string content_type;
    std::string etag; // quoted, strong; sent weak with the compressed encodings
    std::string cache_control;
    std::string identity;
    std::string gzip;
    std::string brotli;
    std::vector<std::pair<std::string, std::string>> fields; // more fields, such as Link
};

// The next piece of a body that is made while it is sent, or nullopt at its end.
using body_source = std::function<boost::asio::awaitable<std::optional<std::string>>()>;

// What a handler answers. The server adds Date, Content-Length, Connection, X-Request-Id, CORS, and for
// bodies above `compress_bytes_min` the best encoding that the client accepts; it answers HEAD and
// If-None-Match by itself.
struct response {
    unsigned status = 200;
    std::string content_type; // "" is application/json
    body_bytes body;
    std::string etag; // quoted; "" lets the server compute none
    std::string cache_control = "no-store";
    std::vector<std::pair<std::string, std::string>> fields;
    // When set, the body is what this gives, piece by piece: it is asked for the next one when the peer has
    // taken the one before, so that no more than one is held. Sent in chunks, or to HTTP/1.0 until the
    // connection closes; not compressed. One that throws cuts the answer short, which its reader can tell. It
    // is cancelled as a handler is, has handler_timeout for each piece, and must own what it needs.
    body_source more;
    std::shared_ptr<const rendered> finished; // when set, body, content_type, etag and cache_control are its

    static response json(body_bytes body, unsigned status = 200);
    // The contract's failure: a JSON array of one code, such as (404, "not_found"). A code is a plain word.
    static response failure(unsigned status, std::string_view code);
};

} // namespace cruddur::http
