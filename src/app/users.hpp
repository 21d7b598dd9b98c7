#pragma once

#include "app/context.hpp"

#include <boost/asio/awaitable.hpp>

namespace cruddur::app {

// GET /api/users/@:handle/short
boost::asio::awaitable<http::response> show_user_short(const context& with, http::request& from);

} // namespace cruddur::app
