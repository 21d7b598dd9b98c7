#pragma once

#include "app/context.hpp"
#include "http/router.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>

namespace cruddur::app {

// GET /api/activities/:uuid
boost::asio::awaitable<http::response> show_activity(const context& with, http::request& from);
// GET /api/activities/search?term=
boost::asio::awaitable<http::response> search_activities(const context& with, http::request& from);
// POST /api/activities. Who asks and what is asked are judged before the database hears of it; once it does,
// the write goes on though its client has gone.
boost::asio::awaitable<http::response> create_activity(const context& with, http::request& from);

// A text as an ILIKE pattern that finds it anywhere, whatever is in it.
[[nodiscard]] std::string pattern_of(std::string_view text);

} // namespace cruddur::app
