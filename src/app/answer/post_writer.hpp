#pragma once

#include "app/answer/resources.hpp"
#include "app/answer/turns.hpp"
#include "app/input/validation.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cruddur::app::answer {

using input::new_activity;

// A uuid of version 7 (RFC 9562): the time in milliseconds, then randomness, so that those of one time stand
// together in an index. Lower case, with hyphens.
[[nodiscard]] std::string new_uuid();

// Creates posts: those that wait at the same time in one statement, each acknowledged after the commit that
// holds it. Of one event loop.
class post_writer {
public:
    // A row of an activity's columns.
    struct created {
        postgres::rows rows;
        std::size_t row = 0;
    };
    // nullopt: there is no such user.
    using outcome = postgres::result<std::optional<created>>;

    explicit post_writer(const resources& with);

    boost::asio::awaitable<outcome> create(std::string_view caller, const new_activity& post);

private:
    struct entry;
    struct turn;
    [[nodiscard]] static outcome became(std::string_view uuid, const postgres::result<postgres::rows>& rows);
    boost::asio::awaitable<void> run(std::shared_ptr<turn> one,
                                     std::chrono::steady_clock::time_point since) const;
    boost::asio::awaitable<postgres::result<postgres::rows>>
    insert(std::span<const entry> posts, std::chrono::steady_clock::time_point since) const;

    const resources& with_;
    turns<turn> turns_;
};

} // namespace cruddur::app::answer
