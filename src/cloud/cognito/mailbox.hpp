#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace cruddur::cloud::cognito {

// What services send to people, in place of mail: the newest messages, in memory alone, because they hold
// codes that the state keeps only as hashes. On the loop's thread.
class mailbox {
public:
    static constexpr std::size_t messages_max = 500;

    struct message {
        std::string to;
        std::string subject;
        std::string body;
        std::string code;
        std::int64_t sent_at = 0; // seconds of the Unix epoch
    };

    // Beyond messages_max, the oldest goes.
    void put(message sent);
    // {"messages": [...]}, the newest first, of that address or, where it is empty, of all.
    [[nodiscard]] std::string to_json(std::string_view to) const;
    // The same as a page that reloads itself. What people wrote is escaped.
    [[nodiscard]] std::string to_html() const;

private:
    std::deque<message> messages_; // the newest last
};

} // namespace cruddur::cloud::cognito
