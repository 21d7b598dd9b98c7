#pragma once

#include "http/message.hpp"

#include <boost/asio/awaitable.hpp>

namespace cruddur::cloud::wire {

// Lets the page that asked read the answer, where its origin is a loopback one.
void allow_loopback_origin(const http::request& from, http::response& to);
// Answers a browser that asks whether it may send an operation of JSON: yes, to a page of a loopback origin.
[[nodiscard]] boost::asio::awaitable<http::response> answer_preflight(http::request& from);

} // namespace cruddur::cloud::wire
