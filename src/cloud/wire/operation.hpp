#pragma once

#include "cloud/ground/refusal.hpp"
#include "cloud/wire/call.hpp"
#include "cloud/wire/model.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <variant>

namespace cruddur::cloud::wire {

// What an operation does: it returns its answer, or throws a refusal.
using handler_at_once = boost::json::object (*)(const call&);
using handler_in_time = boost::asio::awaitable<boost::json::object> (*)(const call&);

struct operation {
    std::string_view name;
    // Of its model, the members that it serves, a space between each two; every EC2 operation has DryRun,
    // too. What AWS has beside them is refused.
    std::string_view members;
    // What runs at once does so in the call's one transaction, which is undone when it throws, and opened for
    // reading alone where the operation's name says that it reads. A coroutine's transactions are its own:
    // one ends before the next co_await. It is not cancelled when its client goes.
    std::variant<handler_at_once, handler_in_time> run;
    bool is_public = false;         // what strangers may call: takes no signature, and pages may read it
    std::size_t body_bytes_max = 0; // of REST-JSON; 0 is the endpoint's own
};

// A text's pattern, as AWS quotes it, and what it means.
struct text_pattern {
    std::string_view text;
    bool (*matches)(std::string_view);
};

// What AWS's reference says of a member's value beside its type, which the model has. The lengths are a
// text's, in code points, or a list's; the bounds are a number's.
struct member_limit {
    std::string_view
        member; // "UserPoolId"; of one structure, "AttributeType.Name"; of a list's elements, "tagKeys[]"
    std::int64_t min = 0;
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    const text_pattern* pattern = nullptr;
    std::span<const std::string_view> values = {}; // where they are others than the model's
    bool required = false;                         // though the model does not say so
    bool any_value = false;                        // of an enumeration that its operation looks at itself
    bool real = false;                             // a number that may have a fraction
};

[[nodiscard]] constexpr bool is_query(protocol speaks) {
    return speaks == protocol::query || speaks == protocol::ec2;
}

// Of a structure of the model, the members that are served, a space between each two.
struct served_structure {
    std::string_view name;
    std::string_view members;
};

// A service: all that it can do stands in its table. Its model has its protocol.
struct service {
    const service_model& model;
    std::span<const operation> operations;
    // Of the query protocol: its title in messages, "AmazonRDS", and its documents' namespace.
    std::string_view title{};
    std::string_view xmlns{};
    // Of the JSON protocols: the code of an input that breaks the model or a limit, the limits, a structure's
    // own member's before those of its name alone, and the structures that a served member is made of.
    std::string_view validation_code{};
    std::span<const member_limit> limits{};
    std::span<const served_structure> structures{};

    [[nodiscard]] bool speaks_query() const { return is_query(model.speaks); }
    // Its row of that name, or nullptr.
    [[nodiscard]] const operation* find(std::string_view name) const {
        for (const operation& each : operations) {
            if (each.name == name) return &each;
        }
        return nullptr;
    }
};

} // namespace cruddur::cloud::wire
