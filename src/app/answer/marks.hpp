#pragma once

#include "app/answer/activity_json.hpp"
#include "app/answer/resources.hpp"

#include <optional>
#include <string_view>

namespace cruddur::app::answer {

// Which of a list's activities a caller has liked and reposted, and which are not for the caller to see: one
// small statement, which those who ask about the same list at the same time share. nullopt: there is no such
// user. `uuids` is the text of a uuid[].
boost::asio::awaitable<postgres::result<std::optional<caller_marks>>>
read_marks(const resources& with, std::string_view caller, std::string_view uuids);

} // namespace cruddur::app::answer
