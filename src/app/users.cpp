#include "app/users.hpp"

#include "app/answers.hpp"
#include "app/error_response.hpp"
#include "db/queries.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace cruddur::app {

namespace asio = boost::asio;

namespace {

constexpr std::size_t handle_characters_max = 50;

// What cannot be a handle is nobody's, and the database need not hear of it.
bool may_be_handle(std::string_view text) {
    return !text.empty() && text.size() <= handle_characters_max && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
               c == '.' || c == '-';
    });
}

} // namespace

asio::awaitable<http::response> show_user_short(const context& with, http::request& from) {
    const std::string& handle = from.parameters.at(0);
    if (!may_be_handle(handle)) co_return answer_of(404, "not_found");
    const std::array<postgres::parameter, 1> parameters{handle};
    const auto rows = co_await with.database.query(queries::show_user_short, parameters, with.options());
    if (!rows) co_return answer_of(rows.error());
    if (rows->empty()) co_return answer_of(404, "not_found");
    http::response made = body_answer(*rows);
    made.cache_control = "no-cache";
    made.etag = etag_of(made.body.bytes);
    co_return made;
}

} // namespace cruddur::app
