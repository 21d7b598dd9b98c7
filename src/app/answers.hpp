#pragma once

#include "app/cursor.hpp"
#include "http/message.hpp"
#include "postgres/rows.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cruddur::app {

// A strong entity tag, quoted: of the bytes alone, so that it is the same on every node.
[[nodiscard]] std::string etag_of(std::string_view body);

// Whom an answer is for: with a caller it is not to be kept by a shared cache.
enum class audience { anybody, caller };

// A page as PostgreSQL rendered it, from the first row's columns body, next_created_at_us and next_uuid; its
// bytes stay in the result. Where there is a next page, Link names it: the path with `query` (encoded, "" for
// none), limit and cursor.
[[nodiscard]] http::response page_answer(const postgres::rows& from, std::string_view path,
                                         std::string_view query, unsigned limit, audience to);
[[nodiscard]] std::optional<cursor> next_of(const postgres::rows& page);
[[nodiscard]] std::string link_to(const cursor& next, std::string_view path, std::string_view query,
                                  unsigned limit);

// The first row's first column, which is not null.
[[nodiscard]] http::response body_answer(const postgres::rows& from);

} // namespace cruddur::app
