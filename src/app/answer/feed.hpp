#pragma once

#include "app/answer/endpoint.hpp"
#include "app/answer/turns.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace cruddur::app::answer {

// The first page of the home feed, for one event loop. It comes from the snapshot; where that is out of date
// it is read anew, once for all requests of this loop that came since the last commit: so a storm of writes
// costs no more statements than there are requests. Where there is no snapshot, requests that wait at the
// same time share a statement that is sent after all of them came.
class feed {
public:
    static constexpr std::string_view path = "/api/activities/home";

    explicit feed(const resources& with);
    ~feed();
    feed(const feed&) = delete;
    feed& operator=(const feed&) = delete;

    // The page as anybody sees it, where the request asks for it and the snapshot has it.
    [[nodiscard]] std::optional<http::response> finished(const http::request& from) const;
    boost::asio::awaitable<http::response> answer(call& asked);

private:
    struct turn;
    [[nodiscard]] bool keeps() const { return with_.use_snapshot && with_.snapshot.hears(); }
    [[nodiscard]] unsigned newest_max() const;
    boost::asio::awaitable<postgres::result<feed_snapshot::page>> newest();
    boost::asio::awaitable<http::response> read(const call& asked, const page& wanted) const;
    boost::asio::awaitable<http::response> show(const call& asked, feed_snapshot::page newest,
                                                const page& wanted);
    [[nodiscard]] http::response unmarked(const feed_snapshot::page& page);
    boost::asio::awaitable<void> run(std::shared_ptr<turn> one, std::chrono::steady_clock::time_point since);

    const resources& with_;
    turns<turn> turns_;
    std::weak_ptr<turn> running_; // the last that was begun, until it has ended
    feed_snapshot::page shown_;   // the last that a caller without marks saw, and what they all see of it
    std::shared_ptr<const http::rendered> unmarked_;
};

} // namespace cruddur::app::answer
