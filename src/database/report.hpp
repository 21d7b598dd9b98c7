#pragma once

#include <functional>
#include <string>
#include <utility>

namespace cruddur::database {

// What a command tells while it works. The room prints nothing: whoever calls it does, or does not.
struct event {
    enum class kind {
        begun,   // something that may take long: followed by `done`, or by the command's failure
        done,    // it is done, and what came of it
        warning, // PostgreSQL's, or ours: the command goes on
    };
    kind what;
    std::string text; // one line, without an end of line
};

// Called on the caller's thread, before the command returns. May be empty.
using report = std::function<void(const event&)>;

inline void tell(const report& progress, event::kind what, std::string text) {
    if (progress) progress({what, std::move(text)});
}

} // namespace cruddur::database
