#pragma once

#include "app/answer/activity_json.hpp"
#include "app/answer/resources.hpp"
#include "app/answer/turns.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur::app::answer {

// Asks which of a list's activities a caller has liked and reposted, and which are not for the caller to see:
// one small statement, which those who ask about the same list at the same time share. Of one event loop.
class mark_reader {
public:
    // nullopt: there is no such user.
    using marks = postgres::result<std::optional<caller_marks>>;

    explicit mark_reader(const resources& with);

    // `uuids` is the text of a uuid[].
    boost::asio::awaitable<marks> read(std::string_view caller, std::string_view uuids) const;
    // Of a list that others ask about too; `of` keeps its uuids alive.
    boost::asio::awaitable<marks> read_shared(std::string_view caller, std::shared_ptr<const void> of,
                                              std::string_view uuids);

private:
    struct turn;
    boost::asio::awaitable<void> run(std::shared_ptr<turn> one,
                                     std::chrono::steady_clock::time_point since) const;

    const resources& with_;
    turns<turn> turns_;
};

} // namespace cruddur::app::answer
