#pragma once

#include "http/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::http {

// Answers at once or suspends. A handler that throws is a 500; the exception's text goes to the log alone. It
// is sent a terminal cancellation when its client has gone or handler_timeout has passed.
using handler = std::function<boost::asio::awaitable<response>(request&)>;
// Answers without suspending, or nullopt to let the handler do it: the way of finished bytes, with no
// coroutine frame.
using shortcut = std::function<std::optional<response>(const request&)>;

// The route table: method and path pattern to handler. A pattern's segments are literal, or ":name", or
// "@:name" (a handle after its at sign); literal beats parameter. HEAD is answered by GET's route, OPTIONS by
// the table, a known path's other methods by 405 with Allow. Immutable once a server uses it; one table may
// serve several loops when its handlers are safe for that, otherwise a table a loop.
class router {
public:
    struct route {
        verb method;
        std::string pattern;
        handler answer;
        shortcut first;                 // may be empty
        std::size_t body_bytes_max = 0; // 0 is the server's own
    };
    // status is 200 with the route found and its parameters decoded; 204 for OPTIONS and 405, both with what
    // Allow says; 400 for a path with a broken escape or not UTF-8; 404.
    struct match {
        unsigned status = 404;
        const route* found = nullptr;
        std::vector<std::string> parameters;
        std::string allow;
    };

    router();
    router(router&&) noexcept;
    ~router();

    // Throws std::invalid_argument for a pattern that does not begin with '/', and for a route added twice.
    void add(verb method, std::string pattern, handler answer, shortcut first = {},
             std::size_t body_bytes_max = 0);
    // Answers every GET that no route matches, such as the page's files.
    void fallback(shortcut answer);
    [[nodiscard]] const shortcut& fallback() const { return fallback_; }
    // method and pattern of every route, in the order added.
    [[nodiscard]] std::vector<std::pair<verb, std::string>> routes() const;

    [[nodiscard]] match find(verb method, std::string_view path) const;
    // How large a request's body may be where its route says so itself; 0 where it does not.
    [[nodiscard]] std::size_t body_bytes_max(verb method, std::string_view path) const;

private:
    struct node;
    struct search;
    static bool walk(const node& parent, std::string_view rest, search& looking);

    std::vector<std::unique_ptr<route>> routes_;
    std::unique_ptr<node> top_;
    shortcut fallback_;
    bool limits_bodies_ = false; // some route does
};

} // namespace cruddur::http
