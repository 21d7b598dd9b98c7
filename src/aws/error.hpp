#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace cruddur::aws {

// What kind of thing went wrong, which decides what a caller can do about it.
enum class failure {
    configuration, // no credentials, no region, or a malformed setting or file: nothing was sent
    unreachable,   // no answer: name, TCP, TLS, a deadline or a lost connection
    refused,       // AWS answered with an error: `code` says which
    failed,        // AWS did what it was asked, and the outcome is not what was wanted
};

// A failure of AWS or of the way to it. It never holds a secret. `code`, `message` and `request_id` are AWS's
// own where it answered. `sent` tells whether the call can have reached AWS, `uncertain` whether this attempt
// or one before may have been carried out all the same.
struct error {
    failure kind = failure::refused;
    std::string code{};
    std::string message{};
    std::string request_id{};
    std::string operation{}; // "rds:CreateDBInstance": the name of the permission, too
    unsigned status = 0;     // HTTP's, 0 where there was no answer
    std::string hint{};
    bool sent = false;
    bool uncertain = false;

    // What to do next, in a sentence or two: the hint, or ours for this code, or "".
    [[nodiscard]] std::string advice() const;
    // Whether the failure alone leaves open what was done: no answer, or one of a server that had failed.
    [[nodiscard]] bool may_have_acted() const;
    // One line: message (code, operation, request id).
    [[nodiscard]] std::string describe() const;
};

// A failure of what the caller set, or did not set.
[[nodiscard]] error misconfigured(std::string message, std::string hint = {});

template<class T>
using result = boost::system::result<T, error>;

// Thrown by result::value() where a caller has decided that a failure is exceptional.
class error_exception : public std::runtime_error {
public:
    explicit error_exception(error failed)
        : std::runtime_error(failed.describe())
        , why_(std::move(failed)) {}
    [[nodiscard]] const error& why() const { return why_; }

private:
    error why_;
};
[[noreturn]] void throw_exception_from_error(const error& failed, const boost::source_location& where);

} // namespace cruddur::aws
